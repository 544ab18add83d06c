//! The command line, and the settings that come of it.

use std::time::Duration;

use anyhow::bail;
use clap::{Args, Parser, Subcommand, ValueEnum};
use le_config::{Config, GoDuration, Timing};

use crate::fault::Fault;
use crate::orchestra::Schedule;
use crate::report::Replica;

/// Starts an API server and several processes of one operator, and watches them share its objects through leader election
/// while leaders are terminated and killed.
///
/// The last line is a summary. `overlapping` counts the objects that two replicas had in hand at the same time, `stale_writes`
/// the writes under an older token after a newer one had written to the same bucket, `unhandled` the generations that nobody
/// had handled ten seconds after the last change: the exit code is 0 only when all three are zero. `resynced` counts what the
/// next leader handled again, which is as it should be. Of the hand-overs after a SIGTERM (terminate) and after a SIGKILL
/// (kill), `count` is the number of leaders replaced; `p50` and `max` are in seconds, over all the buckets that those leaders
/// led, from the signal to the next leader's promotion.
#[derive(Debug, Parser)]
#[command(name = "le-demo", args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) demo: DemoArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the main process starts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs one process of the operator; the demo starts these itself.
    #[command(hide = true)]
    Replica(ReplicaArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// How long leaders come and go, in Go's form (90s, 1m30s)
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// How many processes of the operator run
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
    replicas: u32,
    /// Among how many buckets the objects are divided
    #[arg(long, default_value_t = 10)]
    buckets: u32,
    /// How many objects there are at a time
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    objects: u32,
    /// Runs against the real cluster of this context of the kubeconfig, in a namespace made for it and removed again
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Lets one leader stand still for longer than its Lease lasts, instead of the signals, and shows what is seen of it from outside
    #[arg(long, value_name = "FAULT", conflicts_with = "duration")]
    fault: Option<Fault>,
    /// What is printed; without it a live table on a terminal, and lines of text elsewhere
    #[arg(long, value_name = "FORMAT")]
    output: Option<Output>,
    /// Lets every replica lead everything, to show that the counts can be other than zero
    #[arg(long, hide = true)]
    without_election: bool,
    #[command(flatten)]
    timing: TimingArgs,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// One JSON object per event, the last of them the summary
    Json,
    /// Lines of text, on a terminal too
    Text,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct TimingArgs {
    /// How long a Lease holds after its last renewal
    #[arg(long, default_value = "3s", value_parser = duration, value_name = "DURATION")]
    lease_duration: Duration,
    /// How long a leader tries to renew before it gives up
    #[arg(long, default_value = "2s", value_parser = duration, value_name = "DURATION")]
    renew_deadline: Duration,
    /// How long to wait between two attempts
    #[arg(long, default_value = "500ms", value_parser = duration, value_name = "DURATION")]
    retry_period: Duration,
}

impl TimingArgs {
    fn timing(self) -> Result<Timing, le_config::TimingError> {
        Timing::new(self.lease_duration, self.renew_deadline, self.retry_period)
    }

    /// Writes the arguments down again, for the command line of a replica.
    fn to_args(self) -> [String; 3] {
        let nanos = |duration: Duration| format!("{}ns", duration.as_nanos());
        [
            format!("--lease-duration={}", nanos(self.lease_duration)),
            format!("--renew-deadline={}", nanos(self.renew_deadline)),
            format!("--retry-period={}", nanos(self.retry_period)),
        ]
    }
}

/// What the main command runs with; consistent by construction.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) replicas: u32,
    pub(crate) objects: u32,
    pub(crate) config: Config,
    pub(crate) schedule: Schedule,
    pub(crate) context: Option<String>,
    pub(crate) output: Option<Output>,
    pub(crate) fault: Option<Fault>,
    /// What every replica is given besides its name and the way to the API server.
    pub(crate) replica_args: Vec<String>,
}

