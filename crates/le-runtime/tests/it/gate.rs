//! The gate for writes.

mod answers;
mod layer;
mod refused;
mod rights;
mod stamp;
mod under_way;
mod unstamped;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, ObjectMeta};
use kube::client::Body;
use kube::{Client, Error, Resource};
use le_core::{Bucket, Clock, FencingToken, Leadership, Moment, Term};
use le_runtime::GateError;
use serde_json::Value;
use tokio::time::Instant;

/// Tokio's clock, counted from when it was made.
#[derive(Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::ORIGIN + self.0.elapsed()
    }
}

/// Begins a term of the bucket `b` that needs no renewal.
fn term(token: u64) -> (Term, Leadership) {
    begin(token, Moment::NEVER)
}

/// Begins a term that runs out if nobody renews it.
fn term_for(length: Duration) -> (Term, Leadership) {
    begin(7, Moment::ORIGIN + length)
}

fn begin(token: u64, deadline: Moment) -> (Term, Leadership) {
    let clock = Arc::new(TokioClock(Instant::now()));
    let term = Term::begin(Bucket::whole("b"), FencingToken::new(token), deadline, clock);
    let leadership = term.leadership();
    (term, leadership)
}

fn maps(client: Client) -> Api<ConfigMap> {
    Api::default_namespaced(client)
}

fn map(name: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        ..ConfigMap::default()
    }
}

/// The annotation of an object that the stamp is in.
fn stamp_of(object: &impl Resource) -> Option<&str> {
    object.meta().annotations.as_ref()?.get("leader-election/fencing-token").map(String::as_str)
}

/// The gate's error, and nothing else.
#[track_caller]
fn gate_error(error: &Error) -> &GateError {
    let Error::Service(inner) = error else { panic!("{error:?}") };
    let found = inner.downcast_ref().unwrap();
    assert!(std::ptr::eq(found, GateError::of(error).unwrap()));
    found
}

/// A request as it came.
type Seen = Arc<Mutex<Vec<Request<Vec<u8>>>>>;

/// A client of a server that keeps what it is sent, and answers everything with `{}`.
fn recorder() -> (Client, Seen) {
    let seen = Seen::default();
    let service = {
        let seen = Arc::clone(&seen);
        tower::service_fn(move |request: Request<Body>| {
            let seen = Arc::clone(&seen);
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect_bytes().await?.to_vec();
                seen.lock().unwrap().push(Request::from_parts(parts, body));
                Ok::<_, Error>(Response::new(Body::from(b"{}".to_vec())))
            }
        })
    };
    (Client::new(service, "default"), seen)
}

fn request(method: &str, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("content-type", content_type);
    request.body(Body::from(body.into())).unwrap()
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}
