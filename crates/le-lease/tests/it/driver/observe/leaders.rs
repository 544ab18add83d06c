//! Who leads, as each replica knows it.

use le_core::{Leaders, Observers};
use le_testkit::ApiServer;

use super::super::bench::{Journal, Replica, Setup, builder};
use super::super::look::{LEASE, millis, secs, sleep};

fn start(server: &ApiServer, journal: &Journal, name: &str, setup: &Setup) -> (Leaders, Replica) {
    let leaders = Leaders::new();
    let observers = Observers::new().with(leaders.clone());
    let builder = builder(server, journal, name, setup).observed_by(observers);
    (leaders, Replica::start_from(&builder, journal, name, setup))
}

fn who(leaders: &Leaders, bucket: &str) -> Option<String> {
    leaders.leader(bucket).map(|leader| leader.identity.to_string())
}

#[tokio::test(start_paused = true)]
async fn a_follower_knows_the_leader_from_the_start_and_learns_of_a_hand_over() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let (of_a, a) = start(&server, &journal, "a", &Setup::default());
    journal.until_promoted("a").await;
    let (mut of_b, _b) = start(&server, &journal, "b", &Setup::default());
    while who(&of_b, LEASE).is_none() {
        of_b.changed().await;
    }
    assert!(journal.now() < secs(1), "{:?}", journal.now());
    sleep(secs(30)).await;
    let (one, other) = (of_a.leader(LEASE).unwrap(), of_b.leader(LEASE).unwrap());
    assert_eq!((&*one.identity, &*other.identity), ("a", "a"));
    assert!(one.is_self && !other.is_self);
    assert!(other.seen_for() >= secs(30) && other.seen_for() < secs(31), "{:?}", other.seen_for());

    let began = journal.now();
    let waits = tokio::spawn(async move {
        let mut seen = Vec::new();
        while who(&of_b, LEASE).as_deref() != Some("b") {
            of_b.changed().await;
            seen.push(who(&of_b, LEASE));
        }
        (of_b, seen)
    });
    a.stop().await;
    let (of_b, seen) = waits.await.unwrap();
    assert!(journal.now() - began < secs(1));
    assert_eq!(seen.last().unwrap().as_deref(), Some("b"));
    assert!(of_b.leader(LEASE).unwrap().is_self);
    assert!(of_a.all().is_empty(), "it has ended");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_crashed_is_named_until_it_is_replaced() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let (_, a) = start(&server, &journal, "a", &Setup::default());
    journal.until_promoted("a").await;
    let (of_b, _b) = start(&server, &journal, "b", &Setup::default());
    sleep(secs(20)).await;
    a.kill();
    sleep(secs(10)).await;
    assert_eq!(who(&of_b, LEASE).unwrap(), "a");
    journal.until_promoted("b").await;
    assert_eq!(who(&of_b, LEASE).unwrap(), "b");
    assert!(of_b.leader(LEASE).unwrap().seen_for() < millis(100));
}

#[tokio::test(start_paused = true)]
async fn each_bucket_has_its_own_leader() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(3), ..Setup::default() };
    let (of_a, _a) = start(&server, &journal, "a", &setup);
    sleep(secs(5)).await;
    server.take_lease("controller.widgets.01-of-03", "z", secs(60));
    sleep(secs(5)).await;
    let all = of_a.all();
    let leaders: Vec<_> =
        all.values().map(|leader| leader.as_ref().map(|leader| &*leader.identity)).collect();
    assert_eq!(leaders, [Some("a"), Some("z"), Some("a")]);
}

/// All requests of two replicas, of which one hands over to the other.
async fn requests(knows: bool) -> Vec<String> {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let start = |name: &str| {
        let observers = if knows { Observers::new().with(Leaders::new()) } else { Observers::new() };
        let builder = builder(&server, &journal, name, &Setup::default()).observed_by(observers);
        Replica::start_from(&builder, &journal, name, &Setup::default())
    };
    let a = start("a");
    journal.until_promoted("a").await;
    let _b = start("b");
    sleep(secs(60)).await;
    a.stop().await;
    sleep(secs(60)).await;
    let entries = server.log().entries();
    entries.iter().map(|entry| format!("{:?} {} {:?}", entry.at(), entry.client(), entry.verb())).collect()
}

#[tokio::test(start_paused = true)]
async fn to_know_the_leader_takes_no_request() {
    let (with, without) = (requests(true).await, requests(false).await);
    assert!(with.len() > 50, "{with:?}");
    assert_eq!(with, without);
}
