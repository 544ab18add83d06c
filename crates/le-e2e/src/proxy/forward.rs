//! One request, on its way to the API server and back.

use std::future::pending;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Incoming;
use kube::client::Body;
use tokio::sync::watch;
use tokio::time::sleep;

use super::Route;
use super::weather::{Weather, Which};

type Answer = Response<UnsyncBoxBody<Bytes, Cut>>;

/// The connection is closed in the middle of it.
#[derive(Debug, thiserror::Error)]
#[error("cut off")]
pub(super) struct Cut;

pub(super) async fn forward(request: Request<Incoming>, route: Route) -> Result<Answer, Cut> {
    let weather = *route.weather.borrow();
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    // The client on the other side has its own.
    for header in [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, AUTHORIZATION] {
        parts.headers.remove(header);
    }
    let watches =
        parts.uri.query().is_some_and(|query| query.contains("watch=true") || query.contains("watch=1"));
    let request = Request::from_parts(parts, Body::from(body));
    match weather {
        Weather::Clear | Weather::Refuse => pass(request, route, watches).await,
        Weather::Swallow(which) if which.fits(&request) => pending().await,
        Weather::ReplyLost(which) if which.fits(&request) => {
            // The replica may hang up: the server gets it all the same.
            tokio::spawn(pass(request, route, false));
            pending().await
        }
        Weather::Late(which, by) if which.fits(&request) => {
            let sent = tokio::spawn(pass(request, route, watches));
            sleep(by).await;
            sent.await.map_err(|_| Cut)?
        }
        Weather::Delayed(which, by) if which.fits(&request) => {
            let sent = tokio::spawn(async move {
                sleep(by).await;
                pass(request, route, watches).await
            });
            sent.await.map_err(|_| Cut)?
        }
        Weather::Swallow(_) | Weather::ReplyLost(_) | Weather::Late(..) | Weather::Delayed(..) => {
            pass(request, route, watches).await
        }
        Weather::TooMany { retry_after } => refusal(429, Some(retry_after)),
        Weather::Status(code) => refusal(code, None),
    }
}

async fn pass(request: Request<Body>, route: Route, watches: bool) -> Result<Answer, Cut> {
    let response = route.client.send(request).await.map_err(|error| {
        tracing::debug!(%error, "the API server does not answer");
        Cut
    })?;
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONNECTION);
    parts.headers.remove(TRANSFER_ENCODING);
    if !watches {
        let bytes = body.collect().await.map_err(|_| Cut)?.to_bytes();
        return Ok(Response::from_parts(parts, whole(bytes)));
    }
    let frames = body.into_data_stream().map(|chunk| chunk.map(Frame::data).map_err(|_| Cut));
    let frames = until_cut(frames, route.cuts, route.weather);
    Ok(Response::from_parts(parts, StreamBody::new(frames).boxed_unsync()))
}

/// Passes a watch on until watches are cut. While everything is swallowed it is silent, and after that it is of no use.
fn until_cut(
    frames: impl Stream<Item = Result<Frame<Bytes>, Cut>> + Send + 'static,
    cuts: watch::Receiver<u64>,
    weather: watch::Receiver<Weather>,
) -> impl Stream<Item = Result<Frame<Bytes>, Cut>> + Send + 'static {
    stream::unfold((Box::pin(frames), cuts, weather), |(mut frames, mut cuts, mut weather)| async move {
        let frame = tokio::select! {
            frame = frames.next() => frame?,
            _ = cuts.changed() => return None,
        };
        if is_silent(*weather.borrow_and_update()) {
            let _ = weather.wait_for(|weather| !is_silent(*weather)).await;
            return Some((Err(Cut), (frames, cuts, weather)));
        }
        Some((frame, (frames, cuts, weather)))
    })
}

fn is_silent(weather: Weather) -> bool {
    matches!(weather, Weather::Swallow(Which::All) | Weather::ReplyLost(Which::All))
}

fn refusal(code: u16, retry_after: Option<u32>) -> Result<Answer, Cut> {
    let status = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": "made by the weather",
        "reason": if code == 429 { "TooManyRequests" } else { "InternalError" },
    });
    let mut response = Response::builder().status(code).header("content-type", "application/json");
    if let Some(seconds) = retry_after {
        response = response.header(RETRY_AFTER, seconds);
    }
    response.body(whole(Bytes::from(status.to_string()))).map_err(|_| Cut)
}

fn whole(bytes: Bytes) -> UnsyncBoxBody<Bytes, Cut> {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
