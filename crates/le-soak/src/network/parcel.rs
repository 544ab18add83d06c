//! A request on its way, and what becomes of it where it arrives.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use le_testkit::{ClientService, ConnectionError};
use serde_json::json;
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::Network;
use super::message::Message;
use crate::entry::What;

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
        if let Some(token) = message.token
            && let Err(seen) = network.check(&message.name, token)
        {
            arena.note(&message.client, What::Fenced { object: message.name.clone(), token, seen });
            message.answered(arena, Some(422));
            let _ = reply.send(Ok(refusal()));
            return;
        }
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

/// What an admission policy answers.
fn refusal() -> Response<Body> {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": 422,
        "message": "a newer leader has written this object",
    });
    let mut response = Response::new(Body::from(status.to_string()));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
