//! One replica's way to the embedded server: everything takes its time, and is counted.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use kube::Client;
use le_testkit::ClientService;
use tokio::time::sleep;
use tower::{BoxError, ServiceExt as _, service_fn};

use crate::tally::Tally;

/// What is under a replica's client.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) server: ClientService,
    pub(crate) tally: Arc<Tally>,
    /// How long a request takes to the server, and an event of a watch from it.
    pub(crate) lag: Duration,
}

impl Link {
    /// Makes a client that goes this way.
    pub(crate) fn client(self) -> Client {
        Client::new(service_fn(move |request| self.clone().send(request)), "default")
    }

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
