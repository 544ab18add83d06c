//! The simple form: one Lease, one leader, one piece of work.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use le_config::HolderIdentity;
use le_core::Leadership;
use le_lease::{Election, Ending};
use le_testkit::{ApiServer, Verb};
use tokio_util::sync::CancellationToken;

use super::bench::timing;
use super::look::{bodies, count, last_write, millis, secs, sleep};

const LEASE: &str = "my-operator";

fn election(server: &ApiServer, name: &str) -> Election {
    Election::new(server.client(name), LEASE)
        .unwrap()
        .in_namespace("default")
        .with_identity(HolderIdentity::new(name).unwrap())
        .with_timing(timing())
        .with_seed(name.bytes().map(u64::from).sum())
}

/// What pieces of work did, and when.
#[derive(Clone)]
struct Notes {
    server: ApiServer,
    lines: Arc<Mutex<Vec<(Duration, String)>>>,
}

impl Notes {
    fn new(server: &ApiServer) -> Self {
        Self { server: server.clone(), lines: Arc::default() }
    }

    fn note(&self, what: &str) {
        self.lines.lock().unwrap().push((self.server.elapsed(), what.to_owned()));
    }

    /// When this was noted, each time.
    fn when(&self, what: &str) -> Vec<Duration> {
        self.lines.lock().unwrap().iter().filter(|(_, text)| text == what).map(|(at, _)| *at).collect()
    }
}

/// Notes when it is dropped, and what was released by then.
struct Dropped(Notes, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note(self.1);
        assert_eq!(releases(&self.0.server, self.1), 0, "released under the work");
    }
}

fn releases(server: &ApiServer, client: &str) -> usize {
    bodies(server, client, Verb::Update).iter().filter(|body| body["spec"]["holderIdentity"] == "").count()
}

/// Works for ever, a step each millisecond, and makes sure of its right at each.
async fn work(leadership: Leadership, notes: Notes, name: &'static str) {
    let _dropped = Dropped(notes.clone(), name);
    notes.note("work");
    loop {
        assert!(leadership.is_valid(), "polled without the right");
        sleep(millis(1)).await;
    }
}

fn spawn(
    server: &ApiServer,
    notes: &Notes,
    name: &'static str,
) -> (CancellationToken, tokio::task::JoinHandle<()>) {
    let (stop, election, notes) = (CancellationToken::new(), election(server, name), notes.clone());
    let run =
        election.run_while_leading(stop.clone(), move |leadership| work(leadership, notes.clone(), name));
    (stop.clone(), tokio::spawn(async move { run.await.unwrap() }))
}

#[tokio::test(start_paused = true)]
async fn work_is_dropped_exactly_when_the_right_runs_out_and_begins_again_with_the_next_term() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let _a = spawn(&server, &notes, "a");
    sleep(secs(33)).await;
    server.faults().partition("a");
    let sent = last_write(&server, "a");
    sleep(secs(30)).await;
    let dropped: Vec<u128> = notes.when("a").iter().map(Duration::as_millis).collect();
    assert_eq!(dropped, [(sent + secs(10)).as_millis()]);
    server.faults().heal("a");
    sleep(secs(30)).await;
    assert_eq!(notes.when("work").len(), 2, "it leads again");
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_the_work_is_dropped_first_and_the_lease_released_at_once() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let (stop, a) = spawn(&server, &notes, "a");
    sleep(secs(5)).await;
    let _b = spawn(&server, &notes, "b");
    sleep(secs(28)).await;
    stop.cancel();
    a.await.unwrap();
    sleep(millis(1)).await;
    assert_eq!((releases(&server, "a"), notes.when("a")), (1, vec![secs(33)]));
    assert_eq!(notes.when("work")[1], secs(33), "the next one leads at once");
}

#[tokio::test(start_paused = true)]
async fn work_that_is_told_has_its_time_and_its_lease_is_renewed_meanwhile() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let stop = CancellationToken::new();
    let told = election(&server, "a").with_ending(Ending::Tell(secs(60)));
    let run = told.run_while_leading(stop.clone(), |leadership| {
        let notes = notes.clone();
        async move {
            let _dropped = Dropped(notes.clone(), "a");
            leadership.stopping().await;
            sleep(secs(40)).await;
            assert!(leadership.is_valid());
            notes.note("drained");
        }
    });
    let later = async {
        sleep(secs(33)).await;
        let before = count(&server, "a", Verb::Update);
        stop.cancel();
        sleep(millis(39_900)).await;
        let renewals = count(&server, "a", Verb::Update) - before;
        assert!((19..=20).contains(&renewals), "{renewals} in 40 s of 2 s");
    };
    let (result, ()) = tokio::join!(run, later);
    result.unwrap();
    assert_eq!((notes.when("drained"), server.elapsed()), (vec![secs(73)], secs(73)));
    assert_eq!(releases(&server, "a"), 1);
}

#[tokio::test(start_paused = true)]
async fn work_that_is_told_and_does_not_end_is_dropped_at_its_bound() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let stop = CancellationToken::new();
    let told = election(&server, "a").with_ending(Ending::Tell(secs(20)));
    let run = told.run_while_leading(stop.clone(), |leadership| work(leadership, notes.clone(), "a"));
    let later = async {
        sleep(secs(33)).await;
        stop.cancel();
    };
    let (result, ()) = tokio::join!(run, later);
    result.unwrap();
    assert_eq!((notes.when("a"), server.elapsed()), (vec![secs(53)], secs(53)));
    assert_eq!(releases(&server, "a"), 1, "it has ended, so the Lease is free");
}

