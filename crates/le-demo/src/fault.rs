//! A leader that stands still: by what, for how long, and what was seen of it from outside.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use le_config::Timing;
use serde::Serialize;

use crate::report::Replica;

/// How a leader is made to stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// All threads of its runtime are blocked, as they are by work that never awaits
    Wedge,
    /// Its process is stopped by SIGSTOP
    Stop,
}

impl Fault {
    /// Returns for how long: until another replica surely leads, and the leader is surely known to be wedged.
    pub(crate) fn lasts(timing: Timing) -> Duration {
        timing.lease_duration() + Duration::from_secs(3)
    }

    /// Says what is done.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Wedge => "all threads of its runtime are blocked",
            Self::Stop => "its process is stopped by SIGSTOP",
        }
    }
}

/// What was seen before, during and after.
pub(crate) type Phases<T> = [T; 3];

const PHASES: Phases<&str> = ["before", "during", "after"];

/// What was seen of a fault.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Findings {
    pub(crate) fault: Fault,
    /// Who stood still.
    pub(crate) replica: Replica,
    /// What it led, the first of them.
    pub(crate) bucket: String,
    pub(crate) seconds: f64,
    /// It, and whoever took over from it.
    pub(crate) replicas: Vec<Seen>,
    /// What the replicas logged meanwhile.
    pub(crate) log: Vec<Logged>,
}

/// What was seen of one replica.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seen {
    pub(crate) replica: Replica,
    /// What `/livez` said.
    pub(crate) livez: Phases<String>,
    pub(crate) metrics: Vec<Metric>,
}

/// One series.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Metric {
    pub(crate) series: String,
    /// Absent where nobody answered.
    pub(crate) values: Phases<Option<f64>>,
    /// Whether the values are seconds.
    #[serde(skip)]
    pub(crate) is_time: bool,
}

/// A line of a replica's log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Logged {
    pub(crate) replica: Replica,
    pub(crate) line: String,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, replica, bucket, seconds, replicas, log } = self;
        writeln!(f, "{replica} led {bucket}, and stood still for {seconds:.1} s: {}", fault.about())?;
        for seen in replicas {
            writeln!(f, "\n/livez of {}", seen.replica)?;
            for (phase, said) in PHASES.iter().zip(&seen.livez) {
                writeln!(f, "  {phase:<6}  {said}")?;
            }
        }
        // All are of one bucket, which stands above.
        let short = |series: &str| {
            let label = format!("name={bucket:?}");
            series.replace(&format!("{{{label}}}"), "").replace(&format!("{label},"), "")
        };
        let [before, during, after] = PHASES;
        for seen in replicas {
            writeln!(f, "\n{:<66}{before:>9}{during:>9}{after:>9}", format!("/metrics of {}", seen.replica))?;
            for metric in &seen.metrics {
                let [before, during, after] = metric.values.map(|value| match value {
                    None => "-".to_owned(),
                    Some(value) if metric.is_time => format!("{value:.1} s"),
                    Some(value) => value.to_string(),
                });
                writeln!(f, "  {:<64}{before:>9}{during:>9}{after:>9}", short(&metric.series))?;
            }
        }
        writeln!(f, "\nlog")?;
        if log.is_empty() {
            writeln!(f, "  nothing")?;
        }
        for Logged { replica, line } in log {
            writeln!(f, "  {replica}: {line}")?;
        }
        Ok(())
    }
}
