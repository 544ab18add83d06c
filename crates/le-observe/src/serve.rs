//! Probes and metrics over HTTP, for programs that serve none.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use crate::{Health, Observe};

/// How many are answered at once. A kubelet and a Prometheus or two are three.
const AT_ONCE: usize = 16;

/// How long one may take to ask, and to read the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest request that is read. Probes and Prometheus need a tenth of it.
const LONGEST: usize = 16 * 1024;

const TEXT: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Observe {
    /// Serves `/livez`, `/readyz` and `/metrics` over HTTP until the process ends, and returns the address, for port 0 takes any that
    /// is free. For programs that serve no HTTP yet: `registry` is all that `/metrics` shows, with whatever else is in it.
    ///
    /// It has threads of its own and no runtime, so that a probe is told in words that work blocks the runtime's threads.
    ///
    /// # Errors
    ///
    /// When it cannot listen there, or the system gives no thread.
    pub fn serve(&self, address: impl ToSocketAddrs, registry: Registry) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let pages = Arc::new(Pages { health: self.health().clone(), registry, busy: AtomicUsize::new(0) });
        thread::Builder::new().name("le-probes".to_owned()).spawn(move || accept(&listener, &pages))?;
        Ok(address)
    }
}

struct Pages {
    health: Health,
    registry: Registry,
    /// How many are being answered.
    busy: AtomicUsize,
}

/// A place among those that are answered.
struct Place(Arc<Pages>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::AcqRel);
    }
}

fn accept(listener: &TcpListener, pages: &Arc<Pages>) {
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // There are no more file descriptors, for instance: some come back.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        let before = pages.busy.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(pages));
        if before < AT_ONCE {
            // Without a thread the connection is closed, and whoever asked asks again.
            let _ = thread::Builder::new()
                .name("le-probe".to_owned())
                .spawn(move || drop(place.0.answer(stream)));
        }
    }
}

impl Pages {
    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        let (status, kind, body, has_body) = match read(&mut stream)?.as_deref().map(parse) {
            Some(Some(("GET", path))) => with(self.page(path), true),
            Some(Some(("HEAD", path))) => with(self.page(path), false),
            Some(Some(_)) => with((405, TEXT, "GET and HEAD only\n".to_owned()), true),
            Some(None) | None => with((400, TEXT, "that is no request in HTTP/1.1\n".to_owned()), true),
        };
        let head = format!(
            "HTTP/1.1 {status} {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            reason(status),
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        if has_body {
            stream.write_all(body.as_bytes())?;
        }
        stream.flush()
    }

    fn page(&self, path: &str) -> Page {
        match path.split('?').next().unwrap_or_default() {
            "/livez" => self.probe(self.health.live()),
            "/readyz" => self.probe(self.health.ready()),
            "/metrics" => {
                let mut body = String::new();
                match text::encode(&mut body, &self.registry) {
                    Ok(()) => (200, OPEN_METRICS, body),
                    Err(_) => (500, TEXT, "a metric cannot be written\n".to_owned()),
                }
            }
            _ => (404, TEXT, "there are /livez, /readyz and /metrics\n".to_owned()),
        }
    }

    fn probe(&self, health: Result<(), impl std::error::Error>) -> Page {
        match health {
            Ok(()) => (200, TEXT, format!("ok\n{}", self.health)),
            Err(error) => (503, TEXT, format!("{error}\n{}", self.health)),
        }
    }
}

type Page = (u16, &'static str, String);

fn with((status, kind, body): Page, has_body: bool) -> (u16, &'static str, String, bool) {
    (status, kind, body, has_body)
}

/// Reads up to the empty line after the head; `None` where it is too long or ends before.
fn read(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let began = Instant::now();
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        // The whole of it counts, however slowly its bytes come.
        let left = PATIENCE.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let length = stream.read(&mut part)?;
        head.extend_from_slice(&part[..length]);
        if length == 0 || head.len() > LONGEST {
            return Ok(None);
        }
    }
    Ok(Some(head))
}

/// Returns method and path of the first line.
fn parse(head: &[u8]) -> Option<(&str, &str)> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(path), Some(version), None) if version.starts_with("HTTP/1.") => {
            Some((method, path))
        }
        _ => None,
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
