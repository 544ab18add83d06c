//! A request through the gate, beside one without it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use le_bench::{Row, Stopwatch, Target, Turns};
use le_core::{Bucket, Term};
use le_runtime::{GateLayer, LeadershipExt};
use tower::{Layer, Service};

use super::objects::term;

const REQUESTS: usize = 10_000;
const TURNS: usize = 200;
const WARM_UP: usize = 20;
/// What the gate may add to a request.
const MOST: Duration = Duration::from_nanos(200);

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let term = term(Bucket::whole("all"));
    Ok(vec![layer(&term).await?, client(&term).await?])
}

/// The layer by itself, over a service that answers at once.
async fn layer(term: &Term) -> anyhow::Result<Row> {
    let mut gated = GateLayer::new(term.leadership()).layer(Answers);
    let mut turns = Turns::default();
    for turn in 0..WARM_UP + TURNS {
        let begin = Stopwatch::of_thread();
        for _ in 0..REQUESTS {
            let answer = gated.call(request()?).await;
            black_box(answer).map_err(anyhow::Error::from_boxed)?;
        }
        let ours = begin.elapsed();
        let begin = Stopwatch::of_thread();
        for _ in 0..REQUESTS {
            black_box(Answers.call(request()?).await)?;
        }
        if turn >= WARM_UP {
            turns.note(ours, begin.elapsed());
        }
    }
    Ok(row("what the gate adds to a write, as a layer", &turns))
}

/// `leadership.client`, beside a client over a client without a gate: each client of kube's is a channel to a task.
async fn client(term: &Term) -> anyhow::Result<Row> {
    let client = Client::new(Answers, "default");
    let gated = term.leadership().client(&client);
    let plain = Client::new(Sends(client), "default");
    let mut turns = Turns::default();
    for turn in 0..WARM_UP + TURNS {
        let begin = Stopwatch::of_thread();
        for _ in 0..REQUESTS / 10 {
            black_box(gated.send(request()?).await?);
        }
        let ours = begin.elapsed();
        let begin = Stopwatch::of_thread();
        for _ in 0..REQUESTS / 10 {
            black_box(plain.send(request()?).await?);
        }
        if turn >= WARM_UP {
            turns.note(ours * 10, begin.elapsed() * 10);
        }
    }
    Ok(row("what the gate adds to a write, as a client with kube's channel", &turns))
}

fn row(name: &str, turns: &Turns) -> Row {
    let each = |time: Duration| format!("{:.0} ns", time.as_secs_f64() / REQUESTS as f64 * 1e9);
    let added = turns.difference() / REQUESTS as f64;
    Row::new(
        format!("{name}, beside {MOST:?}"),
        format!("{:.0} ns added ({} in all)", added * 1e9, each(turns.ours())),
        format!("{MOST:?} ({} without)", each(turns.other())),
        added / MOST.as_secs_f64(),
        Target::AtMost(1.0),
    )
}

fn request() -> http::Result<Request<Body>> {
    Request::patch("/api/v1/namespaces/default/configmaps/acme-widget").body(Body::empty())
}

/// Answers at once.
#[derive(Clone, Copy, Debug)]
struct Answers;

impl Service<Request<Body>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(Body::empty())))
    }
}

/// A client as the service below another one, as the gate has it.
#[derive(Clone)]
struct Sends(Client);

impl Service<Request<Body>> for Sends {
    type Response = Response<Body>;
    type Error = kube::Error;
    type Future = BoxFuture<'static, kube::Result<Response<Body>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<kube::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let client = self.0.clone();
        async move { client.send(request).await }.boxed()
    }
}
