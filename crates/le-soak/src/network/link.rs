//! One client's end of the network: the service under its `kube::Client`.

use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use http::{Request, Response};
use http_body_util::BodyExt;
use le_testkit::ClientService;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tower::{BoxError, Service};

use super::message::{Message, whole};
use super::parcel::Parcel;
use super::{Network, USUAL};
use crate::entry::Name;

/// One client's end.
#[derive(Clone)]
pub(super) struct Link {
    network: Network,
    client: Name,
    server: ClientService,
}

impl Link {
    pub(super) fn new(network: Network, client: Name, server: ClientService) -> Self {
        Self { network, client, server }
    }

    async fn send(self, request: Request<kube::client::Body>) -> Result<Response<Body>, BoxError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let message = Message::read(&self.client, &parts, &body);
        let shared = &self.network.0;
        message.leaves(&shared.arena);
        let (reply, answer) = oneshot::channel();
        let request = whole(parts, body);
        let parcel = Parcel { message: message.clone(), request, server: self.server.clone(), reply };
        self.network.post(&message, parcel);
        let response = answer.await??;
        let mut chance = message.chance(shared.seed.rotate_left(17), self.network.millis());
        sleep(Duration::from_millis(chance.u64(1..=USUAL))).await;
        let lag = chance.u64(..=USUAL);
        if message.verb != "watch" || lag == 0 {
            return Ok(response);
        }
        // Before the reply to a write or after it, the watch brings what was written.
        let (parts, body) = response.into_parts();
        let pieces = body.into_data_stream().then(move |piece| async move {
            sleep(Duration::from_millis(lag)).await;
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
