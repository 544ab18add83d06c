//! A hundred replicas that compete for a thousand buckets, in virtual time: ten of them crash at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use le_bench::{Row, Target};
use le_config::{Config, HolderIdentity, Timing};
use le_core::{ElectorBuilder, ElectorError, Enqueue, LedBuckets};
use le_e2e::progress::Progress;
use le_testkit::ApiServer;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::link::Link;
use crate::tally::Tally;

const REPLICAS: usize = 100;
const BUCKETS: u32 = 1_000;
const CRASHES: usize = 10;

/// client-go's defaults, in seconds.
const LEASE: Duration = Duration::from_secs(15);
const RENEW: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(2);

/// For how long requests are counted while nothing happens.
const QUIET: Duration = Duration::from_secs(10);

struct Replica {
    led: Arc<LedBuckets>,
    task: JoinHandle<Result<(), ElectorError>>,
}

/// What came out of one world.
struct Figures {
    expired: usize,
    writes: u64,
    led_again: Duration,
    /// Requests a minute, while nothing happened.
    requests: f64,
}

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let progress = Progress::new();
    let run = |buckets: u32, lag: Duration| {
        let _step = progress.step(&format!(
            "virtual time: {REPLICAS} replicas compete for {buckets} buckets, and {CRASHES} crash; lag {lag:?}"
        ));
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(play(buckets, lag))
    };
    let small = run(BUCKETS / 10, Duration::ZERO)?;
    let whole = run(BUCKETS, Duration::ZERO)?;
    let slow = run(BUCKETS, Duration::from_millis(2))?;
    let name = format!("{REPLICAS} replicas, {BUCKETS} buckets, {CRASHES} crash");
    let mut rows = Vec::new();
    for (figures, lag, most) in [(&whole, "", 1.2), (&slow, ", everything takes 2 ms", 2.0)] {
        let per_bucket = figures.writes as f64 / figures.expired as f64;
        rows.push(Row::new(
            format!("{name}{lag}: writes for an expired bucket, beside 1"),
            format!("{} for {}", figures.writes, figures.expired),
            "1",
            per_bucket,
            Target::AtMost(most),
        ));
        rows.push(Row::of_times(
            format!("{name}{lag}: all led again, beside the lease duration + 1 s"),
            figures.led_again,
            LEASE + Duration::from_secs(1),
            Target::AtMost(1.0),
        ));
    }
    let per_bucket = |figures: &Figures, buckets: u32| figures.requests / f64::from(buckets);
    let (many, few) = (per_bucket(&whole, BUCKETS), per_bucket(&small, BUCKETS / 10));
    rows.push(Row::new(
        format!(
            "{REPLICAS} replicas: requests a minute and bucket, {BUCKETS} buckets beside {}",
            BUCKETS / 10
        ),
        format!("{many:.2}"),
        format!("{few:.2}"),
        many / few,
        Target::AtMost(1.1),
    ));
    Ok(rows)
}

async fn play(buckets: u32, lag: Duration) -> anyhow::Result<Figures> {
    let server = ApiServer::new();
    server.log().keep(100);
    server.remember(1_000);
    let tally = Arc::new(Tally::new());
    let mut replicas = Vec::new();
    for number in 0..REPLICAS {
        replicas.push(start(&server, &tally, number, buckets, lag)?);
        // They start as pods do, one after the other.
        sleep(Duration::from_millis(20)).await;
    }
    sleep(LEASE).await;
    let led: usize = replicas.iter().map(|replica| replica.led.leaderships().len()).sum();
    ensure!(led == buckets as usize, "{led} of {buckets} buckets are led");

    let before = tally.requests();
    sleep(QUIET).await;
    let requests = (tally.requests() - before) as f64 * 60.0 / QUIET.as_secs_f64();

    // Those that lead the most: whatever the start has made of it, much is lost at once.
    replicas.sort_by_key(|replica| std::cmp::Reverse(replica.led.leaderships().len()));
    tally.forget_claims();
    let crashed_at = tally.now();
    let mut expired = Vec::new();
    for replica in replicas.drain(..CRASHES) {
        expired.extend(replica.led.leaderships().iter().map(|led| led.bucket().name().clone()));
        replica.task.abort();
    }
    sleep(LEASE + Duration::from_secs(5)).await;
    let mut writes = 0;
    let mut led_again = Duration::ZERO;
    for bucket in &expired {
        let (count, claimed) = tally.claims_of(bucket.as_str());
        let Some(at) = claimed else { anyhow::bail!("nobody leads {bucket} after the crash") };
        writes += count;
        led_again = led_again.max(at - crashed_at);
    }
    Ok(Figures { expired: expired.len(), writes, led_again, requests })
}

fn start(
    server: &ApiServer,
    tally: &Arc<Tally>,
    number: usize,
    buckets: u32,
    lag: Duration,
) -> anyhow::Result<Replica> {
    let name = format!("replica-{number:03}");
    let component = Config::new(buckets, Timing::new(LEASE, RENEW, RETRY)?)?.component("scale");
    let component = component.with_identity(HolderIdentity::new(&*name)?);
    let link = Link { server: server.service(&name), tally: Arc::clone(tally), lag };
    let builder = le_lease::Builder::new(link.client(), component)
        .in_namespace("default")
        .with_seed(u64::try_from(number)?.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let led = Arc::new(LedBuckets::new());
    let elector = builder.build("scale", Arc::clone(&led) as _, Enqueue::nowhere())?;
    // A process that crashes is never told to stop.
    let task = tokio::spawn(elector.run(CancellationToken::new()));
    Ok(Replica { led, task })
}
