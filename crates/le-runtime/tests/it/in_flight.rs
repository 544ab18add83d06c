//! Reconciles that are under way when leadership of their bucket ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::Action;
use le_core::{Bucket, LeaderAware, Membership, NamespacedName, StopReason};
use le_runtime::{OnLoss, Options, Report, Shard};
use le_testkit::{ApiServer, ByHand};
use tokio::time::{sleep, timeout};

use crate::support::{
    Cache, Journal, Operator, Refused, Replica, What, bucket_of, change, create, names_in, object, promote,
    secs, settle,
};

struct Case {
    server: ApiServer,
    hand: ByHand,
    journal: Journal,
    replica: Replica,
    bucket: Bucket,
}

impl Case {
    /// Begins the reconcile of `one` at the moment from which the journal counts.
    async fn begin(operator: impl FnOnce(Operator) -> Operator) -> Self {
        let (server, hand) = (ApiServer::new(), ByHand::new());
        create(&server, ["one"]).await;
        let journal = Journal::new();
        let replica = operator(Operator::new(&server, "a", &journal)).start(&hand);
        let bucket = bucket_of("one");
        hand.promote(bucket.clone()).await.unwrap();
        assert_eq!(journal.until(What::Began, "one").await.at, secs(0));
        Self { server, hand, journal, replica, bucket }
    }

    fn name(&self) -> &str {
        self.bucket.name().as_str()
    }

    /// When it was dropped or came to its end.
    fn over(&self, how: What) -> std::time::Duration {
        self.journal.first(how, "one").unwrap().at
    }

    /// Whom the reports are about, and how.
    fn reports(&self) -> Vec<(&'static str, String)> {
        let key = |report: &Report| match report {
            Report::Cancelled { bucket, key, .. } if bucket == self.bucket.name() => {
                Some(("cancelled", key.to_string()))
            }
            Report::Outlasted { bucket, key, .. } if bucket == self.bucket.name() => {
                Some(("outlasted", key.to_string()))
            }
            _ => None,
        };
        self.replica.reports().iter().filter_map(key).collect()
    }
}

const KEY: &str = "default/one";

