//! One replica's way to the embedded server: everything takes its time, and is counted.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use le_testkit::ClientService;
use tokio::time::sleep;
use tower::{BoxError, Service, ServiceExt as _};

use crate::tally::Tally;

/// The service under a replica's client.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) server: ClientService,
    pub(crate) tally: Arc<Tally>,
    /// How long a request takes to the server, and an event of a watch from it.
    pub(crate) lag: Duration,
}

impl Link {
    async fn send(self, request: Request<kube::client::Body>) -> Result<Response<Body>, BoxError> {
        self.tally.count_request();
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let claim = match parts.method {
            Method::POST | Method::PUT => self.tally.claim(&body),
            _ => None,
        };
        let is_watch = parts.uri.query().is_some_and(|query| query.contains("watch="));
        if !self.lag.is_zero() {
            sleep(self.lag).await;
        }
        let response =
            self.server.oneshot(Request::from_parts(parts, kube::client::Body::from(body))).await?;
        if let Some(lease) = claim
            && response.status().is_success()
        {
            self.tally.claimed(lease);
        }
        if !is_watch || self.lag.is_zero() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let lag = self.lag;
        let pieces = body.into_data_stream().then(move |piece| async move {
            sleep(lag).await;
            piece
        });
        Ok(Response::from_parts(parts, Body::from_stream(pieces)))
    }
}

impl Service<Request<kube::client::Body>> for Link {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        self.clone().send(request).boxed()
    }
}
