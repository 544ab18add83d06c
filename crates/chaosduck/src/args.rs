//! The words on the command line.

use std::ffi::OsString;
use std::time::Duration;

use chaosduck::{Mode, Plan};
use clap::Parser;
use le_cli::{ConnectionArgs, Format, duration};
use regex::{Regex, RegexSet};

/// Kills one leader of each component, again and again, and measures how it is replaced
#[derive(Debug, Parser)]
#[command(
    name = "chaosduck",
    version,
    after_help = "Exit codes: 0 every Lease had a new holder within the bound; 1 one had not, or no round succeeded; 2 the \
                  command line is wrong. Ctrl-C and SIGTERM end it in order, with the table of what came out.\n\n\
                  The flags of Knative's chaosduck, with one dash, are understood too."
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// The form of what is printed: with json an object a line for each event, with yaml a document, and the summary last
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// What is done to a leader
    #[arg(long, value_enum, default_value_t)]
    pub(crate) mode: Mode,
    /// Leaves this component alone; may be given more than once
    #[arg(long, value_name = "NAME")]
    disable: Vec<String>,
    /// Leaves components alone whose name matches; may be given more than once
    #[arg(long, value_name = "RE", value_parser = pattern)]
    disable_regex: Vec<String>,
    /// How long from one round to the next, at the least
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = some_duration)]
    period: Duration,
    /// By how many periods more a round may be late, by chance
    #[arg(long, value_name = "NUMBER", default_value_t = 2.0, value_parser = factor)]
    factor: f64,
    /// What chance is drawn from; a new one each time where it is not given
    #[arg(long)]
    seed: Option<u64>,
    /// Ends after one round, when its hand-overs were seen or the bound is over
    #[arg(long)]
    once: bool,
    /// Begins no round after this
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    duration: Option<Duration>,
    /// How long a Lease may be without a holder before it counts as one that never came back
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    bound: Duration,
    /// Only says what it would do
    #[arg(long)]
    dry_run: bool,
    /// Goes also into kube-system, and where the context looks like production
    #[arg(long)]
    pub(crate) yes: bool,
    /// Prints the rights that it needs in this mode, and does nothing else
    #[arg(long)]
    pub(crate) print_rbac: bool,
}

impl Args {
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        let disabled_regex = RegexSet::new(&self.disable_regex)?;
        let usual = Plan::default();
        Ok(Plan {
            mode: self.mode,
            period: self.period,
            factor: self.factor,
            once: self.once,
            duration: self.duration,
            bound: self.bound,
            dry_run: self.dry_run,
            disabled: self.disable.clone(),
            disabled_regex,
            seed: self.seed.unwrap_or(usual.seed),
        })
    }
}

/// The flags of the original, which have one dash.
const ORIGINAL: [(&str, &str); 5] = [
    ("-disable", "--disable"),
    ("-disableRegex", "--disable-regex"),
    ("-period", "--period"),
    ("-factor", "--factor"),
    ("-namespace", "--namespace"),
];

/// Rewrites flags of the original.
pub(crate) fn with_long_dashes(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let rewritten = |arg: OsString| {
        let Some(text) = arg.to_str() else { return arg };
        let (flag, value) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value)));
        match (ORIGINAL.iter().find(|(original, _)| *original == flag), value) {
            (None, _) => arg,
            (Some((_, ours)), None) => (*ours).into(),
            (Some((_, ours)), Some(value)) => format!("{ours}={value}").into(),
        }
    };
    args.into_iter().map(rewritten).collect()
}

fn some_duration(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() { Err("it must be longer than nothing".to_owned()) } else { Ok(duration) }
}

fn pattern(text: &str) -> Result<String, String> {
    Regex::new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "write a number, like 2.0".to_owned())?;
    if (0.0..=1000.0).contains(&factor) { Ok(factor) } else { Err("it must be from 0 to 1000".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn read(args: &[&str]) -> Args {
        let args = ["chaosduck"].iter().chain(args).map(OsString::from);
        Args::try_parse_from(with_long_dashes(args)).unwrap()
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_flags_of_the_original_are_understood() {
        let args = read(&[
            "-disable",
            "web",
            "-disable=db",
            "-disableRegex=^x",
            "-period",
            "5s",
            "-factor=0.5",
            "-namespace=acme",
        ]);
        let plan = args.plan().unwrap();
        assert_eq!(plan.disabled, ["web", "db"]);
        assert!(plan.disabled_regex.is_match("xyz") && !plan.disabled_regex.is_match("yx"));
        assert_eq!((plan.period, plan.factor), (Duration::from_secs(5), 0.5));
        assert_eq!(args.connection.namespace.as_deref(), Some("acme"));
        let plan = read(&[]).plan().unwrap();
        assert_eq!((plan.period, plan.factor), (Duration::from_secs(20), 2.0));
    }

    #[test]
    fn a_bad_pattern_is_told_with_its_key_and_value() {
        let args = ["chaosduck", "--disable-regex", "ok", "--disable-regex", "a("];
        let error = Args::try_parse_from(args).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("invalid value 'a(' for '--disable-regex"), "{error}");
    }
}
