//! One client's end of the network: the service under its `kube::Client`.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use kube::Client;
use le_testkit::ClientService;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tower::{BoxError, service_fn};

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

    /// Makes a client that goes this way.
    pub(super) fn client(self) -> Client {
        Client::new(service_fn(move |request| self.clone().send(request)), "default")
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
