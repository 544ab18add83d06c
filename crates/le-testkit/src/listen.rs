//! The server over HTTP.

mod kubeconfig;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

pub(crate) use kubeconfig::PREFIX;

use crate::server::{ApiServer, Broken, Caller, ConnectionError};

/// How long connections have, once the server is closing, to end by themselves.
const GRACE: Duration = Duration::from_secs(1);

/// A server that listens. Dropping this closes it, as [`shutdown`](Self::shutdown) does, but nothing waits for the end.
#[derive(Debug)]
#[must_use = "the server is closed when this is dropped"]
pub struct Listening {
    address: SocketAddr,
    closing: CancellationToken,
    task: JoinHandle<()>,
}

/// The server cannot listen where it was told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Somebody else listens there: choose another port.
    #[error("cannot listen on {address}: the port is in use; choose another one, or 0 for any that is free")]
    InUse {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system refuses for another reason.
    #[error(
        "cannot listen on {address}; choose an address of this machine and a port that this user may have"
    )]
    Refused {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl ApiServer {
    /// Answers over HTTP on this address; port 0 takes any that is free. There is no TLS: listen on loopback.
    ///
    /// Connections are served by tasks of the present runtime, in real time.
    ///
    /// # Errors
    ///
    /// When the address cannot be had, above all because the port is in use.
    pub async fn listen(&self, address: SocketAddr) -> Result<Listening, ListenError> {
        let listener = TcpListener::bind(address).await.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => ListenError::InUse { address },
            _ => ListenError::Refused { address, source },
        })?;
        let address = listener.local_addr().map_err(|source| ListenError::Refused { address, source })?;
        let closing = CancellationToken::new();
        let task = tokio::spawn(serve(listener, self.router(), closing.clone()));
        Ok(Listening { address, closing, task })
    }
}

impl Listening {
    /// Returns the address, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL under which one client reaches the server, and is known by its name.
    pub fn url(&self, client: &str) -> String {
        kubeconfig::url(self.address, client)
    }

    /// Writes a kubeconfig for a client in the namespace `default`, as text. Rules and the log know the client by this name.
    pub fn kubeconfig(&self, client: &str) -> String {
        kubeconfig::kubeconfig(self.address, client)
    }

    /// Stops listening, ends the watches, gives requests that are under way a second, and returns when all is closed.
    ///
    /// # Cancel safety
    ///
    /// Once this was polled the server closes, whether it is waited for or not.
    pub async fn shutdown(mut self) {
        self.closing.cancel();
        // A task that panicked is closed, too.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

async fn serve(listener: TcpListener, router: Router, closing: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), closing.clone()));
                }
                Err(error) => {
                    // Too many open files, most likely: it passes, and must not spin until then.
                    tracing::warn!(%error, "cannot accept a connection; trying again");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = closing.cancelled() => break,
        }
    }
    drop(listener);
    let _ = timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, router: Router, closing: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY; answers may be slower");
    }
    let service = service_fn(|request: Request<Incoming>| {
        let (mut router, closing) = (router.clone(), closing.clone());
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Caller { client: None, closing });
            let response: Response<Body> = router.call(request).await.unwrap_or_else(|never| match never {});
            // hyper closes the connection without an answer when the service fails.
            if response.extensions().get::<Broken>().is_some() { Err(ConnectionError) } else { Ok(response) }
        }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A client that goes away is no news.
        _ = connection.as_mut() => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
