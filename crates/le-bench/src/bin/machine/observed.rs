//! What observers cost: each renewal, and whoever asks whether it leads.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use le_bench::keys::{keys, names};
use le_bench::{Row, Stopwatch, Target, Turns, median};
use le_core::{Clock, FencingToken, Leadership, Moment, Observed, Observers, Won};
use le_hash::BucketSet;
use le_lease::Election;
use le_observe::Observe;
use le_testkit::ApiServer;
use prometheus_client::registry::Registry;
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How many buckets there are, which renew at the same time: the most that a configuration may have.
const BUCKETS: usize = 10;
/// How often each of them renews while it is measured.
const ROUNDS: usize = 24;
/// From look to look. It is a little less than what their thread waits by itself, so that there is one look in each pause; and long
/// enough for others to take the caches meanwhile, as they do between renewals.
const PAUSE: Duration = Duration::from_millis(900);
/// What one renewal may take, on both threads together.
const MOST: Duration = Duration::from_micros(2);
const IDENTITY: &str = "replica-1";
/// How often it is asked in one turn whether it leads.
const ASKS: u32 = 100_000;

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let mut rows = renewals()?;
    rows.push(is_valid().await?);
    rows.push(look_up().await?);
    Ok(rows)
}

/// A renewal, told to metrics and health. They come in bursts and lie until their thread looks, which it does once in a second in
/// any case: looks at a burst and looks at nothing take turns, and the difference is what renewals cost.
fn renewals() -> anyhow::Result<Vec<Row>> {
    let observe = Observe::new(&mut Registry::default());
    let clock: Arc<dyn Clock> = Arc::new(Boottime);
    let identity: Arc<str> = IDENTITY.into();
    let mut buckets: Vec<Observed> = (0..BUCKETS)
        .map(|bucket| {
            begin(&observe.observers(), &format!("controller.widgets.{bucket:02}-of-10"), &identity, &clock)
        })
        .collect();
    ensure!(observe.observers().flush(Duration::from_secs(20)), "the observers do not come to an end");
    let of_observers = Task::find("le-observers")?;
    let look = || {
        observe.observers().flush(Duration::ZERO);
        std::thread::sleep(PAUSE);
        of_observers.worked()
    };
    let (mut telling, mut hearing, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = of_observers.worked()?;
        let looked = look()?;
        idle.push(looked.saturating_sub(before).as_secs_f64());
        // The elector has asked it already.
        let now = clock.now();
        let watch = Stopwatch::of_thread();
        for observed in &mut buckets {
            observed.turned(now, None);
            observed.leader_seen(Some(IDENTITY));
            observed.renewed(now, Duration::from_millis(3), now + Duration::from_secs(40));
            observed.turned(now, Some(now + Duration::from_secs(10)));
        }
        telling.push(watch.elapsed().as_secs_f64());
        hearing.push(look()?.saturating_sub(looked).as_secs_f64());
    }
    ensure!(observe.observers().flush(Duration::ZERO), "renewals still lie there");
    let [telling, hearing, idle] = [telling, hearing, idle].map(|times| median(times.into_iter()));
    let each = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0) / BUCKETS as f64);
    let heard = hearing - idle;
    let row = |name: &str, time, target| Row::of_times(name, time, MOST, target);
    Ok(vec![
        row(
            "a renewal with metrics and health, on both threads, of ten at a time, beside 2 us",
            each(telling + heard),
            Target::AtMost(1.0),
        ),
        row("  of that where it is told", each(telling), Target::None),
        row("  of that on the thread of the observers", each(heard), Target::None),
        row(
            "  beside these, its look at an empty queue, once a second",
            Duration::from_secs_f64(idle),
            Target::None,
        ),
    ])
}

fn begin(observers: &Observers, bucket: &str, identity: &Arc<str>, clock: &Arc<dyn Clock>) -> Observed {
    let mut observed = observers.candidate(bucket, Arc::clone(identity), Arc::clone(clock));
    observed.leader_seen(Some(IDENTITY));
    observed.began(FencingToken::new(1), Won::Created, clock.now() + Duration::from_secs(40));
    observed
}

