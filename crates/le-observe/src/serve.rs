//! Probes and metrics over HTTP, for programs that serve none.

use std::convert::Infallible;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{io, thread};

use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::{Health, Observe};

/// How many are answered at once. A kubelet and a Prometheus or two are three.
const AT_ONCE: usize = 16;

/// How long one may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest request that is read. Probes and Prometheus need a tenth of it.
const LONGEST: usize = 16 * 1024;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

impl Observe {
    /// Serves `/livez`, `/readyz` and `/metrics` over HTTP until the process ends, and returns the address, for port 0 takes any that
    /// is free. For programs that serve no HTTP yet: `registry` is all that `/metrics` shows, with whatever else is in it.
    ///
    /// It has a thread and a runtime of its own, so that a probe is told in words that work blocks the threads of the program's.
    ///
    /// # Errors
    ///
    /// When it cannot listen there, or the system gives no thread.
    pub fn serve(&self, address: impl ToSocketAddrs, registry: Registry) -> io::Result<SocketAddr> {
        let listener = std::net::TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let pages = Arc::new(Pages { health: self.health().clone(), registry });
        let (tell, told) = mpsc::sync_channel(1);
        // The runtime is made where it runs: where another one does, it could not be dropped either.
        thread::Builder::new().name("le-probes".to_owned()).spawn(move || match open(listener) {
            Ok((runtime, listener)) => {
                let _ = tell.send(Ok(()));
                runtime.block_on(accept(listener, pages));
            }
            Err(error) => _ = tell.send(Err(error)),
        })?;
        told.recv().map_err(io::Error::other)??;
        Ok(address)
    }
}

fn open(listener: std::net::TcpListener) -> io::Result<(Runtime, TcpListener)> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    listener.set_nonblocking(true)?;
    let listener = {
        let _inside = runtime.enter();
        TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

async fn accept(listener: TcpListener, pages: Arc<Pages>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LONGEST).keep_alive(false);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // There are no more file descriptors, for instance: some come back.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Without a place the connection is closed, and whoever asked asks again.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let pages = Arc::clone(&pages);
        let answer = service_fn(move |request: Request<Incoming>| {
            let answer = pages.answer(&request);
            async { Ok::<_, Infallible>(answer) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(async move {
            // What goes wrong is the business of whoever asked.
            let _ = timeout(2 * PATIENCE, connection).await;
            drop(place);
        });
    }
}

struct Pages {
    health: Health,
    registry: Registry,
}

impl Pages {
    fn answer(&self, request: &Request<Incoming>) -> Response<String> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused =
                response(StatusCode::METHOD_NOT_ALLOWED, TEXT, "GET and HEAD only\n".to_owned());
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        match request.uri().path() {
            "/livez" => self.probe(self.health.live()),
            "/readyz" => self.probe(self.health.ready()),
            "/metrics" => {
                let mut body = String::new();
                match text::encode(&mut body, &self.registry) {
                    Ok(()) => response(StatusCode::OK, OPEN_METRICS, body),
                    Err(_) => {
                        let body = "a metric cannot be written\n".to_owned();
                        response(StatusCode::INTERNAL_SERVER_ERROR, TEXT, body)
                    }
                }
            }
            _ => {
                let body = "there are /livez, /readyz and /metrics\n".to_owned();
                response(StatusCode::NOT_FOUND, TEXT, body)
            }
        }
    }

    fn probe(&self, health: Result<(), impl std::error::Error>) -> Response<String> {
        match health {
            Ok(()) => response(StatusCode::OK, TEXT, format!("ok\n{}", self.health)),
            Err(error) => {
                response(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{error}\n{}", self.health))
            }
        }
    }
}

fn response(status: StatusCode, kind: HeaderValue, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