#[tokio::test(start_paused = true)]
async fn a_reconcile_gets_the_leadership_of_its_own_bucket_and_term() {
    let (server, hand, journal) = (ApiServer::new(), ByHand::new(), Journal::new());
    let buckets = [bucket_of("one"), bucket_of("two")];
    assert_ne!(buckets[0], buckets[1]);
    create(&server, ["one", "two"]).await;
    let a = Operator::new(&server, "a", &journal).start(&hand);
    for _ in 0..3 {
        for (bucket, object) in buckets.iter().zip(["one", "two"]) {
            hand.promote(bucket.clone()).await.unwrap();
            settle().await;
            let token = hand.until_led(bucket.name().as_str()).await.token().get();
            // That it is the leadership of the object's bucket, the journal asserts.
            let last = journal.lines().into_iter().rfind(|line| line.what == What::Began).unwrap();
            assert_eq!((last.object.as_str(), last.token), (object, token));
            hand.lose(bucket.name().as_str()).await;
        }
    }
    assert_eq!(journal.all(What::Began).len(), 6);
    a.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_is_dropped_and_reported_at_the_moment_in_which_its_right_is_lost() {
    let case = Case::begin(|operator| operator.taking(secs(10))).await;
    sleep(secs(3)).await;
    case.hand.lose(case.name()).await;
    assert_eq!(case.journal.now(), secs(3));
    assert_eq!(case.over(What::Dropped), secs(3));
    assert_eq!(case.reports(), [("cancelled", KEY.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_slept_while_its_right_ran_out_takes_no_further_step() {
    let case = Case::begin(|operator| operator.taking(secs(10))).await;
    case.hand.expire_in(case.name(), secs(3));
    sleep(secs(60)).await;
    assert_eq!(case.over(What::Dropped), secs(10));
    assert!(case.journal.all(What::Ended).is_empty());
    assert_eq!(case.reports(), [("cancelled", KEY.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_may_finish_does_so_after_the_loss_and_is_waited_for() {
    let finish = Options::default().on_loss(OnLoss::Finish);
    let case = Case::begin(|operator| operator.taking(secs(10)).options(finish)).await;
    sleep(secs(3)).await;
    case.hand.lose(case.name()).await;
    assert_eq!(case.journal.now(), secs(10));
    assert_eq!(case.over(What::Ended), secs(10));
    assert!(case.reports().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_may_finish_after_a_loss_is_dropped_at_the_drain_bound_too() {
    let finish = Options::default().on_loss(OnLoss::Finish).drain_bound(secs(4));
    let case = Case::begin(|operator| operator.taking(secs(10)).options(finish)).await;
    sleep(secs(3)).await;
    case.hand.lose(case.name()).await;
    assert_eq!(case.journal.now(), secs(7));
    assert_eq!(case.over(What::Dropped), secs(7));
    assert_eq!(case.reports(), [("outlasted", KEY.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_finishes_under_its_right_after_a_graceful_demotion() {
    let case = Case::begin(|operator| {
        operator.habit(|_, leadership| async move {
            leadership.stopping().await;
            sleep(secs(5)).await;
            assert!(leadership.is_valid() && leadership.is_stopping());
            Ok(Action::await_change())
        })
    })
    .await;
    sleep(secs(3)).await;
    let leadership = case.hand.until_led(case.name()).await;
    case.hand.demote(case.name()).await;
    assert_eq!(case.over(What::Ended), secs(8));
    assert_eq!(case.journal.now(), secs(8), "the demotion ends with the reconcile");
    assert_eq!(leadership.stop_reason(), Some(StopReason::ToldToStop));
    assert!(case.reports().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_demotion_waits_for_the_last_reconcile_of_its_bucket_and_of_no_other() {
    let (server, hand, bucket) = (ApiServer::new(), ByHand::new(), bucket_of("one"));
    let own = names_in(&bucket, 3);
    create(&server, own.iter().map(String::as_str).chain(["two"])).await;
    let journal = Journal::new();
    let takes = own.clone();
    let _a = Operator::new(&server, "a", &journal)
        .habit(move |object, leadership| {
            let place = takes.iter().position(|name| Some(name) == object.metadata.name.as_ref());
            async move {
                sleep(secs(place.map_or(50, |place| 2 * (place as u64 + 1)))).await;
                assert_eq!(place.is_some(), leadership.is_stopping());
                Ok(Action::await_change())
            }
        })
        .start(&hand);
    let other = bucket_of("two");
    assert_ne!(bucket, other);
    hand.promote(bucket.clone()).await.unwrap();
    hand.promote(other.clone()).await.unwrap();
    sleep(secs(1)).await;
    hand.demote(bucket.name().as_str()).await;
    assert_eq!(journal.now(), secs(6));
    assert_eq!(journal.all(What::Ended), own);
    // The other bucket did not notice, and neither does it when this one is lost in its next term.
    hand.promote(bucket.clone()).await.unwrap();
    sleep(secs(1)).await;
    hand.lose(bucket.name().as_str()).await;
    assert_eq!(journal.all(What::Dropped).len(), 3);
    assert_eq!(journal.now(), secs(7));
    journal.until(What::Ended, "two").await;
    assert_eq!(journal.now(), secs(50));
    assert_eq!(journal.take()["two"], 1);
}

#[tokio::test(start_paused = true)]
async fn while_a_bucket_drains_none_of_its_keys_begins_though_they_change() {
    let case = Case::begin(|operator| operator.taking(secs(10))).await;
    let other = bucket_of("two");
    create(&case.server, ["two"]).await;
    case.hand.promote(other.clone()).await.unwrap();
    let meddle = async {
        sleep(secs(1)).await;
        assert!(!case.replica.shard.leads(&object("one")));
        assert!(case.hand.until_led(case.name()).await.is_valid());
        let late = names_in(&case.bucket, 2);
        create(&case.server, late.iter()).await;
        change(&case.server, "one", 1).await;
        change(&case.server, "two", 1).await;
    };
    tokio::join!(case.hand.demote(case.name()), meddle);
    assert_eq!(case.journal.now(), secs(10));
    sleep(secs(60)).await;
    assert_eq!(case.journal.take(), [("one".to_owned(), 1), ("two".to_owned(), 2)].into());
    case.hand.promote(case.bucket.clone()).await.unwrap();
    settle().await;
    assert_eq!(case.journal.take().len(), 3, "whoever leads next catches up with all of them");
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_never_returns_is_reported_with_its_key_and_dropped_after_twenty_seconds() {
    let case = Case::begin(|operator| operator.taking(secs(1_000_000))).await;
    sleep(secs(3)).await;
    case.hand.demote(case.name()).await;
    assert_eq!(case.journal.now(), secs(23));
    assert_eq!(case.over(What::Dropped), secs(23));
    assert_eq!(case.reports(), [("outlasted", KEY.to_owned())]);
    let report = case.replica.reports().pop().unwrap().to_string();
    assert!(report.contains(KEY) && report.contains(case.name()), "{report}");
}

#[tokio::test(start_paused = true)]
async fn the_drain_bound_can_be_set_and_the_run_ends_within_it() {
    let bound = Options::default().drain_bound(secs(5));
    let case = Case::begin(|operator| operator.taking(secs(1_000_000)).options(bound)).await;
    let journal = case.journal.clone();
    case.replica.stop().await;
    assert_eq!(journal.now(), secs(5));
    assert_eq!(journal.first(What::Dropped, "one").unwrap().at, secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_lost_in_the_middle_of_a_drain_ends_the_drain() {
    let case = Case::begin(|operator| operator.taking(secs(15))).await;
    let lose = async {
        sleep(secs(4)).await;
        case.hand.lose(case.name()).await;
    };
    tokio::join!(case.hand.demote(case.name()), lose);
    assert_eq!(case.journal.now(), secs(4));
    assert_eq!(case.over(What::Dropped), secs(4));
    assert_eq!(case.reports(), [("cancelled", KEY.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_demotion_that_nobody_waits_for_any_more_reports_and_drops_what_is_in_hand() {
    let case = Case::begin(|operator| operator.taking(secs(15))).await;
    timeout(secs(2), case.replica.shard.demote(&case.bucket)).await.unwrap_err();
    assert_eq!(case.reports(), [("outlasted", KEY.to_owned())]);
    settle().await;
    assert_eq!(case.over(What::Dropped), secs(2));
    assert!(!case.replica.shard.leads(&object("one")));
}

#[tokio::test(start_paused = true)]
async fn what_has_drained_is_not_reported() {
    let case = Case::begin(|operator| operator.taking(secs(5))).await;
    case.hand.demote(case.name()).await;
    sleep(secs(100)).await;
    assert!(case.reports().is_empty());
    assert_eq!(case.over(What::Ended), secs(5));
}

/// Has every key, and demotes its bucket in the middle of the first question after it was armed.
#[derive(Debug, Default)]
struct Meddling(Mutex<Option<Shard<ConfigMap>>>);

impl Membership for Meddling {
    fn has(&self, _: &NamespacedName<'_>) -> bool {
        if let Some(shard) = self.0.lock().unwrap().take() {
            assert_eq!(shard.demote(&Bucket::whole("all")).now_or_never(), Some(()), "nothing is in hand");
        }
        true
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_looked_up_while_its_bucket_is_demoted_is_skipped() {
    let (shard, _keys) = Shard::new(Cache::filled(["one"]).store, (), Options::default());
    let meddling = Arc::new(Meddling::default());
    let term = promote(&shard, &Bucket::new("all", Arc::clone(&meddling) as _), None).await;
    *meddling.0.lock().unwrap() = Some(shard.clone());
    let mut reconcile = shard.reconciler(|_, _: Arc<()>, _| {
        panic!("the demotion has ended") as std::future::Ready<Result<Action, Refused>>
    });
    let skipped = reconcile(Arc::new(object("one")), Arc::new(())).now_or_never();
    assert_eq!(skipped.unwrap().unwrap(), Action::await_change());
    assert!(term.leadership().is_valid() && !shard.leads(&object("one")));
}

/// Takes a key in hand, and hands back the reconcile, which has not begun.
async fn taken(options: Options, begun: &Arc<AtomicUsize>) -> (Shard<ConfigMap>, Taken) {
    let (shard, _keys) = Shard::new(Cache::filled(["one"]).store, (), options);
    let term = promote(&shard, &Bucket::whole("all"), None).await;
    let begun = Arc::clone(begun);
    let mut reconcile = shard.reconciler(move |_, _: Arc<()>, _| {
        let begun = Arc::clone(&begun);
        async move {
            begun.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Refused>(Action::requeue(secs(1)))
        }
    });
    let reconciling = reconcile(Arc::new(object("one")), Arc::new(()));
    (shard, Taken { term, reconciling })
}

struct Taken {
    term: le_core::Term,
    reconciling: le_runtime::Reconciling<Refused>,
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_was_taken_in_hand_does_not_begin_when_the_right_is_lost_before() {
    for on_loss in [OnLoss::Cancel, OnLoss::Finish] {
        let begun = Arc::default();
        let (_shard, taken) = taken(Options::default().on_loss(on_loss), &begun).await;
        taken.term.end(StopReason::Replaced);
        assert_eq!(taken.reconciling.await.unwrap(), Action::await_change());
        assert_eq!(begun.load(Ordering::Relaxed), 0, "{on_loss:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_was_taken_in_hand_and_never_began_holds_the_demotion_until_it_is_dropped() {
    let begun = Arc::default();
    let (shard, taken) = taken(Options::default(), &begun).await;
    let bucket = Bucket::whole("all");
    let drained = async {
        shard.demote(&bucket).await;
        tokio::time::Instant::now()
    };
    let start = tokio::time::Instant::now();
    let dropped = async {
        sleep(secs(3)).await;
        drop(taken.reconciling);
    };
    let (drained, ()) = tokio::join!(drained, dropped);
    assert_eq!(drained - start, secs(3));
    assert_eq!(begun.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_that_was_taken_in_hand_does_not_begin_after_the_drain_bound() {
    for _ in 0..32 {
        let begun = Arc::default();
        let (shard, taken) = taken(Options::default().drain_bound(secs(5)), &begun).await;
        timeout(secs(6), shard.demote(&Bucket::whole("all"))).await.unwrap_err();
        assert!(taken.term.leadership().is_valid());
        assert_eq!(taken.reconciling.await.unwrap(), Action::await_change());
        assert_eq!(begun.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_taken_in_hand_is_waited_for_by_a_bucket_that_was_never_led() {
    let (shard, _taken) = taken(Options::default(), &Arc::default()).await;
    let other = Bucket::whole("other");
    assert_eq!(shard.demote(&other).now_or_never(), Some(()));
    assert!(shard.leads(&object("one")));
}
