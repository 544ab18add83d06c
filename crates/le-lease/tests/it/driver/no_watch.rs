//! Where no watch can be had: reads instead, said once, until it is back.

use le_testkit::{Answer, ApiServer, Fault, Rule, Verb};

use super::bench::{Act, Journal, Replica};
use super::look::{count, last_write, millis, reports, secs, sent, since, sleep, until_reported};

const LOST: &str = "cannot be watched";
const BACK: &str = "are watched again";

/// A leader `b`, and `a` that waits, whose watches go wrong from the start.
async fn waiting(fault: impl FnOnce(Rule) -> Fault) -> (ApiServer, Journal, Replica, Replica, Fault) {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let fault = fault(server.faults().rule().client("a"));
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let a = Replica::start(&server, &journal, "a");
    (server, journal, a, b, fault)
}

/// The fall-back to reads, its cost, that it notices a release, and that the watch comes back by itself.
async fn falls_back_and_comes_back(fault: impl FnOnce(Rule) -> Fault) -> (ApiServer, Journal) {
    let (server, journal, _a, b, fault) = waiting(fault).await;
    until_reported(&journal, "a", LOST).await;
    sleep(secs(120)).await;
    let (from, reads) = (server.elapsed(), count(&server, "a", Verb::Get));
    sleep(secs(60)).await;
    let reads = count(&server, "a", Verb::Get) - reads;
    let requests = since(&server, "a", from);
    assert!((25..=30).contains(&reads), "{reads} reads in a minute, each 2 s and up to a fifth more");
    assert!(requests <= reads + 4, "{requests} requests in a minute");
    b.stop().await;
    let released = journal.now();
    let promoted = journal.until_promoted("a").await;
    assert!(promoted.at - released <= millis(2400), "{promoted:?}");

    fault.remove();
    let healed = journal.now();
    let back = until_reported(&journal, "a", BACK).await;
    assert!(back.at - healed <= secs(42), "{back:?}");
    sleep(secs(600)).await;
    assert_eq!(reports(&journal, "a", LOST).len(), 1);
    assert_eq!(reports(&journal, "a", BACK).len(), 1);
    (server, journal)
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_at_once_each_time_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::Watch).cut_watch()).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_opens_slowly_and_ends_at_once_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| {
        rule.matching(|request| request.verb() == Verb::Watch).answer(Answer::status(200).body(""))
    })
    .await;
    let (server, journal) = (ApiServer::new(), Journal::new());
    server.faults().rule().client("a").verb(Verb::Watch).delay(millis(700));
    server.faults().rule().client("a").verb(Verb::Watch).cut_watch();
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let _a = Replica::start(&server, &journal, "a");
    until_reported(&journal, "a", LOST).await;
    sleep(secs(60)).await;
    b.stop().await;
    let released = journal.now();
    assert!(journal.until_promoted("a").await.at - released <= millis(2400));
}

/// A soak found a replica that read all of its Leases for a minute after an outage: the first watch that it got again was too old,
/// which counted as one more failure, and was followed by one more pause of half a minute.
#[tokio::test(start_paused = true)]
async fn after_an_outage_a_version_that_is_too_old_costs_a_list_and_no_pause() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(10)).await;
    let outage = server.faults().rule().client("a").verb(Verb::Watch).fail_before(503);
    server.faults().rule().client("a").verb(Verb::Watch).cut_open_watches();
    until_reported(&journal, "a", LOST).await;
    sleep(secs(120)).await;
    server.compact();
    outage.remove();
    let (healed, lists) = (journal.now(), count(&server, "a", Verb::List));
    let back = until_reported(&journal, "a", BACK).await;
    assert!(back.at - healed <= secs(31), "one pause, and half a second to see that it stands: {back:?}");
    assert_eq!(count(&server, "a", Verb::List) - lists, 1);
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_watch_is_replaced_by_reads_and_the_verb_is_named() {
    let (_, journal) = falls_back_and_comes_back(|rule| rule.verb(Verb::Watch).fail_before(403)).await;
    let lost = reports(&journal, "a", LOST);
    let Act::Reported(text) = &lost[0].act else { unreachable!() };
    assert!(text.contains(r#"not allowed to watch leases in namespace "default""#), "{text}");
    assert!(lost[0].at < secs(1), "said at once: {lost:?}");
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_list_is_replaced_by_reads_and_the_verb_is_named() {
    let (_, journal) = falls_back_and_comes_back(|rule| rule.verb(Verb::List).fail_before(403)).await;
    assert_eq!(reports(&journal, "a", "not allowed to list leases").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_never_answered_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::Watch).hang_before()).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_never_answered_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::List).hang_before()).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_of_garbage_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::Watch).answer(Answer::status(200).body("<html/>\n")))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_list_of_garbage_is_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::List).garbage()).await;
}

#[tokio::test(start_paused = true)]
async fn versions_that_are_always_too_old_are_replaced_by_reads() {
    falls_back_and_comes_back(|rule| rule.verb(Verb::Watch).fail_before(410)).await;
}

#[tokio::test(start_paused = true)]
async fn the_reads_of_replicas_do_not_fall_into_step() {
    let (server, _journal, _a, _b, _) = waiting(|rule| rule.verb(Verb::Watch).fail_before(403)).await;
    sleep(secs(120)).await;
    let reads = sent(&server, "a", Verb::Get);
    let gaps: Vec<u128> = reads.windows(2).map(|pair| (pair[1].at() - pair[0].at()).as_millis()).collect();
    assert!(gaps.iter().all(|gap| (2000..=2402).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap < 2100) && gaps.iter().any(|gap| *gap > 2300), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_watch_does_not_hide_a_release_for_long() {
    let (server, journal, _a, b, _) = waiting(|rule| rule.verb(Verb::Watch).silence_watch()).await;
    sleep(secs(100)).await;
    let from = server.elapsed();
    sleep(secs(60)).await;
    let requests = since(&server, "a", from);
    assert!(requests <= 16, "{requests} in a minute");
    b.stop().await;
    let released = journal.now();
    let promoted = journal.until_promoted("a").await;
    assert!(promoted.at - released <= secs(18), "{promoted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_watch_does_not_hide_a_crash_for_long() {
    let (server, journal, _a, b, _) = waiting(|rule| rule.verb(Verb::Watch).silence_watch()).await;
    sleep(secs(100)).await;
    b.kill();
    let promoted = journal.until_promoted("a").await;
    // One wait that began before the last renewal, the read that it ends with, and one from there on.
    let ran_out = last_write(&server, "b") + secs(15);
    assert!(promoted.at >= ran_out && promoted.at <= ran_out + secs(18), "{promoted:?} {ran_out:?}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_fell_silent_is_opened_anew() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let b = Replica::start(&server, &journal, "b");
    journal.until_promoted("b").await;
    let _a = Replica::start(&server, &journal, "a");
    sleep(secs(30)).await;
    // Only the watch that is open now: the next one is well.
    server.faults().rule().client("a").verb(Verb::Watch).times(1).silence_watch();
    sleep(secs(60)).await;
    assert_eq!(count(&server, "a", Verb::Watch), 2);
    b.stop().await;
    let released = journal.now();
    assert_eq!(journal.until_promoted("a").await.at, released);
}
