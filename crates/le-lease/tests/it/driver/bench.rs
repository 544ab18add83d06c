//! Replicas to test with: each says what it does into one journal, which watches over all of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kube::Client;
use le_config::{Component, Config, HolderIdentity, Timing};
use le_core::{
    Bucket, ElectorBuilder, ElectorError, Enqueue, LeaderAware, Leadership, PromoteError, StopReason,
};
use le_lease::{Builder, Options, Report};
use le_testkit::ApiServer;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// 15 s, 10 s and 2 s: client-go's defaults.
pub(crate) fn timing() -> Timing {
    Timing::new(Duration::from_secs(15), Duration::from_secs(10), Duration::from_secs(2)).unwrap()
}

/// What a replica did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Promoted(u64),
    Demoted(Option<StopReason>),
    Drained,
    Reported(String),
    Ended,
}

/// One line of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    pub(crate) replica: String,
    pub(crate) lease: String,
    pub(crate) act: Act,
}

/// The task that looks for two leaders; it ends with the journal.
struct Guard(JoinHandle<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Everything that the replicas of a test did, in order, and a guard that looks all the time whether two of them lead one Lease.
#[derive(Clone)]
pub(crate) struct Journal {
    began: Instant,
    lines: Arc<Mutex<Vec<Line>>>,
    led: Arc<Mutex<Vec<(String, Leadership)>>>,
    changed: Arc<tokio::sync::Notify>,
    guard: Arc<Guard>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        let led: Arc<Mutex<Vec<(String, Leadership)>>> = Arc::default();
        let guarded = Arc::clone(&led);
        let guard = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(1));
            loop {
                ticks.tick().await;
                check_one_leader(&guarded);
            }
        });
        Self {
            began: Instant::now(),
            lines: Arc::default(),
            led,
            changed: Arc::default(),
            guard: Arc::new(Guard(guard)),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn write(&self, replica: &str, lease: &str, act: Act) {
        let line = Line { at: self.now(), replica: replica.to_owned(), lease: lease.to_owned(), act };
        self.lines.lock().unwrap().push(line);
        check_one_leader(&self.led);
        self.changed.notify_waiters();
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        assert!(!self.guard.0.is_finished(), "the guard found two leaders");
        self.lines.lock().unwrap().clone()
    }

    /// The first line of a replica that fits.
    pub(crate) fn first(&self, replica: &str, fits: impl Fn(&Act) -> bool) -> Option<Line> {
        self.lines().into_iter().find(|line| line.replica == replica && fits(&line.act))
    }

    /// Waits for a line of a replica that fits, for at most an hour.
    pub(crate) async fn until(&self, replica: &str, fits: impl Fn(&Act) -> bool) -> Line {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if let Some(line) = self.first(replica, &fits) {
                    return line;
                }
                changed.await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(3600), wait).await {
            Ok(line) => line,
            Err(_) => panic!("{replica} never did it; the journal: {:#?}", self.lines()),
        }
    }

    pub(crate) async fn until_promoted(&self, replica: &str) -> Line {
        self.until(replica, |act| matches!(act, Act::Promoted(_))).await
    }

    /// The leadership that a replica holds at this instant, if any.
    pub(crate) fn valid(&self, replica: &str) -> Option<Leadership> {
        let led = self.led.lock().unwrap();
        led.iter().find(|(who, leadership)| who == replica && leadership.is_valid()).map(|(_, l)| l.clone())
    }

    pub(crate) fn tokens(&self) -> Vec<u64> {
        let lines = self.lines();
        lines
            .iter()
            .filter_map(|line| match line.act {
                Act::Promoted(token) => Some(token),
                _ => None,
            })
            .collect()
    }
}

fn check_one_leader(led: &Mutex<Vec<(String, Leadership)>>) {
    let mut led = led.lock().unwrap();
    led.retain(|(_, leadership)| leadership.is_valid());
    for (index, (who, one)) in led.iter().enumerate() {
        for (other, another) in &led[index + 1..] {
            assert_ne!(one.bucket(), another.bucket(), "{who} and {other} both lead");
        }
    }
}

