//! `kubectl le config`: looks at a configuration, or writes one.

mod convert;
mod findings;
mod lines;
mod numbers;
mod report;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use le_cli::{ConnectionArgs, Format, duration};

pub(crate) use convert::convert;

use crate::{Code, config_map};

use report::Report;

/// What can be done with a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(CheckArgs),
    Convert(ConvertArgs),
}

/// Shows what a configuration means, every mistake in it, and what follows from it
///
/// Without -f the ConfigMap of the cluster is read.
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct CheckArgs {
    /// A file with the ConfigMap; - reads standard input
    #[arg(short, long, value_name = "FILE", conflicts_with = "configmap")]
    file: Option<PathBuf>,
    /// The ConfigMap in the cluster; without it the one that components read
    #[arg(long, value_name = "NAME")]
    configmap: Option<String>,
    /// How many buckets the program allows
    #[arg(long, value_name = "N", default_value_t = le_config::DEFAULT_MAX_BUCKETS)]
    max_buckets: u32,
    /// How many replicas there are, to be warned of too few buckets
    #[arg(long, value_name = "N")]
    replicas: Option<u32>,
    /// Ends with exit code 2 when there are warnings
    #[arg(long)]
    strict: bool,
}

/// Writes a ConfigMap with the keys of today: from one with the old keys, or from the three durations of client-go
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct ConvertArgs {
    /// A file with a ConfigMap, or with leaseDuration, renewDeadline and retryPeriod, at the top or under leaderElection; - reads
    /// standard input
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["lease_duration", "renew_deadline", "retry_period"])]
    file: Option<PathBuf>,
    /// client-go's LeaseDuration
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "file")]
    lease_duration: Option<std::time::Duration>,
    /// client-go's RenewDeadline
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "file")]
    renew_deadline: Option<std::time::Duration>,
    /// client-go's RetryPeriod
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "file")]
    retry_period: Option<std::time::Duration>,
    /// The name of the ConfigMap that is printed
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Runs `config check`.
pub(crate) async fn check(at: &ConnectionArgs, args: &CheckArgs, format: Format) -> anyhow::Result<Code> {
    let report = match &args.file {
        Some(path) => Report::of_text(&read(path)?, args)?,
        None => {
            let connection = at.connect().await?;
            let name = args.configmap.clone().unwrap_or_else(config_map::name);
            match config_map::read(&connection, &name).await? {
                Some(data) => Report::of_data(data, &lines::Lines::default(), args)?,
                // Where none is asked for by its name, none is needed: the defaults hold.
                None if args.configmap.is_none() => {
                    le_cli::print_error(&format!(
                        "there is no ConfigMap {name:?} in namespace {:?}: the defaults hold",
                        connection.namespace
                    ));
                    Report::of_data(config_map::Data::new(), &lines::Lines::default(), args)?
                }
                None => bail!("there is no ConfigMap {name:?} in namespace {:?}", connection.namespace),
            }
        }
    };
    le_cli::print(&report.draw(format)?)?;
    Ok(report.code(args.strict))
}

/// Reads a file, or standard input.
fn read(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read as text")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
