//! What the log says, and how often.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use le_config::Timing;
use le_testkit::{Answer, ApiServer, Verb};
use serde_json::json;
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::bench::{Act, Journal, Replica, Setup, builder_on};
use super::look::{LEASE, millis, secs, sleep};
use super::strangers::{Stranger, held_by};

/// A second subscriber, which hears nothing and stays. While there is only one, tracing asks whichever thread comes first to a line
/// whether anybody wants it, and another test's thread, which has none, would say no for all.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| {
    Dispatch::new(
        tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_writer(std::io::sink).finish(),
    )
});

/// Everything that is logged on this thread, from whatever crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen(level: &str) -> (Self, DefaultGuard) {
        LazyLock::force(&SECOND);
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(level)
            .with_ansi(false)
            .without_time()
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines since the last call.
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn warnings(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.trim_start().starts_with("WARN")).collect()
}

/// The only warning among these lines, which must say all of this.
fn only_warning(lines: &[String], says: &[&str]) {
    let warnings = warnings(lines);
    let [warning] = &*warnings else { panic!("{} warnings: {lines:#?}", warnings.len()) };
    for text in says {
        assert!(warning.contains(text), "{text:?} is not in {warning}");
    }
}

/// A leader `a` and `b` that waits, and what is logged from then on.
async fn led() -> (ApiServer, Journal, [Replica; 2], Log, DefaultGuard) {
    let (log, guard) = Log::listen("info");
    let (server, journal) = (ApiServer::new(), Journal::new());
    let a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    let b = Replica::start(&server, &journal, "b");
    sleep(secs(5)).await;
    log.take();
    (server, journal, [a, b], log, guard)
}

