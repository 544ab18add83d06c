//! The gate as a plain layer, over a service that is none of kube's.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use futures::FutureExt;
use http::{Request, Response};
use le_core::StopReason;
use le_runtime::{Gate, GateError, GateLayer, LeadershipExt, Stamp};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use super::term;

fn put(path: &str) -> Request<&'static str> {
    Request::put(path).body("body").unwrap()
}

#[tokio::test]
async fn any_body_and_any_response_pass() {
    let (term, leadership) = term(7);
    let echo = service_fn(|request: Request<&'static str>| ready(Ok::<_, Infallible>(request.into_body())));
    let mut service = ServiceBuilder::new().layer(GateLayer::new(leadership)).service(echo);
    assert_eq!(service.ready().await.unwrap().call(put("/x")).await.unwrap(), "body");
    term.end(StopReason::Replaced);
    let error = service.ready().await.unwrap().call(put("/x")).await.unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(GateError::NotLeading { path, .. }) if path == "/x"),
        "{error:?}"
    );
    assert_eq!(service.call(Request::get("/x").body("read").unwrap()).await.unwrap(), "read");
}

#[tokio::test]
async fn a_request_that_was_handed_in_takes_no_step_after_the_loss() {
    let (term, leadership) = term(7);
    let steps = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&steps);
    let inner = service_fn(move |_: Request<&'static str>| {
        let count = Arc::clone(&count);
        async move {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Response::new(()))
        }
    });
    let mut gate = GateLayer::new(leadership).layer(inner);
    let handed_in = gate.call(put("/x"));
    term.end(StopReason::Replaced);
    let error = handed_in.await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(GateError::LostMeanwhile { .. })), "{error:?}");
    assert_eq!(steps.load(Ordering::Relaxed), 0);
}

/// Counts how often it is asked whether it is ready, and called.
#[derive(Clone, Default)]
struct Fussy {
    ready: Arc<AtomicU32>,
    called: Arc<AtomicU32>,
}

impl Service<Request<&'static str>> for Fussy {
    type Response = ();
    type Error = &'static str;
    type Future = futures::future::Pending<Result<(), &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        match self.ready.fetch_add(1, Ordering::Relaxed) {
            0 => Poll::Pending,
            1 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err("worn out")),
        }
    }

    fn call(&mut self, _: Request<&'static str>) -> Self::Future {
        self.called.fetch_add(1, Ordering::Relaxed);
        futures::future::pending()
    }
}

#[tokio::test]
async fn the_gate_is_ready_when_the_service_is_and_calls_it_at_once() {
    let (term, leadership) = term(7);
    let fussy = Fussy::default();
    let mut gate = GateLayer::new(leadership).layer(fussy.clone());
    assert!(gate.ready().now_or_never().is_none());
    let call = gate.ready().now_or_never().unwrap().unwrap().call(put("/x"));
    assert_eq!(fussy.called.load(Ordering::Relaxed), 1);
    let error = gate.ready().await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "worn out");
    term.end(StopReason::Replaced);
    call.now_or_never().unwrap().unwrap_err();
    assert!(gate.call(put("/x")).await.is_err());
    assert_eq!(
        fussy.called.load(Ordering::Relaxed),
        1,
        "the service hears nothing of a write without a right"
    );
}

#[tokio::test]
async fn an_error_of_the_service_keeps_its_type() {
    let (_term, leadership) = term(7);
    let inner = service_fn(|_: Request<&'static str>| ready(Err::<(), _>(std::io::Error::other("broken"))));
    let mut gate = GateLayer::new(leadership).layer(inner);
    for request in [put("/x"), Request::get("/x").body("").unwrap()] {
        let error: BoxError = gate.call(request).await.unwrap_err();
        assert_eq!(error.downcast_ref::<std::io::Error>().unwrap().to_string(), "broken");
    }
}

#[test]
fn a_read_costs_no_allocation() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (_term, leadership) = runtime.block_on(async { term(7) });
    let inner = service_fn(|request: Request<&'static str>| ready(Ok::<_, Infallible>(request.into_body())));
    let mut gate = GateLayer::new(leadership).layer(inner);
    let request = Cell::new(Some(Request::get("/x").body("read").unwrap()));
    let allocated = allocation_counter::measure(|| {
        let answer = gate.call(request.take().unwrap()).now_or_never().unwrap().unwrap();
        assert_eq!(answer, "read");
    });
    assert_eq!(allocated.count_total, 0);
}

#[tokio::test]
async fn everything_says_what_it_is() {
    let (_term, leadership) = term(7);
    let layer = GateLayer::new(leadership.clone());
    assert!(
        format!("{layer:?}").starts_with("GateLayer { leadership: Leadership { bucket: \"b\""),
        "{layer:?}"
    );
    let gate: Gate<_> = layer.layer(service_fn(|_: Request<()>| pending::<Result<(), Infallible>>()));
    assert!(format!("{gate:?}").starts_with("Gate { leadership: Leadership { bucket: \"b\""), "{gate:?}");
    assert_eq!(format!("{:?}", Stamp::new()), "Stamp { key: \"leader-election/fencing-token\" }");
    let error = Stamp::with_key("").unwrap_err();
    assert!(format!("{error:?}").contains("its name is empty"), "{error:?}");
    let _: kube::Client = leadership.client(&super::recorder().0);
}