/// The clock of elections.
#[derive(Debug)]
struct Boottime;

impl Clock for Boottime {
    fn now(&self) -> Moment {
        let now = Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default();
        Moment::ORIGIN + now
    }
}

/// A thread of this process.
struct Task(std::path::PathBuf);

impl Task {
    fn find(name: &str) -> anyhow::Result<Self> {
        for task in std::fs::read_dir("/proc/self/task")? {
            let task = task?.path();
            if std::fs::read_to_string(task.join("comm")).is_ok_and(|comm| comm.trim() == name) {
                return Ok(Self(task.join("schedstat")));
            }
        }
        anyhow::bail!("there is no thread {name}")
    }

    /// The time that processors spent on it.
    fn worked(&self) -> anyhow::Result<Duration> {
        let text = std::fs::read_to_string(&self.0)?;
        let nanos = text.split(' ').next().context("the kernel tells no time")?;
        Ok(Duration::from_nanos(nanos.parse()?))
    }
}

/// A leader, and what ends it.
struct Leader {
    leadership: Leadership,
    _stop: tokio_util::sync::DropGuard,
}

impl Leader {
    async fn new(observers: Observers) -> anyhow::Result<Self> {
        let (stop, (give, take)) = (CancellationToken::new(), oneshot::channel());
        let election = Election::new(ApiServer::new().client("bench"), "lock")?.observed_by(observers);
        let mut give = Some(give);
        tokio::spawn(election.run_while_leading(stop.clone(), move |leadership| {
            let _ = give.take().map(|give| give.send(leadership.clone()));
            async move { leadership.stopping().await }
        }));
        Ok(Self { leadership: take.await.context("it never led")?, _stop: stop.drop_guard() })
    }
}

/// The question whether it leads, of a leader that is observed and of one that is not.
async fn is_valid() -> anyhow::Result<Row> {
    let observe = Observe::new(&mut Registry::default());
    let one = Leader::new(observe.observers()).await?;
    let other = Leader::new(Observers::new()).await?;
    let mut turns = Turns::default();
    for _ in 0..80 {
        turns.note(asked(&one.leadership)?, asked(&other.leadership)?);
    }
    let nanos = |time: Duration| format!("{:.1} ns", time.as_secs_f64() * 1e9 / f64::from(ASKS));
    let name = "Leadership::is_valid with metrics and health, beside without";
    Ok(Row::new(name, nanos(turns.ours()), nanos(turns.other()), turns.ratio(), Target::AtMost(1.05)))
}

/// The look-up of a key's bucket, while a leader is observed and while there is none: it knows nothing of either.
async fn look_up() -> anyhow::Result<Row> {
    let observe = Observe::new(&mut Registry::default());
    let (keys, names) = (keys(), names(BUCKETS)?);
    let set = BucketSet::new(names.iter().map(String::as_str))?;
    let snapshot = set.snapshot();
    let look = || {
        let watch = Stopwatch::of_thread();
        for key in &keys {
            black_box(snapshot.owner(key).as_str().len());
        }
        watch.elapsed()
    };
    let mut turns = Turns::default();
    for _ in 0..40 {
        let leader = Leader::new(observe.observers()).await?;
        let with = look();
        drop(leader);
        turns.note(with, look());
    }
    let nanos = |time: Duration| format!("{:.1} ns", time.as_secs_f64() * 1e9 / keys.len() as f64);
    let name = "one look-up of 10 names with metrics and health, beside without";
    Ok(Row::new(name, nanos(turns.ours()), nanos(turns.other()), turns.ratio(), Target::AtMost(1.05)))
}

fn asked(leadership: &Leadership) -> anyhow::Result<Duration> {
    let watch = Stopwatch::of_thread();
    for _ in 0..ASKS {
        black_box(leadership.is_valid());
    }
    let elapsed = watch.elapsed();
    ensure!(leadership.is_valid(), "it does not lead any more");
    Ok(elapsed)
}