#[tokio::test(start_paused = true)]
async fn a_steady_leader_and_one_that_waits_log_nothing_for_an_hour() {
    let (_server, _journal, _replicas, log, _guard) = led().await;
    sleep(secs(3600)).await;
    assert_eq!(log.take(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_term_begins_and_ends_in_a_line_each_with_the_span_of_its_bucket() {
    let (_server, journal, [a, _b], log, _guard) = led().await;
    a.stop().await;
    journal.until_promoted("b").await;
    let lines = log.take();
    assert!(warnings(&lines).is_empty(), "{lines:#?}");
    for (replica, text) in [("a", "stopped leading"), ("a", "released"), ("b", "leading lease")] {
        let span = format!(
            "k8s.namespace.name=\"default\" k8s.lease.name=\"{LEASE}\" holder.identity=\"{replica}\""
        );
        let fits = |line: &&String| line.contains(text) && line.contains(&span);
        assert_eq!(lines.iter().filter(fits).count(), 1, "{replica} {text}: {lines:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_says_in_one_line_what_it_tried_and_what_to_do() {
    let (server, journal, _replicas, log, _guard) = led().await;
    server.faults().partition("a");
    journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    let lines = log.take();
    only_warning(
        &lines,
        &[
            "lost lease",
            "since the last renewal 10.0s before",
            "times no answer in time (2.0s)",
            "0.0ns of the right were left",
            "nobody else was seen to hold it",
            "give a longer renew deadline",
            "reason=\"deadline_passed\"",
            "margin_seconds=0.0",
        ],
    );
    // That it waits in vain, as one that does not lead, is worth no second warning.
    sleep(secs(30)).await;
    assert!(warnings(&log.take()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_may_not_write_any_more_says_in_one_line_which_right_it_lacks() {
    let (server, journal, _replicas, log, _guard) = led().await;
    server.faults().rule().client("a").verb(Verb::Update).answer(Answer::status(403));
    journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    only_warning(
        &log.take(),
        &["lost lease", "grant the service account the verb \"update\"", "attempts have failed"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_lease_is_taken_says_in_one_line_by_whom() {
    let (server, journal, _replicas, log, _guard) = led().await;
    Stranger::new(&server).take(LEASE, 15).await;
    journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    only_warning(
        &log.take(),
        &["replaced", "\"stranger\" holds it now", "of the right were left", "find out who else writes it"],
    );
}

#[tokio::test(start_paused = true)]
async fn two_processes_of_one_identity_are_told_in_one_line() {
    let (server, journal, _replicas, log, _guard) = led().await;
    let mut spec = held_by("a", 15);
    spec["renewTime"] = json!("2026-01-01T00:00:01.000000Z");
    Stranger::new(&server).patch(json!({ "spec": spec })).await;
    journal.until("a", |act| matches!(act, Act::Demoted(_))).await;
    only_warning(&log.take(), &["same identity used elsewhere", "give each its own"]);
}

#[tokio::test(start_paused = true)]
async fn a_leader_whose_work_does_not_end_says_so_in_one_line() {
    let (log, _guard) = Log::listen("info");
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { drain: secs(300), ..Setup::default() };
    let a = Replica::start_with(&server, &journal, "a", &setup);
    journal.until_promoted("a").await;
    log.take();
    a.stop().await;
    only_warning(&log.take(), &["did not drain within 30s"]);
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_comes_and_goes_does_not_flood_the_log() {
    let (log, _guard) = Log::listen("info");
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(20), ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    let _b = Replica::start_with(&server, &journal, "b", &setup);
    sleep(secs(10)).await;
    log.take();
    let mut failed = 0;
    for _ in 0..40 {
        let outage = server.faults().rule().fail_before(500);
        sleep(secs(5)).await;
        failed += outage.strikes();
        outage.remove();
        sleep(secs(25)).await;
    }
    let lines = log.take();
    println!("{failed} requests failed, {} lines", lines.len());
    assert!(failed > 1_000, "{failed}");
    // Two processes, and for each at most one line a minute that something fails, and one that it is over.
    assert!(lines.len() <= 4 * 21, "{} lines", lines.len());
    assert!(lines.iter().any(|line| line.contains("more like it were not logged")));
}

/// What must never be logged.
const SECRETS: [&str; 3] = ["the-bearer-token", "the-annotation", "the-other-field"];

#[tokio::test]
async fn no_credential_and_no_data_of_an_object_is_logged_whatever_goes_wrong() {
    let (log, _guard) = Log::listen("trace");
    let (server, journal) = (ApiServer::new(), Journal::new());
    let listening = server.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let kubeconfig = listening.kubeconfig("a").replace("user: {}", "user: { token: the-bearer-token }");
    assert!(kubeconfig.contains(SECRETS[0]));
    let kubeconfig = Kubeconfig::from_yaml(&kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let client = Client::try_from(config).unwrap();
    let metadata = json!({ "annotations": { "note": SECRETS[1] } });
    let mut spec = held_by("stranger", 1);
    spec["preferredHolder"] = json!(SECRETS[2]);
    Stranger::new(&server).create(LEASE, metadata, spec).await;

    let timing = Timing::new(secs(1), millis(400), millis(50)).unwrap();
    let setup = Setup { timing: Some(timing), ..Setup::default() };
    let a = Replica::start_from(&builder_on(client, &journal, "a", &setup), &journal, "a", &setup);
    journal.until_promoted("a").await;
    let faults = server.faults();
    for strike in [
        |server: &ApiServer| server.faults().rule().client("a").answer(Answer::status(401)),
        |server: &ApiServer| server.faults().rule().client("a").answer(Answer::status(403)),
        |server: &ApiServer| server.faults().rule().client("a").answer(Answer::status(422)),
        |server: &ApiServer| server.faults().rule().client("a").answer(Answer::status(429)),
        |server: &ApiServer| server.faults().rule().client("a").fail_after(500),
        |server: &ApiServer| server.faults().rule().client("a").garbage(),
        |server: &ApiServer| server.faults().rule().client("a").truncate(),
        |server: &ApiServer| server.faults().rule().client("a").refuse(),
        |server: &ApiServer| server.faults().rule().client("a").hang_after(),
    ] {
        strike(&server);
        tokio::time::sleep(Duration::from_millis(500)).await;
        faults.clear();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(a);
    let text = log.text();
    assert!(
        text.contains("lost lease") && text.contains("TRACE"),
        "nothing went wrong, or nothing was heard"
    );
    for secret in SECRETS {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