impl DemoArgs {
    pub(crate) fn settings(self) -> anyhow::Result<Settings> {
        let timing = self.timing.timing()?;
        let config = Config::new(self.buckets, timing)?;
        let schedule = Schedule::new(self.duration, timing);
        if self.duration < schedule.least() {
            bail!(
                "--duration ({:?}) is too short for a hand-over: with a lease duration of {:?} give at least {:?}",
                self.duration,
                timing.lease_duration(),
                schedule.least()
            );
        }
        let mut replica_args = vec![format!("--buckets={}", self.buckets)];
        replica_args.extend(self.timing.to_args());
        replica_args.extend(self.without_election.then(|| "--without-election".to_owned()));
        Ok(Settings {
            replicas: self.replicas,
            objects: self.objects,
            config,
            schedule,
            context: self.context,
            output: self.output,
            fault: self.fault,
            replica_args,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReplicaArgs {
    /// Under which identity it leads
    #[arg(long)]
    pub(crate) identity: Replica,
    /// Where the objects and the Leases are
    #[arg(long)]
    pub(crate) namespace: String,
    /// The URL of an API server that asks for no credentials; without it the kubeconfig says where to go
    #[arg(long, conflicts_with = "context")]
    pub(crate) server: Option<String>,
    /// The context of the kubeconfig; without it the current one
    #[arg(long)]
    pub(crate) context: Option<String>,
    #[arg(long)]
    buckets: u32,
    /// Leads everything at once, whatever the others do
    #[arg(long)]
    pub(crate) without_election: bool,
    #[command(flatten)]
    timing: TimingArgs,
}

impl ReplicaArgs {
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        Ok(Config::new(self.buckets, self.timing.timing()?)?)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration: GoDuration =
        text.parse().map_err(|error: le_config::ParseDurationError| error.to_string())?;
    duration.to_std().ok_or_else(|| "a duration here must not be negative".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn settings(args: &[&str]) -> Result<Settings, String> {
        let cli = Cli::try_parse_from([&["le-demo"], args].concat()).map_err(|error| error.to_string())?;
        cli.demo.settings().map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_three_replicas_ten_buckets_and_a_short_timing() {
        let settings = settings(&[]).unwrap();
        assert_eq!((settings.replicas, settings.objects, settings.config.buckets()), (3, 300, 10));
        assert_eq!(settings.config.timing().renew_deadline(), Duration::from_secs(2));
    }

    #[test]
    fn bad_input_is_refused_with_its_name_and_value() {
        for (args, said) in [
            (&["--replicas", "0"][..], "invalid value '0' for '--replicas"),
            (&["--objects", "0"], "invalid value '0' for '--objects"),
            (&["--buckets", "0"], "0"),
            (&["--buckets", "2049"], "2049"),
            (&["--duration", "sixty"], "invalid value 'sixty' for '--duration"),
            (&["--duration=-60s"], "must not be negative"),
            (&["--duration", "2s"], "--duration (2s) is too short for a hand-over"),
            (&["--renew-deadline", "3s"], "renew-deadline (3s) must be below lease-duration (3s)"),
            (&["--fault", "slow"], "invalid value 'slow' for '--fault"),
            (&["--fault", "stop", "--duration", "60s"], "cannot be used with"),
            (&["--output", "xml"], "invalid value 'xml' for '--output"),
        ] {
            let refused = settings(args).unwrap_err();
            assert!(refused.contains(said), "{args:?} gave {refused}");
        }
    }

    #[test]
    fn a_replica_is_given_the_timing_that_was_set() {
        let settings = settings(&["--lease-duration", "2500ms", "--buckets", "7"]).unwrap();
        let given = ["le-demo", "replica", "--identity=replica-0.1", "--namespace=ns"].map(str::to_owned);
        let cli = Cli::try_parse_from(given.into_iter().chain(settings.replica_args)).unwrap();
        let Some(Command::Replica(args)) = cli.command else { panic!("{cli:?}") };
        assert_eq!(args.config().unwrap(), settings.config);
    }
}
