//! The shared watch: what it costs, and that it loses nothing.

use le_testkit::{Answer, ApiServer, Verb};

use super::bench::{Act, Journal, Line, Replica, Setup, builder};
use super::look::{LEASE, count, millis, promotions, reports, secs, sent, since, sleep};

#[tokio::test(start_paused = true)]
async fn ten_buckets_and_two_queues_of_a_builder_share_one_list_and_one_watch() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let widgets = Setup { buckets: Some(10), ..Setup::default() };
    let gadgets = Setup { queue: Some("gadgets"), ..widgets.clone() };
    let shared = builder(&server, &journal, "a", &widgets);
    let _one = Replica::start_from(&shared, &journal, "a", &widgets);
    let _other = Replica::start_from(&shared.clone(), &journal, "a", &gadgets);
    sleep(secs(180)).await;
    assert_eq!(promotions(&journal, "a"), 20);
    assert_eq!((count(&server, "a", Verb::List), count(&server, "a", Verb::Watch)), (1, 1));
    assert_eq!(count(&server, "a", Verb::Get), 0, "the list has told");
    assert_eq!(sent(&server, "a", Verb::Watch)[0].query("fieldSelector"), None);
}

#[tokio::test(start_paused = true)]
async fn a_single_bucket_watches_its_own_lease_only() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(60)).await;
    let selector = format!("metadata.name={LEASE}");
    for verb in [Verb::List, Verb::Watch] {
        let requests = sent(&server, "a", verb);
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].query("fieldSelector"), Some(selector.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_queue_widens_the_watch_and_loses_nothing() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let setup = Setup::default();
    let shared = builder(&server, &journal, "a", &setup);
    let _one = Replica::start_from(&shared, &journal, "a", &setup);
    sleep(secs(30)).await;

    // The release falls right into the time in which the watch is changed.
    let slow = server.faults().rule().client("a").verb(Verb::List).delay(millis(500));
    let gadgets = Setup { queue: Some("gadgets"), ..setup };
    let _other = Replica::start_from(&shared, &journal, "a", &gadgets);
    sleep(millis(100)).await;
    b.stop().await;
    let released = journal.now();
    slow.remove();
    sleep(secs(10)).await;
    let promoted =
        |line: &Line| line.lease == LEASE && line.replica == "a" && matches!(line.act, Act::Promoted(_));
    let widgets = journal.lines().into_iter().find(promoted).unwrap();
    assert!(widgets.at - released <= millis(500), "{widgets:?}");
    assert_eq!(promotions(&journal, "a"), 2);
    let lists = sent(&server, "a", Verb::List);
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[1].query("fieldSelector"), None);
    assert_eq!(sent(&server, "a", Verb::Watch)[1].query("fieldSelector"), None);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_goes_leaves_the_watch_to_the_others_and_the_last_one_ends_it() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(3), ..Setup::default() };
    let shared = builder(&server, &journal, "a", &setup);
    let one = Replica::start_from(&shared, &journal, "a", &setup);
    let gadgets = Setup { queue: Some("gadgets"), ..setup.clone() };
    let other = Replica::start_from(&shared, &journal, "a", &gadgets);
    sleep(secs(10)).await;
    one.stop().await;
    sleep(secs(300)).await;
    assert_eq!(count(&server, "a", Verb::List), 1);
    assert_eq!(count(&server, "a", Verb::Watch), 2, "one after four minutes");
    other.stop().await;
    let ended = server.elapsed();
    sleep(secs(600)).await;
    assert_eq!(since(&server, "a", ended + millis(1)), 0);

    // And it begins again with the next one.
    let _again = Replica::start_from(&shared, &journal, "a", &setup);
    sleep(secs(10)).await;
    assert_eq!(promotions(&journal, "a"), 9);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_cut_each_second_is_resumed_and_still_tells_at_once() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::Watch).cut_watch_after(secs(1));
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(30)).await;
    let from = server.elapsed();
    sleep(secs(60)).await;
    let requests = since(&server, "a", from);
    assert!((55..=65).contains(&requests), "{requests} in a minute");
    assert_eq!((count(&server, "a", Verb::List), count(&server, "a", Verb::Get)), (1, 0));
    b.stop().await;
    let released = journal.now();
    assert_eq!(journal.until_promoted("a").await.at, released);
    assert!(reports(&journal, "a", "cannot be watched").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_too_old_takes_one_new_list() {
    let gone = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired","code":410}}"#;
    for answer in [Answer::status(410), Answer::status(200).body(format!("{gone}\n"))] {
        let (server, journal) = (ApiServer::new(), Journal::new());
        server.faults().rule().client("a").verb(Verb::Watch).times(1).answer(answer);
        let b = Replica::start(&server, &journal, "b");
        journal.until_promoted("b").await;
        let _a = Replica::start(&server, &journal, "a");
        sleep(secs(60)).await;
        assert_eq!((count(&server, "a", Verb::List), count(&server, "a", Verb::Watch)), (2, 2));
        b.stop().await;
        let released = journal.now();
        assert_eq!(journal.until_promoted("a").await.at, released);
    }
}

#[tokio::test(start_paused = true)]
async fn what_happened_while_no_watch_stood_is_told_by_the_next() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(60)).await;
    // The watch ends, the next takes a second to open, and its version is too old by then.
    server.faults().rule().client("a").verb(Verb::Watch).times(1).delay(secs(1));
    server.faults().rule().client("a").verb(Verb::Watch).cut_open_watches();
    sleep(millis(500)).await;
    b.stop().await;
    let released = journal.now();
    server.compact();
    let promoted = journal.until_promoted("a").await;
    assert!(promoted.at - released <= secs(1), "{promoted:?}");
}
