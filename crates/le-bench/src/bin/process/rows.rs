//! The rows of the two.

use le_bench::crew::Cost;
use le_bench::{Row, Target};

use crate::measure::{BUCKETS, Figures};

/// A third of the peer's, which is the target for memory and for processor time.
const THIRD: Target = Target::AtMost(0.334);

/// Most requests a minute of one that waits.
const MOST_REQUESTS: f64 = 2.0;

pub(crate) fn rows(ours: &Figures, theirs: &Figures) -> Vec<Row> {
    let row = |name: &str, unit: &str, of: &dyn Fn(&Figures) -> f64, target| {
        let (a, b) = (of(ours), of(theirs));
        let name = format!("{BUCKETS} buckets, 60/40/10: {name}, beside client-go");
        Row::new(name, format!("{a:.1} {unit}"), format!("{b:.1} {unit}"), a / b, target)
    };
    let leads = |figures: &Figures| figures.window.members[0];
    let waits = |figures: &Figures| figures.window.members[1];
    let minutes = |figures: &Figures| figures.window.length.as_secs_f64() / 60.0;
    let memory = |cost: Cost| cost.resident / 1024.0;
    let cpu = |cost: Cost| cost.cpu.as_secs_f64() * 1e3;
    let asked = waits(ours).requests as f64 / minutes(ours);
    vec![
        row("memory of the leader", "MiB", &|figures| memory(leads(figures)), THIRD),
        row(
            "processor time of a renewal",
            "us",
            &|figures| cpu(leads(figures)) * 1e3 / figures.window.renewals as f64,
            THIRD,
        ),
        row("winning all from nothing", "s", &|figures| figures.won, Target::AtMost(1.0)),
        row("releasing all on SIGTERM", "s", &|figures| figures.released, Target::AtMost(1.0)),
        row("memory of one that waits", "MiB", &|figures| memory(waits(figures)), Target::None),
        row(
            "processor time of one that waits",
            "ms/min",
            &|figures| cpu(waits(figures)) / minutes(figures),
            Target::None,
        ),
        row(
            "requests of one that waits",
            "/min",
            &|figures| waits(figures).requests as f64 / minutes(figures),
            Target::None,
        ),
        Row::new(
            format!("{BUCKETS} buckets, 60/40/10: requests of one that waits, beside 2 a minute"),
            format!("{asked:.1} /min"),
            format!("{MOST_REQUESTS} /min"),
            asked / MOST_REQUESTS,
            Target::AtMost(1.0),
        ),
        row("most renewals in any 100 ms", "", &|figures| figures.window.peak as f64, Target::None),
        row(
            "most renewals in any 100 ms, as times the average",
            "",
            &|figures| {
                let average = figures.window.renewals as f64 / figures.window.length.as_secs_f64() / 10.0;
                figures.window.peak as f64 / average
            },
            Target::None,
        ),
        row(
            "processor time of API server and store for a minute",
            "s",
            &|figures| figures.window.server.as_secs_f64() / minutes(figures),
            Target::None,
        ),
    ]
}
