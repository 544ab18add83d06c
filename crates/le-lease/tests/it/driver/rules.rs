//! Promotion and demotion: their order, and what must not wait for them.

use std::time::Duration;

use kube::api::{DeleteParams, DynamicObject};
use le_core::StopReason;
use le_lease::Options;
use le_testkit::{ApiServer, Verb};

use super::bench::{Act, Journal, Line, Replica, Setup};
use super::look::{LEASE, count, last_write, millis, promotions, reports, secs, sleep};
use super::strangers::Stranger;

#[tokio::test(start_paused = true)]
async fn through_an_hour_of_faults_terms_follow_one_another_in_order() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(3), drain: millis(300), ..Setup::default() };
    let names = ["a", "b", "c"];
    let mut replicas: Vec<Option<Replica>> =
        names.iter().map(|name| Some(Replica::start_with(&server, &journal, name, &setup))).collect();
    for round in 0..90_usize {
        let name = names[round % 3];
        match round % 5 {
            0 => server.faults().partition(name),
            1 => drop(server.faults().rule().client(name).writes().times(7).hang_after()),
            2 => drop(server.faults().rule().client(name).times(9).fail_after(504)),
            3 => {
                let stopped = replicas[round % 3].take().unwrap();
                stopped.stop().await;
                replicas[round % 3] = Some(Replica::start_with(&server, &journal, name, &setup));
            }
            _ => drop(server.faults().rule().client(name).times(20).delay_answer(millis(1500))),
        }
        sleep(secs(23)).await;
        server.faults().heal(name);
        sleep(secs(17)).await;
    }
    server.faults().clear();
    sleep(secs(60)).await;
    let lines = journal.lines();
    for bucket in 0..3 {
        let lease = format!("controller.widgets.{bucket:02}-of-03");
        let of_lease = |line: &&Line| line.lease == lease;
        let tokens: Vec<u64> = lines.iter().filter(of_lease).filter_map(token).collect();
        assert!(tokens.len() >= 5 && tokens.is_sorted_by(|one, next| one < next), "{lease}: {tokens:?}");
        for name in names {
            let acts: Vec<&Act> =
                lines.iter().filter(of_lease).filter(|l| l.replica == name).map(|l| &l.act).collect();
            for step in acts.chunks(3) {
                assert!(matches!(step[0], Act::Promoted(_)), "{lease} {name}: {step:?}");
                assert!(
                    step.get(1).is_none_or(|act| matches!(act, Act::Demoted(_))),
                    "{lease} {name}: {step:?}"
                );
                assert!(
                    step.get(2).is_none_or(|act| matches!(act, Act::Drained)),
                    "{lease} {name}: {step:?}"
                );
            }
        }
        server.until_led(&lease).within(millis(1)).await;
    }
    assert!(reports(&journal, "a", "another process").is_empty());
}

fn token(line: &Line) -> Option<u64> {
    match line.act {
        Act::Promoted(token) => Some(token),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_drains_holds_up_neither_the_hand_over_nor_the_renewals_of_others() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup {
        buckets: Some(2),
        slow: Some("controller.widgets.00-of-02"),
        drain: secs(20),
        ..Setup::default()
    };
    let a = Replica::start_with(&server, &journal, "a", &setup);
    sleep(secs(1)).await;
    let _b = Replica::start_with(&server, &journal, "b", &setup);
    sleep(secs(32)).await;

    // The loss of one, whose work takes long to end, and the other goes on.
    let stranger = Stranger::new(&server);
    stranger.take("controller.widgets.00-of-02", 1).await;
    sleep(secs(19)).await;
    assert_eq!(promotions(&journal, "b"), 1, "the bucket that was lost");
    assert!(journal.valid("a").is_some());

    let asked = journal.now();
    a.stop().await;
    let handed =
        journal.lines().into_iter().rfind(|line| line.replica == "b" && token(line).is_some()).unwrap();
    assert_eq!((handed.at, handed.lease.as_str()), (asked, "controller.widgets.01-of-02"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_a_renewal_is_under_way_hands_over_with_its_answer() {
    for (delay, times) in [(500, 1), (1000, 1), (1900, 1), (1000, 2)] {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let a = Replica::start(&server, &journal, "a");
        journal.until_promoted("a").await;
        let _b = Replica::start(&server, &journal, "b");
        sleep(secs(30)).await;
        let slow =
            server.faults().rule().client("a").verb(Verb::Update).times(times).delay_answer(millis(delay));
        slow.until_struck(1).await;
        sleep(millis(100)).await;
        let asked = journal.now();
        a.stop().await;
        let promoted = journal.until_promoted("b").await;
        assert!(promoted.at - asked <= millis(delay), "{delay}: {promoted:?} {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_an_acquisition_is_under_way_leaves_no_lease_held_by_nobody() {
    for delay in [0, 500, 1900] {
        let (server, journal) = (ApiServer::new(), Journal::new());
        let slow = server.faults().rule().client("a").verb(Verb::Create).delay_answer(millis(delay));
        let a = Replica::start(&server, &journal, "a");
        slow.until_struck(1).await;
        a.stop().await;
        server.until_free(LEASE).within(millis(1)).await;
        assert_eq!(journal.now(), millis(delay));
        assert!(promotions(&journal, "a") <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_with_the_api_server_out_of_reach_ends_in_time_and_says_that_nothing_was_released() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    sleep(secs(30)).await;
    server.faults().partition("a");
    let asked = journal.now();
    a.stop().await;
    let took = journal.now() - asked;
    assert!(took <= secs(10), "{took:?}");
    assert_eq!(reports(&journal, "a", "could not be released").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_killed_leader_releases_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let _b = Replica::start(&server, &journal, "b");
    sleep(secs(30)).await;
    let sent = last_write(&server, "a");
    a.kill();
    let promoted = journal.until_promoted("b").await;
    assert!(promoted.at >= sent + secs(15));
    assert_eq!(last_write(&server, "a"), sent);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_made_anew_and_deleted_again_and_again_costs_little() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let leases = Stranger::new(&server).leases();
    let from = count(&server, "a", Verb::Create);
    for _ in 0..6000 {
        let _: Result<_, _> = leases.delete(LEASE, &DeleteParams::default()).await;
        sleep(millis(10)).await;
    }
    let created = count(&server, "a", Verb::Create) - from;
    assert!((100..=400).contains(&created), "{created} in a minute");
    assert_eq!(promotions(&journal, "a"), 1);
    let _: DynamicObject = leases.get(LEASE).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn work_that_outlasts_its_bound_after_a_loss_is_said_and_keeps_its_replica_from_competing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let mut options = Options::default();
    options.drain_bound = secs(5);
    let setup = Setup { drain: secs(100), options, ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    sleep(secs(1)).await;
    Stranger::new(&server).take(LEASE, 1).await;
    let lost = journal.now();
    let demoted = journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    assert_eq!((demoted.at, demoted.act), (lost, Act::Demoted(Some(StopReason::Replaced))));
    sleep(secs(99)).await;
    assert_eq!((promotions(&journal, "a"), reports(&journal, "a", "still runs after 5s").len()), (1, 1));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(promotions(&journal, "a"), 2);
}
