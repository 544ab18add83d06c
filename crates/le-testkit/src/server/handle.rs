//! A request's way through the server: logged, struck by faults, answered.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::route::{self, Route};
use super::service::{self, Broken};
use crate::api::{BODY_LIMIT, Call};
use crate::discovery;
use crate::failure::Failure;
use crate::faults::{Action, Reach};
use crate::listen::PREFIX;
use crate::request::{Headers, Parts, Request, Verb};

/// Who is calling, put into a request by whatever brought it here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) client: Option<Arc<str>>,
    /// Cancelled when what brought the request is closing.
    pub(crate) closing: CancellationToken,
}

pub(super) fn router(server: Arc<Shared>) -> Router {
    Router::new().fallback(move |request: http::Request<Body>| {
        let server = Arc::clone(&server);
        async move { receive(server, request).await }
    })
}

async fn receive(server: Arc<Shared>, request: http::Request<Body>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let caller = parts.extensions.remove::<Caller>().unwrap_or_default();
    let closing = caller.closing.clone();
    let named = named_in_path(&mut parts.uri);
    let client = caller.client.or(named).unwrap_or_else(|| client_of(&parts.headers));
    let answer = async {
        if server.faults.reach(&client).await == Reach::Refused {
            return service::broken();
        }
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Failure::too_large(BODY_LIMIT).into_response();
            }
            Err(_) => return service::broken(),
        };
        let (request, route) = read(&server, Arc::clone(&client), parts, body);
        let place = server.log.begin(&request);
        let response = strike(&server, request, route, caller.closing).await;
        // An answer to a client that was cut off meanwhile waits, too.
        if server.faults.reach(&client).await == Reach::Refused {
            return service::broken();
        }
        if response.extensions().get::<Broken>().is_none() {
            server.log.answered(place, response.status().as_u16());
        }
        response
    };
    tokio::select! {
        biased;
        response = answer => response,
        () = closing.cancelled() => service::broken(),
    }
}

/// Takes the name of the client off the beginning of the path, where the kubeconfig of [`Listening`](crate::Listening) puts it.
fn named_in_path(uri: &mut Uri) -> Option<Arc<str>> {
    let whole = uri.path_and_query()?.as_str().strip_prefix(PREFIX)?.to_owned();
    let end = whole.find(['/', '?']).unwrap_or(whole.len());
    let (name, rest) = whole.split_at(end);
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    *uri = rest.parse().ok()?;
    Some(route::decode(name).into())
}

/// A client is known by its token; one without a token by the program that it is.
fn client_of(headers: &HeaderMap) -> Arc<str> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let token = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let agent = text(header::USER_AGENT).and_then(|agent| agent.split(['/', ' ']).next());
    token.or(agent).unwrap_or_default().into()
}

fn read(server: &Shared, client: Arc<str>, parts: http::request::Parts, body: Bytes) -> (Request, Route) {
    let query = query(&parts.uri);
    let watch = query.iter().any(|(key, value)| key == "watch" && value != "false" && value != "0");
    let path = parts.uri.path().to_owned();
    let route = route::route(server, &path);
    let (verb, target) = match &route {
        Route::Objects(_, target) => (route::verb(&parts.method, target, watch), Some(target.clone())),
        Route::Document => (Verb::Other, None),
    };
    let request = Request(Arc::new(Parts {
        client,
        at: server.clock.elapsed(),
        verb,
        method: parts.method,
        path,
        query,
        headers: Headers::new(&parts.headers),
        body,
        target,
    }));
    (request, route)
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    let query = uri.query().unwrap_or_default();
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map(|parsed| parsed.0)
        .unwrap_or_else(|_| vec![(query.to_owned(), String::new())])
}

/// Does what the rules say, and what the request asks unless they say otherwise.
async fn strike(
    server: &Arc<Shared>,
    request: Request,
    route: Route,
    closing: CancellationToken,
) -> Response<Body> {
    let plan = server.faults.plan(&request);
    if plan.delay > Duration::ZERO {
        sleep(plan.delay).await;
    }
    let answer = {
        let server = Arc::clone(server);
        move || answer(&server, request, route, closing)
    };
    match plan.action {
        None | Some(Action::Delay(_)) => answer(),
        Some(Action::FailBefore(status)) => Failure::injected(status).into_response(),
        Some(Action::FailAfter(status)) => {
            answer();
            Failure::injected(status).into_response()
        }
        Some(Action::DelayAnswer(delay)) => {
            let response = answer();
            sleep(delay).await;
            response
        }
        Some(Action::HangBefore) => std::future::pending().await,
        Some(Action::HangAfter) => {
            answer();
            std::future::pending().await
        }
        Some(Action::ApplyLate(delay)) => {
            // The one task that the server ever starts: the write outlives the client's interest in it.
            tokio::spawn(async move {
                sleep(delay).await;
                answer();
            });
            std::future::pending().await
        }
        Some(Action::Refuse) => service::broken(),
        Some(Action::BreakAfter) => {
            answer();
            service::broken()
        }
        Some(Action::Answer(made_up)) => made_up.to_response(),
        Some(Action::Garbage) => {
            answer();
            let mut response = Response::new(Body::from("<html>this is no JSON</html>"));
            let html = HeaderValue::from_static("text/html");
            response.headers_mut().insert(header::CONTENT_TYPE, html);
            response
        }
        Some(Action::Truncate) => truncated(answer()).await,
        // These strike streams, and are asked for by them.
        Some(Action::CutWatch(_) | Action::CutOpenWatches | Action::SilenceWatch) => answer(),
    }
}

/// The first half of an answer, and then a broken connection.
async fn truncated(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    // Of a watch, which need not end, the first piece is cut.
    let whole = match body.into_data_stream().next().await {
        Some(Ok(piece)) => piece,
        _ => Bytes::new(),
    };
    let half = whole.slice(..whole.len() / 2);
    let broken = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok(half), Err(broken)])))
}

fn answer(
    server: &Arc<Shared>,
    request: Request,
    route: Route,
    closing: CancellationToken,
) -> Response<Body> {
    let Route::Objects(kind, target) = route else {
        return discovery::document(server, &request).unwrap_or_else(Failure::into_response);
    };
    let call = Call { server: Arc::clone(server), request, kind, target };
    let outcome = if call.request.verb() == Verb::Watch {
        let tap = server.faults.tap(&call.request).until(closing);
        call.watch(tap)
    } else {
        call.answer()
    };
    let mut response = outcome.unwrap_or_else(Failure::into_response);
    if response.status() == StatusCode::OK {
        let value = HeaderValue::from_static("no-cache, private");
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}
