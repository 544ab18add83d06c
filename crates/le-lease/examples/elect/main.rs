//! The smallest whole participant: elects a leader for each of a few Leases, and says on standard output what it does.
//!
//! One JSON object a line: `lead` and `stop` with the token, `error` with a message, and, every `--act-every`, `act` for each Lease
//! that it leads at that very instant. After a drain through which the Lease was held it says `drained`. SIGTERM and Ctrl-C stop it:
//! it stops acting, drains, releases, and exits with 0. On SIGUSR1 it says how many tasks it has, which should not grow.

mod client;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::Parser;
use le_config::{Config, GoDuration, HolderIdentity, Timing};
use le_core::{
    Bucket, BucketName, ElectorBuilder, Enqueue, LeaderAware, Leadership, PromoteError, StopReason,
};
use le_lease::Report;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Elects a leader for each of the Leases `P.00-of-NN` and so on, and acts for those that it leads.
#[derive(Parser)]
struct Arguments {
    /// The holder identity; no other process may have it.
    #[arg(long)]
    identity: String,
    /// The namespace of the Leases.
    #[arg(long)]
    namespace: String,
    /// What the names of the Leases begin with.
    #[arg(long)]
    name_prefix: String,
    /// How many Leases there are.
    #[arg(long, default_value_t = 1)]
    buckets: u32,
    /// How long others wait after the last change of a Lease before they take it.
    #[arg(long, default_value = "15s", value_parser = duration)]
    lease_duration: Duration,
    /// How long after its last successful write a leader leads on.
    #[arg(long, default_value = "10s", value_parser = duration)]
    renew_deadline: Duration,
    /// How often a leader renews.
    #[arg(long, default_value = "2s", value_parser = duration)]
    retry_period: Duration,
    /// How long the work takes to drain.
    #[arg(long, default_value = "0s", value_parser = duration)]
    drain: Duration,
    /// How often to act.
    #[arg(long, default_value = "20ms", value_parser = duration)]
    act_every: Duration,
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: GoDuration = text.parse().map_err(|error| format!("{error}"))?;
    duration.to_std().ok_or_else(|| format!("{text:?} is negative"))
}

// One thread: waking up others costs more than anything that an election does.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let (prefix, buckets) = (arguments.name_prefix, arguments.buckets);
    let timing = Timing::new(arguments.lease_duration, arguments.renew_deadline, arguments.retry_period)?;
    let component = Config::new(buckets, timing)?
        .component("elect")
        .with_lease_name(move |index| format!("{prefix}.{index:02}-of-{buckets:02}"))
        .with_identity(HolderIdentity::new(arguments.identity.as_str())?);
    let client =
        client::connect(arguments.retry_period).await.context("no API server to ask: set KUBECONFIG")?;

    let worker = Arc::new(Worker::new(arguments.identity, arguments.drain));
    let reporter = Arc::clone(&worker);
    let builder = le_lease::Builder::new(client, component).in_namespace(arguments.namespace).on_report(
        move |report| {
            if !matches!(report, Report::Recovered(_) | Report::WatchBack(_)) {
                reporter.desk().say("error", json!({ "message": report.to_string() }));
            }
        },
    );
    let elector = builder.build("elect", worker.clone(), Enqueue::nowhere())?;

    let stop = CancellationToken::new();
    let acting = tokio::spawn(act(Arc::clone(&worker), arguments.act_every));
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let counting = tokio::spawn(count_on_signal(Arc::clone(&worker)));
    elector.run(stop).await?;
    acting.abort();
    signals.abort();
    counting.abort();
    Ok(())
}

/// Acts, again and again, for whatever is led at that very instant.
async fn act(worker: Arc<Worker>, every: Duration) {
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        worker.desk().act();
    }
}

async fn stop_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    stop.cancel();
    Ok(())
}

async fn count_on_signal(worker: Arc<Worker>) -> anyhow::Result<()> {
    let mut asked = signal(SignalKind::user_defined1())?;
    while asked.recv().await.is_some() {
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        worker.desk().say("tasks", json!({ "tasks": tasks }));
    }
    Ok(())
}

/// Does the work of a leader: it says so.
struct Worker {
    desk: Mutex<Desk>,
    drain: Duration,
}

/// What is led, and where to say what happens: one lock for both, so that nothing is said to be done after it was stopped.
struct Desk {
    identity: String,
    led: BTreeMap<BucketName, Leadership>,
}

impl Worker {
    fn new(identity: String, drain: Duration) -> Self {
        Self { desk: Mutex::new(Desk { identity, led: BTreeMap::new() }), drain }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl LeaderAware for Worker {
    async fn promote(&self, leadership: Leadership, _: Option<Enqueue>) -> Result<(), PromoteError> {
        let mut desk = self.desk();
        desk.say(
            "lead",
            json!({ "lease": leadership.bucket().name().as_str(), "token": leadership.token().get() }),
        );
        desk.led.insert(leadership.bucket().name().clone(), leadership);
        Ok(())
    }

    async fn demote(&self, bucket: &Bucket) {
        let left = {
            let mut desk = self.desk();
            let leadership = desk.led.remove(bucket.name().as_str());
            let reason =
                leadership.as_ref().and_then(Leadership::stop_reason).unwrap_or(StopReason::ToldToStop);
            let token = leadership.as_ref().map(|leadership| leadership.token().get());
            desk.say(
                "stop",
                json!({ "lease": bucket.name().as_str(), "token": token, "reason": reason.to_string() }),
            );
            leadership
        };
        // A lost leadership leaves nothing to finish.
        if let Some(leadership) = left.filter(Leadership::is_valid) {
            // A timer waits a millisecond even for nothing.
            if !self.drain.is_zero() {
                tokio::time::sleep(self.drain).await;
            }
            self.desk().say_while_led("drained", &leadership);
        }
    }
}

impl Desk {
    fn act(&self) {
        for leadership in self.led.values() {
            self.say_while_led("act", leadership);
        }
    }

    fn say_while_led(&self, event: &str, leadership: &Leadership) {
        // The time first: what is said is then no later than it says.
        let t = now();
        if leadership.is_valid() {
            let lease = leadership.bucket().name().as_str();
            self.say_at(t, event, json!({ "lease": lease, "token": leadership.token().get() }));
        }
    }

    fn say(&self, event: &str, more: Value) {
        self.say_at(now(), event, more);
    }

    fn say_at(&self, t: f64, event: &str, more: Value) {
        let mut line = json!({ "t": t, "event": event, "identity": self.identity });
        if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
            line.extend(more);
        }
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            // Nobody reads any more.
            std::process::exit(1);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it stamps what it says, and decides nothing by it")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
