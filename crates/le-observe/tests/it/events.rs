//! Events on Leases.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::events::v1::Event;
use kube::api::{Api, DeleteParams, ListParams};
use kube::{Resource as _, ResourceExt as _};
use le_core::{
    ElectorBuilder as _, Enqueue, FencingToken, LedBuckets, Observers, StopReason, Unopposed, Won,
};
use le_observe::Events;
use le_testkit::{Answer, ApiServer, Entry, Verb};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::{HandClock, at};
use crate::elector::Running;
use crate::replica::{LEASE, PATIENCE, secs, sleep};
use crate::said::Said;

/// A replica that writes Events, by a client of its own that is called `events`.
struct Reporting {
    events: Events,
    observers: Observers,
    running: Option<Running>,
}

impl Reporting {
    fn start(server: &ApiServer, name: &str) -> Self {
        let events = Events::new(server.client("events"), "default").reported_by("widget-operator");
        let observers = Observers::new().with(events.clone());
        let running = Running::start(server, name, 1, observers.clone(), Arc::new(LedBuckets::new()));
        Self { events, observers, running: Some(running) }
    }

    async fn flush(&self) {
        assert!(self.events.flush(&self.observers, PATIENCE).await);
    }

    async fn stop(&mut self) {
        self.running.take().unwrap().stop().await;
        self.flush().await;
    }
}

async fn all_events(server: &ApiServer) -> Vec<Event> {
    let events: Api<Event> = Api::namespaced(server.client("test"), "default");
    let mut events = events.list(&ListParams::default()).await.unwrap().items;
    events.sort_by_key(|event| event.metadata.resource_version.as_ref().unwrap().parse::<u64>().unwrap());
    events
}

fn notes(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.note.as_deref().unwrap()).collect()
}

/// The requests that write Events.
fn written(server: &ApiServer) -> Vec<Entry> {
    server.log().select(|entry| entry.client() == "events" && entry.kind() == "Event")
}