#[tokio::test(start_paused = true)]
async fn work_that_is_told_of_a_loss_ends_before_its_replica_competes_again() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let told = election(&server, "a").with_ending(Ending::Tell(secs(100)));
    let (stop, inner) = (CancellationToken::new(), notes.clone());
    let _a = tokio::spawn(told.run_while_leading(stop.clone(), move |leadership| {
        let notes = inner.clone();
        async move {
            notes.note("work");
            leadership.stopping().await;
            notes.note(if leadership.is_valid() { "told in time" } else { "told" });
            sleep(secs(50)).await;
            notes.note("ended");
        }
    }));
    sleep(secs(5)).await;
    server.faults().partition("a");
    sleep(secs(20)).await;
    server.faults().heal("a");
    sleep(secs(100)).await;
    let ended = notes.when("ended")[0];
    assert_eq!(ended - notes.when("told")[0], secs(50));
    assert!(notes.when("work")[1] >= ended, "two at once");
}

#[tokio::test(start_paused = true)]
async fn work_that_is_done_ends_the_election_and_releases() {
    let server = ApiServer::new();
    let stop = CancellationToken::new();
    let done = |_| async { sleep(secs(7)).await };
    election(&server, "a").run_while_leading(stop.clone(), done).await.unwrap();
    assert_eq!((server.elapsed(), releases(&server, "a")), (secs(7), 1));
    assert!(!stop.is_cancelled(), "the caller's token is the caller's");

    let well = |_| async { Ok::<_, std::io::Error>(()) };
    election(&server, "b").run_while_leading(stop.clone(), well).await.unwrap();
    assert_eq!((server.elapsed(), releases(&server, "b")), (secs(7), 1));
}

#[tokio::test(start_paused = true)]
async fn work_that_fails_gives_the_lease_back_and_its_replica_waits_before_the_next_time() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let (inner, reported) = (notes.clone(), notes.clone());
    let failing = election(&server, "a").on_report(move |report| reported.note(&report.to_string()));
    let _a = tokio::spawn(failing.run_while_leading(CancellationToken::new(), move |_| {
        inner.note("tried");
        async { Err::<(), _>("no database") }
    }));
    sleep(secs(120)).await;
    let tried = notes.when("tried");
    let gaps: Vec<u64> = tried.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(gaps[..5], [2, 4, 8, 15, 15], "twice as long each time, up to a lease duration: {gaps:?}");
    let told =
        notes.when(&format!("lease \"{LEASE}\" was given back: the work could not begin: no database"));
    assert_eq!(told.len(), tried.len());
    let b = spawn(&server, &notes, "b");
    sleep(secs(1)).await;
    assert_eq!(notes.when("work").len(), 1, "it is free for others meanwhile");
    drop(b);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_work_comes_out_and_nothing_leads_any_more() {
    let server = ApiServer::new();
    let kept = Arc::new(Mutex::new(None));
    let inner = Arc::clone(&kept);
    let run = election(&server, "a").run_while_leading(CancellationToken::new(), move |leadership| {
        *inner.lock().unwrap() = Some(leadership);
        async {
            sleep(secs(3)).await;
            if true {
                panic!("the work is broken");
            }
        }
    });
    let panic = tokio::spawn(run).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the work is broken"));
    let leadership = kept.lock().unwrap().take().unwrap();
    tokio::time::timeout(millis(1), leadership.lost()).await.unwrap();
    assert!(!leadership.is_valid());
}

#[tokio::test(start_paused = true)]
async fn work_may_borrow_from_its_caller() {
    let server = ApiServer::new();
    let (mut terms, text) = (0, String::from("borrowed"));
    let stop = CancellationToken::new();
    let run = election(&server, "a").run_while_leading(stop, |leadership| {
        terms += 1;
        let text = &text;
        async move { assert_eq!((text.as_str(), leadership.is_valid()), ("borrowed", true)) }
    });
    run.await.unwrap();
    assert_eq!(terms, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_leading_returns_at_once() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let _b = spawn(&server, &notes, "b");
    sleep(secs(1)).await;
    let (stop, a) = spawn(&server, &notes, "a");
    sleep(secs(10)).await;
    stop.cancel();
    a.await.unwrap();
    assert_eq!(server.elapsed(), secs(11));

    let stopped = CancellationToken::new();
    stopped.cancel();
    election(&server, "c").run_while_leading(stopped, |_| async { panic!("it was stopped") }).await.unwrap();
    assert_eq!(server.elapsed(), secs(11));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_drops_the_work_and_releases_nothing() {
    let server = ApiServer::new();
    let notes = Notes::new(&server);
    let kept = Arc::new(Mutex::new(None));
    let (inner, noted) = (Arc::clone(&kept), notes.clone());
    let run = election(&server, "a").run_while_leading(CancellationToken::new(), move |leadership| {
        *inner.lock().unwrap() = Some(leadership.clone());
        work(leadership, noted.clone(), "a")
    });
    assert!(tokio::time::timeout(secs(33), run).await.is_err());
    assert_eq!(notes.when("a"), [secs(33)]);
    let leadership = kept.lock().unwrap().take().unwrap();
    sleep(millis(1)).await;
    assert!(!leadership.is_valid());
    let requests = server.log().len();
    sleep(secs(60)).await;
    assert_eq!((server.log().len(), releases(&server, "a")), (requests, 0), "nothing of it goes on");
}
