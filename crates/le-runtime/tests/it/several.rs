//! Several controllers in one process.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use kube::{Api, api::PostParams};
use le_core::{
    Bucket, BuildError, Elector, ElectorBuilder, ElectorError, Enqueue, FencingToken, LeaderAware,
    Leadership, Moment, Term, Unopposed,
};
use le_runtime::{RunError, Sharded, run_together};
use le_testkit::{ApiServer, Verb};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::support::{
    Journal, Operator, Still, What, create, ended, lease, lease_builder, millis, names, object, secs, settle,
};

#[tokio::test(start_paused = true)]
async fn two_kinds_share_one_watch_of_leases_and_have_leases_of_their_own() {
    let (server, journal, stop) = (ApiServer::new(), Journal::new(), CancellationToken::new());
    create(&server, names(20)).await;
    let secrets: Api<Secret> = Api::default_namespaced(server.client("a"));
    secrets
        .create(
            &PostParams::default(),
            &serde_json::from_value(serde_json::json!({
                "metadata": { "name": "secret" },
            }))
            .unwrap(),
        )
        .await
        .unwrap();
    let builder = lease_builder(&server, "a", 3);
    let (maps, _, _) = Operator::new(&server, "a", &journal).queue("maps").prepare(&builder, &stop);
    let (told, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let see = move |_: Arc<Secret>, _: Arc<()>, leadership: Leadership| {
        told.send(leadership.bucket().name().to_string()).unwrap();
        std::future::ready(Ok::<_, Infallible>(Action::await_change()))
    };
    let controller = Controller::new(secrets, watcher::Config::default());
    let other = Sharded::new(controller, &builder, "secrets").unwrap();
    let other = other.run(see, |_, _, _| Action::await_change(), Arc::new(()), stop.clone());
    let both = run_together(&stop, [maps, other.boxed()]);
    let watch = async {
        sleep(secs(60)).await;
        stop.cancel();
    };
    let (run, ()) = tokio::join!(ended(both), watch);
    run.unwrap();
    assert_eq!(journal.take().len(), 20);
    assert!(ended(seen.recv()).await.unwrap().starts_with("op.secrets."));
    let watches =
        |kind: &str| server.log().count(|request| request.verb() == Verb::Watch && request.kind() == kind);
    assert_eq!((watches("Lease"), watches("ConfigMap"), watches("Secret")), (1, 1, 1));
    let created = server.log().select(|request| request.verb() == Verb::Create && request.kind() == "Lease");
    let leases: BTreeSet<_> = created
        .iter()
        .map(|request| request.json().unwrap()["metadata"]["name"].as_str().unwrap().to_owned())
        .collect();
    let wanted = ["maps", "secrets"]
        .into_iter()
        .flat_map(|queue| (0..3).map(move |i| format!("op.{queue}.{i:02}-of-03")));
    assert_eq!(leases, wanted.collect());
}

#[tokio::test(start_paused = true)]
async fn when_one_of_several_ends_the_others_are_stopped_in_order() {
    let (server, journal, stop) = (ApiServer::new(), Journal::new(), CancellationToken::new());
    create(&server, ["one"]).await;
    let builder = lease_builder(&server, "a", 1);
    let end = CancellationToken::new();
    let over = end.clone().cancelled_owned();
    let first = Operator::new(&server, "first", &journal)
        .queue("first")
        .controller(|controller| controller.graceful_shutdown_on(over));
    let second = Operator::new(&server, "second", &journal).queue("second").taking(secs(10));
    let runs = [first, second].map(|operator| operator.prepare(&builder, &stop).0);
    let end = async {
        sleep(secs(3)).await;
        end.cancel();
    };
    let (run, ()) = tokio::join!(ended(run_together(&stop, runs)), end);
    run.unwrap();
    assert!(stop.is_cancelled());
    let second = journal.lines().into_iter().find(|line| line.what == What::Ended && line.who == "second");
    assert_eq!(journal.now(), second.unwrap().at, "it has drained, and that is all that was waited for");
    for queue in ["first", "second"] {
        server.until_free(&lease(queue)).within(millis(1)).await;
    }
}

/// Builds electors that fail after some seconds, whatever they are told.
#[derive(Clone, Copy, Debug)]
struct Failing(u64);

#[async_trait]
impl Elector for Failing {
    async fn run(self: Box<Self>, _: CancellationToken) -> Result<(), ElectorError> {
        sleep(secs(self.0)).await;
        Err(ElectorError::new(format!("failed after {}", self.0)))
    }
}

impl ElectorBuilder for Failing {
    fn build(
        &self,
        queue: &str,
        _: Arc<dyn LeaderAware>,
        _: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        if queue == "unbuildable" { Err(BuildError::new(queue, "no")) } else { Ok(Box::new(*self)) }
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_comes_out_when_all_have_ended() {
    let (server, journal, stop) = (ApiServer::new(), Journal::new(), CancellationToken::new());
    create(&server, ["one"]).await;
    let [failing, later] =
        [3, 5].map(|after| Operator::new(&server, "a", &journal).prepare(&Failing(after), &stop).0);
    let good = Operator::new(&server, "b", &journal).taking(secs(10)).prepare(&Unopposed, &stop).0;
    let began = Instant::now();
    let run = ended(run_together(&stop, [good, later, failing])).await;
    assert!(matches!(&run, Err(RunError::Election(_))) && format!("{run:?}").contains("after 3"), "{run:?}");
    assert_eq!(began.elapsed(), secs(10));
    assert_eq!(journal.first(What::Ended, "one").unwrap().at, secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_one_comes_out_when_the_others_have_ended() {
    let (server, journal, stop) = (ApiServer::new(), Journal::new(), CancellationToken::new());
    create(&server, ["one"]).await;
    let builder = lease_builder(&server, "a", 1);
    let bad = Operator::new(&server, "bad", &journal).queue("bad").habit(|_, _| async { panic!("broken") });
    let good = Operator::new(&server, "good", &journal).queue("good").taking(secs(10));
    let failing = Operator::new(&server, "failing", &journal).prepare(&Failing(3), &stop).0;
    let mut runs = vec![failing];
    runs.extend([bad, good].map(|operator| operator.prepare(&builder, &stop).0));
    let both = tokio::spawn(async move { run_together(&stop, runs).await });
    let panic = ended(both).await.unwrap_err().into_panic();
    assert!(panic.downcast_ref::<String>().unwrap().contains("broken"));
    assert_eq!(journal.first(What::Ended, "one").unwrap().who, "good");
    assert_eq!(journal.first(What::Ended, "one").unwrap().at, journal.now());
    for queue in ["bad", "good"] {
        server.until_free(&lease(queue)).within(millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_cannot_be_built_is_an_error_before_anything_runs() {
    let server = ApiServer::new();
    let controller =
        Controller::new(Api::<Secret>::default_namespaced(server.client("a")), watcher::Config::default());
    let error = Sharded::new(controller, &Failing(3), "unbuildable").unwrap_err();
    assert!(error.to_string().contains("unbuildable"));
}

#[tokio::test(start_paused = true)]
async fn an_elector_that_fails_ends_the_run_with_its_error_and_leads_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).start(&Failing(3));
    let shard = a.shard.clone();
    let error = ended(a.running).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the election ended");
    assert_eq!(journal.now(), secs(3));
    assert!(!shard.leads(&object("one")));
}

/// An elector, and its builder, that breaks off while what it has promoted is still led.
struct Careless(Arc<dyn LeaderAware>, Enqueue);

#[async_trait]
impl Elector for Careless {
    async fn run(self: Box<Self>, _: CancellationToken) -> Result<(), ElectorError> {
        let term = Term::begin(Bucket::whole("all"), FencingToken::new(1), Moment::NEVER, Arc::new(Still));
        self.0.promote(term.leadership(), Some(self.1)).await.unwrap();
        std::mem::forget(term);
        sleep(secs(3)).await;
        Ok(())
    }
}

impl fmt::Debug for Careless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Careless")
    }
}

#[derive(Debug)]
struct CarelessBuilder;

impl ElectorBuilder for CarelessBuilder {
    fn build(
        &self,
        _: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        Ok(Box::new(Careless(aware, enqueue)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_soon_after_its_elector_even_if_that_left_work_behind() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).taking(secs(1_000_000)).start(&CarelessBuilder);
    ended(a.running).await.unwrap().unwrap();
    assert_eq!(journal.now(), secs(4));
    settle().await;
    assert_eq!(journal.first(What::Dropped, "one").unwrap().at, secs(4));
}

#[tokio::test(start_paused = true)]
async fn none_at_all_are_at_their_end_at_once() {
    let stop = CancellationToken::new();
    let none: [futures::future::BoxFuture<'static, Result<(), RunError>>; 0] = [];
    run_together(&stop, none).await.unwrap();
    assert!(!stop.is_cancelled());
    settle().await;
}
