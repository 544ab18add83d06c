//! The server as a tower service, for one client.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, stream};
use http::{Request, Response};
use tower::{BoxError, Service};

use super::Caller;

/// The way of one client into the server: a tower service that `kube::Client::new` takes.
#[derive(Clone, Debug)]
pub struct ClientService {
    router: Router,
    client: Arc<str>,
}

/// The connection failed before an answer came, because a rule or a partition says so.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("connection refused: a fault rule or a partition cuts this client off")]
#[non_exhaustive]
pub struct ConnectionError;

/// Marks an answer that is none: whoever carries it breaks the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken;

/// No answer, and a connection that is no more.
pub(super) fn broken() -> Response<Body> {
    // Where nobody looks for the mark, the body fails as soon as it is read.
    let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let mut response = Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(error)])));
    response.extensions_mut().insert(Broken);
    response
}

impl ClientService {
    pub(super) fn new(router: Router, client: &str) -> Self {
        Self { router, client: client.into() }
    }
}

impl<B> Service<Request<B>> for ClientService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = ConnectionError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        // The router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = request.map(Body::new);
        let caller = Caller { client: Some(Arc::clone(&self.client)), ..Caller::default() };
        request.extensions_mut().insert(caller);
        let answer = Service::<Request<Body>>::call(&mut self.router, request);
        async move {
            let response = answer.await.unwrap_or_else(|never: Infallible| match never {});
            if response.extensions().get::<Broken>().is_some() { Err(ConnectionError) } else { Ok(response) }
        }
        .boxed()
    }
}