/// How a replica differs from the default.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    pub(crate) buckets: Option<u32>,
    pub(crate) queue: Option<&'static str>,
    pub(crate) drain: Duration,
    /// The only bucket whose work takes time to drain, where it is not all of them.
    pub(crate) slow: Option<&'static str>,
    pub(crate) options: Options,
    pub(crate) failing_promotions: usize,
    pub(crate) timing: Option<Timing>,
    pub(crate) identity: Option<&'static str>,
}

/// A replica: an elector that runs on a task. Dropping it ends it as a SIGKILL would.
pub(crate) struct Replica {
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), ElectorError>>,
}

pub(crate) fn component(setup: &Setup, name: &str) -> Component {
    let config = Config::new(setup.buckets.unwrap_or(1), setup.timing.unwrap_or_else(timing)).unwrap();
    let identity = HolderIdentity::new(setup.identity.unwrap_or(name)).unwrap();
    config.component("controller").with_identity(identity)
}

pub(crate) fn builder(server: &ApiServer, journal: &Journal, name: &str, setup: &Setup) -> Builder {
    builder_on(server.client(name), journal, name, setup)
}

pub(crate) fn builder_on(client: Client, journal: &Journal, name: &str, setup: &Setup) -> Builder {
    let reports = (journal.clone(), name.to_owned());
    Builder::new(client, component(setup, name))
        .in_namespace("default")
        .with_options(setup.options.clone())
        .with_seed(name.bytes().map(u64::from).sum())
        .on_report(move |report: &Report| reports.0.write(&reports.1, "", Act::Reported(report.to_string())))
}

impl Replica {
    pub(crate) fn start(server: &ApiServer, journal: &Journal, name: &str) -> Self {
        Self::start_with(server, journal, name, &Setup::default())
    }

    pub(crate) fn start_with(server: &ApiServer, journal: &Journal, name: &str, setup: &Setup) -> Self {
        Self::start_from(&builder(server, journal, name, setup), journal, name, setup)
    }

    pub(crate) fn start_from(builder: &Builder, journal: &Journal, name: &str, setup: &Setup) -> Self {
        let worker = Worker {
            name: name.to_owned(),
            journal: journal.clone(),
            drain: setup.drain,
            slow: setup.slow,
            failing: Mutex::new(setup.failing_promotions),
            terms: Mutex::default(),
        };
        let queue = setup.queue.unwrap_or("widgets");
        let elector = builder.build(queue, Arc::new(worker), Enqueue::nowhere()).unwrap();
        let stop = CancellationToken::new();
        let (ended, name) = (journal.clone(), name.to_owned());
        let run = elector.run(stop.clone());
        let running = tokio::spawn(async move {
            let result = run.await;
            ended.write(&name, "", Act::Ended);
            result
        });
        Self { stop, running }
    }

    /// Stops it as a SIGTERM would, and waits until it has ended.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.running).await.unwrap().unwrap();
    }

    /// Ends it as a SIGKILL would.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.running.abort();
    }
}

struct Worker {
    name: String,
    journal: Journal,
    drain: Duration,
    slow: Option<&'static str>,
    failing: Mutex<usize>,
    terms: Mutex<Vec<Leadership>>,
}

#[async_trait]
impl LeaderAware for Worker {
    async fn promote(&self, leadership: Leadership, _: Option<Enqueue>) -> Result<(), PromoteError> {
        assert!(leadership.is_valid(), "promoted without the right");
        let fails = {
            let mut failing = self.failing.lock().unwrap();
            let fails = *failing > 0;
            *failing = failing.saturating_sub(1);
            fails
        };
        if fails {
            return Err(PromoteError::new("the cache did not sync"));
        }
        let lease = leadership.bucket().name().to_string();
        self.terms.lock().unwrap().push(leadership.clone());
        self.journal.led.lock().unwrap().push((self.name.clone(), leadership.clone()));
        self.journal.write(&self.name, &lease, Act::Promoted(leadership.token().get()));
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        let term = {
            let mut terms = self.terms.lock().unwrap();
            let index = terms.iter().position(|term| term.bucket() == bucket);
            terms.remove(index.expect("demoted without a promotion"))
        };
        self.journal.write(&self.name, bucket.name().as_str(), Act::Demoted(term.stop_reason()));
        if self.slow.is_none_or(|slow| slow == bucket.name().as_str()) {
            tokio::time::sleep(self.drain).await;
        }
        self.journal.write(&self.name, bucket.name().as_str(), Act::Drained);
    }
}
