//! What work pays to ask whether it leads.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use le_bench::{Row, Stopwatch, Target, Turns};
use le_core::Leadership;
use le_lease::Election;
use le_testkit::ApiServer;
use rustix::time::{ClockId, clock_gettime};
use tokio_util::sync::CancellationToken;

/// How often it is asked in one turn.
const ASKS: u32 = 100_000;

pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let (stop, (give, take)) = (CancellationToken::new(), mpsc::channel());
    let election = Election::new(ApiServer::new().client("bench"), "lock")?;
    let until = stop.clone();
    let running = election.run_while_leading(stop, move |leadership| {
        let _ = give.send(measure(&leadership));
        until.cancel();
        async {}
    });
    running.await?;
    take.recv().context("it never led")
}

fn measure(leadership: &Leadership) -> Vec<Row> {
    let mut turns = Turns::default();
    for _ in 0..40 {
        turns.note(time(|| leadership.is_valid()), time(|| clock_gettime(ClockId::Boottime).tv_nsec >= 0));
    }
    let nanos = |time: Duration| format!("{:.1} ns", time.as_secs_f64() * 1e9 / f64::from(ASKS));
    let name = "Leadership::is_valid, beside one read of CLOCK_BOOTTIME";
    let one = Row::new(name, nanos(turns.ours()), nanos(turns.other()), turns.ratio(), Target::AtMost(1.5));
    let [alone, both] = [1, 2].map(|threads| throughput(threads, leadership));
    let a_second = |rate: f64| format!("{:.1} M/s", rate / 1e6);
    let name = "Leadership::is_valid by two threads: times the answers of one";
    vec![one, Row::new(name, a_second(both), a_second(alone), both / alone, Target::AtLeast(1.8))]
}

fn time(mut ask: impl FnMut() -> bool) -> Duration {
    let watch = Stopwatch::of_thread();
    for _ in 0..ASKS {
        black_box(ask());
    }
    watch.elapsed()
}

fn throughput(threads: u32, leadership: &Leadership) -> f64 {
    let run = || {
        let began = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| (0..10).for_each(|_| _ = time(|| leadership.is_valid())));
            }
        });
        f64::from(threads * 10 * ASKS) / began.elapsed().as_secs_f64()
    };
    (0..5).map(|_| run()).fold(0.0, f64::max)
}