#[tokio::test(start_paused = true)]
async fn a_term_has_an_event_for_its_beginning_and_one_for_its_end() {
    let server = ApiServer::new();
    let mut a = Reporting::start(&server, "a");
    sleep(5).await;
    a.stop().await;
    let events = all_events(&server).await;
    assert_eq!(notes(&events), ["a became leader: there was no Lease", "a stopped leading: told to stop"]);
    let leases: Api<Lease> = Api::namespaced(server.client("test"), "default");
    let reference = leases.get(LEASE).await.unwrap().object_ref(&());
    for (event, action) in events.iter().zip(["BecomeLeaderCreated", "StopLeadingToldToStop"]) {
        assert_eq!(event.reason.as_deref(), Some("LeaderElection"));
        assert_eq!(event.action.as_deref(), Some(action));
        assert_eq!(event.type_.as_deref(), Some("Normal"));
        assert_eq!(event.reporting_controller.as_deref(), Some("widget-operator"));
        assert_eq!(event.reporting_instance.as_deref(), Some("a"));
        let regarding = event.regarding.as_ref().unwrap();
        assert_eq!(regarding.kind.as_deref(), Some("Lease"));
        assert_eq!(regarding.api_version.as_deref(), Some("coordination.k8s.io/v1"));
        assert_eq!((&regarding.name, &regarding.namespace), (&reference.name, &reference.namespace));
        assert!(regarding.uid.is_some() && regarding.uid == reference.uid, "{regarding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_says_how_a_lease_was_won_and_warns_of_an_end_that_nobody_asked_for() {
    let server = ApiServer::new();
    let mut a = Reporting::start(&server, "a");
    sleep(5).await;
    let mut b = Reporting::start(&server, "b");
    sleep(5).await;
    a.stop().await;
    sleep(5).await;
    server.faults().partition("b");
    let mut a = Reporting::start(&server, "a");
    sleep(40).await;
    server.faults().heal("b");
    server.take_lease(LEASE, "z", secs(60));
    sleep(5).await;
    a.stop().await;
    b.stop().await;
    // Each replica has a task of its own that sends them.
    let of = |name: &'static str, events: &[Event]| -> Vec<_> {
        let of_it = events.iter().filter(|event| event.reporting_instance.as_deref() == Some(name));
        of_it.map(|event| (event.note.clone().unwrap(), event.type_.clone().unwrap())).collect()
    };
    let all = all_events(&server).await;
    let expected = [
        ("a became leader: there was no Lease", "Normal"),
        ("a stopped leading: told to stop", "Normal"),
        ("a became leader: the Lease of the leader before had expired", "Normal"),
        ("a stopped leading: replaced", "Warning"),
    ];
    assert_eq!(of("a", &all), expected.map(|(note, kind)| (note.to_owned(), kind.to_owned())));
    let expected = [
        ("b became leader: the Lease had been released", "Normal"),
        ("b stopped leading: deadline passed", "Warning"),
    ];
    assert_eq!(of("b", &all), expected.map(|(note, kind)| (note.to_owned(), kind.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn what_happens_again_is_counted_and_begins_anew_where_its_event_is_gone() {
    let server = ApiServer::new();
    let a = Reporting::start(&server, "a");
    for _ in 0..3 {
        sleep(10).await;
        server.take_lease(LEASE, "z", secs(2));
    }
    sleep(10).await;
    a.flush().await;
    let replaced = |event: &&Event| event.action.as_deref() == Some("StopLeadingReplaced");
    let all = all_events(&server).await;
    let [one] = all.iter().filter(replaced).collect::<Vec<_>>()[..] else { panic!("{all:#?}") };
    assert_eq!(one.series.as_ref().unwrap().count, 3);

    let api: Api<Event> = Api::namespaced(server.client("test"), "default");
    api.delete(&one.name_any(), &DeleteParams::default()).await.unwrap();
    server.take_lease(LEASE, "z", secs(2));
    sleep(10).await;
    a.flush().await;
    assert_eq!(all_events(&server).await.iter().filter(replaced).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn forbidden_is_said_once_and_nothing_is_sent_for_an_hour() {
    let (said, _guard) = Said::listen();
    let server = ApiServer::new();
    let forbidden = server.faults().rule().client("events").kind("Event").answer(Answer::status(403));
    let events = Events::new(server.client("events"), "default");
    let observers = Observers::new().with(events.clone());
    let mut candidate = observers.candidate(LEASE, "a", Arc::new(HandClock::default()));
    let mut lead_and_lose = async |times| {
        for _ in 0..times {
            candidate.began(FencingToken::new(1), Won::Expired, at(1_000));
            candidate.stopped(StopReason::Replaced);
            assert!(events.flush(&observers, PATIENCE).await);
        }
    };
    lead_and_lose(10).await;
    assert_eq!(written(&server).len(), 1);
    let lines = said.lines("Event");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    for words in ["\"default\"", "\"create\" and \"patch\"", "\"events\"", "\"events.k8s.io\"", "grant"] {
        assert!(line.contains(words), "{words}: {line}");
    }

    sleep(3600).await;
    lead_and_lose(10).await;
    assert_eq!(written(&server).len(), 2, "one more is tried");
    assert_eq!(said.lines("Event").len(), 1, "without a word");

    forbidden.remove();
    sleep(3600).await;
    lead_and_lose(1).await;
    assert_eq!(all_events(&server).await.len(), 2, "once granted it goes on without a restart");
}

/// Replica `a` hands over to `b` while Events are answered like this; how long its stop took.
async fn hand_over(fault: impl FnOnce(le_testkit::Rule) -> le_testkit::Fault) -> Duration {
    let server = ApiServer::new();
    fault(server.faults().rule().client("events"));
    let mut a = Reporting::start(&server, "a");
    sleep(5).await;
    let _b = Reporting::start(&server, "b");
    sleep(600).await;
    assert_eq!(server.until_led(LEASE).await, "a", "it has led all the time");
    assert_eq!(server.log().count(|entry| entry.client() == "b" && entry.verb().is_write()), 0);
    let began = Instant::now();
    a.running.take().unwrap().stop().await;
    server.until_led(LEASE).by("b").await;
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_holds_nothing_up() {
    let well = hand_over(|rule| rule.delay(Duration::ZERO)).await;
    let hung = hand_over(|rule| rule.hang_before()).await;
    assert_eq!(hung, well);
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_after_five_seconds_and_the_next_event_is_sent() {
    let (said, _guard) = Said::listen();
    let server = ApiServer::new();
    server.faults().rule().client("events").verb(Verb::Create).times(1).hang_before();
    let mut a = Reporting::start(&server, "a");
    sleep(2).await;
    let began = Instant::now();
    assert!(!a.events.flush(&a.observers, secs(1)).await);
    assert!(a.events.flush(&a.observers, secs(10)).await);
    assert!(began.elapsed() < secs(6), "{:?}", began.elapsed());
    a.stop().await;
    assert_eq!(notes(&all_events(&server).await), ["a stopped leading: told to stop"]);
    assert_eq!(said.lines("no answer within 5s").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_written_where_the_lease_must_not_be_read() {
    let server = ApiServer::new();
    server.faults().rule().client("events").kind("Lease").answer(Answer::status(403));
    let mut a = Reporting::start(&server, "a");
    sleep(5).await;
    a.stop().await;
    let all = all_events(&server).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|event| event.regarding.as_ref().unwrap().uid.is_none()));
}

#[tokio::test(start_paused = true)]
async fn without_a_lease_there_are_no_events() {
    let server = ApiServer::new();
    let events = Events::new(server.client("events"), "default");
    let observers = Observers::new().with(events.clone());
    let builder = Unopposed.observed_by(observers.clone());
    let elector = builder.build("widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(5).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(events.flush(&observers, PATIENCE).await);
    assert!(server.log().is_empty());
}
