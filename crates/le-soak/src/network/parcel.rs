//! A request on its way, and what becomes of it where it arrives.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use le_testkit::{ClientService, ConnectionError};
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::Network;
use super::message::Message;

pub(super) type Answer = Result<Response<Body>, ConnectionError>;

/// A request on its way.
pub(super) struct Parcel {
    pub(super) message: Message,
    pub(super) request: Request<Full<Bytes>>,
    pub(super) server: ClientService,
    pub(super) reply: oneshot::Sender<Answer>,
}

impl Parcel {
    /// Arrives at the server, which takes it in even if the sender is gone, and answers if it is there.
    pub(super) async fn arrive(self, network: Network) {
        let Self { message, request, server, mut reply } = self;
        let arena = &network.0.arena;
        tokio::select! {
            biased;
            answer = server.oneshot(request) => {
                message.answered(arena, answer.as_ref().ok().map(|response| response.status().as_u16()));
                let _ = reply.send(answer);
            }
            () = reply.closed() => message.answered(arena, None),
        }
    }
}
