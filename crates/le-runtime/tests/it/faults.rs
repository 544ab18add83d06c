//! What goes wrong, and what goes on all the same.

use std::sync::Arc;
use std::time::Duration;

use kube::api::{DeleteParams, Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::runtime::watcher;
use le_core::Unopposed;
use le_runtime::{Options, Report};
use le_testkit::{ApiServer, ByHand, Verb};
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{
    Journal, Operator, Replica, What, api, bucket_of, change, create, ended, lease, lease_builder, millis,
    names, number, secs, settle,
};

fn not_synced(replica: &Replica) -> Vec<Duration> {
    let waited = |report: &Report| match report {
        Report::NotSynced { waited, .. } => Some(*waited),
        _ => None,
    };
    replica.reports().iter().filter_map(waited).collect()
}

/// The list is answered with errors, or not at all.
#[tokio::test(start_paused = true)]
async fn a_replica_whose_cache_is_never_filled_leaves_everything_to_the_other_and_says_so() {
    for hangs in [false, true] {
        let (server, journal) = (ApiServer::new(), Journal::new());
        create(&server, names(20)).await;
        let lists = server.faults().rule().client("a").kind("ConfigMap");
        if hangs {
            lists.hang_before()
        } else {
            lists.fail_before(500)
        };
        let a = Operator::new(&server, "a", &journal).start(&lease_builder(&server, "a", 1));
        sleep(secs(20)).await;
        let b = Operator::new(&server, "b", &journal).start(&lease_builder(&server, "b", 1));
        sleep(secs(91 - 20)).await;
        assert_eq!(journal.take().len(), 20);
        assert!(journal.lines().iter().all(|line| line.who == "b"));
        assert_eq!(server.log().count(|request| request.client() == "a" && request.kind() == "Lease"), 0);
        assert_eq!(not_synced(&a), [30, 60, 90].map(secs));
        assert!(not_synced(&b).is_empty());
        let stopped = journal.now();
        a.stop().await;
        b.stop().await;
        assert!(journal.now() - stopped < millis(100), "{:?}", journal.now() - stopped);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_needs_no_election_says_that_its_cache_is_not_filled_too() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").kind("ConfigMap").hang_before();
    let a = Operator::new(&server, "a", &journal).start(&Unopposed);
    sleep(secs(61)).await;
    assert_eq!(not_synced(&a), [30, 60].map(secs));
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_replica_whose_cache_is_filled_late_takes_part_from_then_on() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(20)).await;
    let broken = server.faults().rule().client("a").kind("ConfigMap").fail_before(500);
    let a = Operator::new(&server, "a", &journal).start(&hand);
    sleep(secs(100)).await;
    broken.remove();
    sleep(secs(100)).await; // kube-runtime waits longer with each failure.
    let reports = not_synced(&a).len();
    assert!(reports < 6, "{reports}");
    sleep(secs(1000)).await;
    assert_eq!(not_synced(&a).len(), reports, "it says no more since it is");
    hand.promote(bucket_of("object-0")).await.unwrap();
    settle().await;
    assert_eq!(journal.take()["object-0"], 1);
    a.stop().await;
}

/// Objects `bad` and `good` are reconciled at once; `bad` panics after two seconds, `good` takes ten.
async fn panicking(journal: &Journal, server: &ApiServer) -> Replica {
    create(server, ["bad", "good"]).await;
    Operator::new(server, "a", journal)
        .habit(|object, leadership| async move {
            if object.metadata.name.as_deref() == Some("bad") {
                sleep(secs(2)).await;
                panic!("the reconciler is broken");
            }
            sleep(secs(10)).await;
            assert!(leadership.is_valid());
            Ok(Action::await_change())
        })
        .start(&lease_builder(server, "a", 1))
}

#[tokio::test(start_paused = true)]
async fn a_panic_comes_out_after_the_others_have_drained_and_the_next_replica_leads_at_once() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = panicking(&journal, &server).await;
    let began = journal.until(What::Began, "bad").await.at;
    let b = Operator::new(&server, "b", &journal).start(&lease_builder(&server, "b", 1));
    let late = async {
        sleep(secs(5)).await;
        create(&server, ["late"]).await;
    };
    let (run, ()) = tokio::join!(ended(a.running), late);
    assert_eq!(journal.now(), began + secs(10));
    let panic = run.unwrap_err().into_panic();
    let words = panic.downcast_ref::<String>().unwrap();
    assert!(words.contains("the reconciler is broken"), "{words}");
    assert_eq!(journal.first(What::Ended, "good").unwrap().at, began + secs(10));
    server.until_led(&lease("objects")).by("b").within(millis(10)).await;
    settle().await;
    let last: Vec<_> = journal.lines().into_iter().filter(|line| line.what == What::Began).collect();
    assert_eq!(last.iter().filter(|line| line.who == "a").count(), 2, "it took no key after the panic");
    assert_eq!(last.iter().filter(|line| line.who == "b").count(), 3);
    b.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_middle_of_a_drain_comes_out_after_the_drain() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = panicking(&journal, &server).await;
    let began = journal.until(What::Began, "bad").await.at;
    sleep(secs(1)).await;
    a.stop.cancel();
    assert!(ended(a.running).await.unwrap_err().is_panic());
    assert_eq!(journal.now(), began + secs(10));
    assert_eq!(journal.first(What::Ended, "good").unwrap().at, began + secs(10));
    server.until_free(&lease("objects")).within(millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_error_policy_comes_out_too() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .habit(|_, _| async { Err(crate::support::Refused) })
        .policy_with(|| panic!("the policy is broken"))
        .start(&lease_builder(&server, "a", 1));
    let panic = ended(a.running).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the policy is broken"));
    server.until_free(&lease("objects")).within(millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_another_reconcile_never_returns_comes_out_at_the_drain_bound() {
    let (server, journal, bound) =
        (ApiServer::new(), Journal::new(), Options::default().drain_bound(secs(5)));
    create(&server, ["bad", "stuck"]).await;
    let a = Operator::new(&server, "a", &journal)
        .options(bound)
        .habit(|object, _| async move {
            assert!(object.metadata.name.as_deref() != Some("bad"), "the reconciler is broken");
            std::future::pending().await
        })
        .start(&Unopposed);
    assert!(ended(a.running).await.unwrap_err().is_panic());
    assert_eq!(journal.now(), secs(5));
    assert_eq!(journal.first(What::Dropped, "stuck").unwrap().at, secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_deleted_while_its_bucket_moves_is_reconciled_by_nobody() {
    let (server, journal, a) = (ApiServer::new(), Journal::new(), ByHand::new());
    let b = a.peer();
    create(&server, ["one"]).await;
    let replicas =
        [("a", &a), ("b", &b)].map(|(name, hand)| Operator::new(&server, name, &journal).start(hand));
    let bucket = bucket_of("one");
    let name = bucket.name().as_str();
    a.promote(bucket.clone()).await.unwrap();
    settle().await;
    let delete = async { api(&server).delete("one", &DeleteParams::default()).await.unwrap() };
    let (moved, _) = tokio::join!(a.hand_over(name, &b), delete);
    moved.unwrap();
    settle().await;
    // If it was in the cache still when the bucket was promoted, it was in its last state. Nothing comes after that.
    journal.take();
    b.hand_over(name, &a).await.unwrap();
    sleep(secs(3600)).await;
    assert!(journal.take().is_empty());
    for replica in replicas {
        replica.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_deleted_while_its_bucket_moves_has_its_finalizer_taken_off_by_the_next_leader() {
    let (server, journal, a) = (ApiServer::new(), Journal::new(), ByHand::new());
    let b = a.peer();
    create(&server, ["one"]).await;
    let finalizer = |finalizers| Patch::Merge(json!({ "metadata": { "finalizers": finalizers } }));
    api(&server).patch("one", &PatchParams::default(), &finalizer(json!(["acme.io/end"]))).await.unwrap();
    let replicas = [("a", &a), ("b", &b)].map(|(name, hand)| {
        let maps = api(&server);
        let operator = Operator::new(&server, name, &journal).habit(move |object, leadership| {
            let maps = maps.clone();
            async move {
                if object.metadata.deletion_timestamp.is_some() {
                    sleep(secs(1)).await;
                    leadership.ensure().unwrap();
                    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
                    maps.patch("one", &PatchParams::default(), &free).await.unwrap();
                }
                Ok(Action::await_change())
            }
        });
        operator.start(hand)
    });
    let bucket = bucket_of("one");
    a.promote(bucket.clone()).await.unwrap();
    settle().await;
    api(&server).delete("one", &DeleteParams::default()).await.unwrap();
    sleep(millis(500)).await;
    a.lose(bucket.name().as_str()).await;
    assert!(journal.first(What::Dropped, "one").is_some(), "`a` was in the middle of it");
    sleep(secs(100)).await;
    assert!(api(&server).get_opt("one").await.unwrap().is_some());
    b.promote(bucket).await.unwrap();
    sleep(secs(2)).await;
    assert!(api(&server).get_opt("one").await.unwrap().is_none());
    for replica in replicas {
        replica.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_are_seen_after_cut_watches_and_lost_histories() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, names(20)).await;
    let seen = Arc::new(std::sync::Mutex::new(std::collections::BTreeMap::new()));
    let numbers = Arc::clone(&seen);
    let a = Operator::new(&server, "a", &journal)
        .habit(move |object, _| {
            numbers.lock().unwrap().insert(object.metadata.name.clone().unwrap(), number(&object));
            std::future::ready(Ok(Action::await_change()))
        })
        .start(&hand);
    let bucket = bucket_of("object-0");
    hand.promote(bucket.clone()).await.unwrap();
    settle().await;
    for round in 1..=4 {
        let broken = match round {
            1 => server.faults().rule().client("a").cut_open_watches(),
            2 => server.faults().rule().client("a").verb(Verb::Watch).times(2).fail_before(410),
            _ => server.faults().rule().client("a").times(3).fail_before(503),
        };
        if round > 1 {
            server.faults().rule().client("a").times(1).cut_watch();
        }
        if round == 4 {
            hand.lose(bucket.name().as_str()).await;
        }
        change(&server, "object-0", round).await;
        server.compact();
        sleep(secs(300)).await;
        if round == 4 {
            assert_eq!(seen.lock().unwrap()["object-0"], 3, "it was not led meanwhile");
            hand.promote(bucket.clone()).await.unwrap();
            settle().await;
        }
        assert_eq!(seen.lock().unwrap()["object-0"], round);
        server.faults().clear();
        broken.remove();
    }
    assert!(!a.running.is_finished());
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_controller_that_ends_by_itself_ends_the_run_in_order() {
    let (server, journal, end) = (ApiServer::new(), Journal::new(), CancellationToken::new());
    create(&server, ["one"]).await;
    let over = end.clone().cancelled_owned();
    let a = Operator::new(&server, "a", &journal)
        .controller(|controller| controller.graceful_shutdown_on(over))
        .taking(secs(10))
        .start(&lease_builder(&server, "a", 1));
    let began = journal.until(What::Began, "one").await.at;
    sleep(secs(3)).await;
    end.cancel();
    ended(a.running).await.unwrap().unwrap();
    assert_eq!(journal.first(What::Ended, "one").unwrap().at, began + secs(10));
    assert!(!a.stop.is_cancelled(), "the caller's token is the caller's");
    server.until_free(&lease("objects")).within(millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_cache_is_filled_ends_the_run_at_once() {
    let builders: [&dyn le_core::ElectorBuilder; 2] = [&Unopposed, &ByHand::new()];
    for builder in builders {
        let (server, journal) = (ApiServer::new(), Journal::new());
        server.faults().rule().client("a").kind("ConfigMap").hang_before();
        let a = Operator::new(&server, "a", &journal).start(builder);
        sleep(secs(5)).await;
        timeout(millis(1), a.stop()).await.expect("there is nothing to wait for");
        let stopped = CancellationToken::new();
        stopped.cancel();
        let b = Operator::new(&server, "a", &journal).start_until(builder, &stopped);
        timeout(millis(1), b.stop()).await.expect("there is nothing to begin");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_drops_its_reconciles_and_leads_nothing_any_more() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal).taking(secs(100)).start(&lease_builder(&server, "a", 1));
    let began = journal.until(What::Began, "one").await.at;
    sleep(secs(3)).await;
    let requests = server.log().len();
    a.running.abort();
    assert!(ended(a.running).await.unwrap_err().is_cancelled());
    settle().await;
    assert_eq!(journal.first(What::Dropped, "one").unwrap().at, began + secs(3));
    assert!(!a.shard.leads(&crate::support::object("one")));
    server.until_led(&lease("objects")).by("a").await;
    sleep(secs(100)).await;
    assert!(server.log().len() <= requests + 1, "nothing of it goes on, and nothing is released");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_forbidden_for_ever_ends_nothing() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    create(&server, ["one"]).await;
    let a = Operator::new(&server, "a", &journal)
        .controller(|controller| {
            let other =
                kube::Api::<k8s_openapi::api::core::v1::Secret>::default_namespaced(server.client("a"));
            controller.owns(other, watcher::Config::default())
        })
        .start(&hand);
    server.faults().rule().client("a").kind("Secret").fail_before(403);
    hand.promote(bucket_of("one")).await.unwrap();
    sleep(secs(1000)).await;
    assert_eq!(journal.take()["one"], 1);
    change(&server, "one", 1).await;
    // kube-runtime waits after each failure before it looks at any of a controller's triggers.
    sleep(secs(100)).await;
    assert_eq!(journal.take()["one"], 1);
    assert!(!a.running.is_finished());
    a.stop().await;
}
