//! `kubectl le gc`: removes Leases of an older number of buckets.

mod choose;

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::Timestamp;
use kube::api::{DeleteParams, Preconditions};
use le_cli::{Connection, ConnectionArgs, Format, LeaseView, Table, duration, plain};
use serde::Serialize;
use tokio::time::sleep;

use crate::cli::short;
use crate::{Code, config_map};

/// Removes Leases of an older number of buckets that nobody has renewed for a given time
///
/// The Leases of a queue are looked at only where all those of its present number of buckets are held. One that is still held is
/// looked at for its whole duration, and stays when it is renewed meanwhile. What is removed is what was read: a Lease that changes in
/// between stays too.
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct GcArgs {
    /// Only Leases of this component
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// How many buckets there are at present; without it, what the ConfigMap says
    #[arg(long, value_name = "N")]
    buckets: Option<u32>,
    /// For how long nobody has renewed them, by the times in them
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    unrenewed_for: Duration,
    /// Only says what would be removed; --dry-run=false removes it
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    dry_run: bool,
}

/// What became of a Lease.
#[derive(Debug, Serialize)]
struct Fate {
    namespace: String,
    lease: String,
    removed: bool,
    why: String,
}

/// Runs the command.
pub(crate) async fn run(at: &ConnectionArgs, args: &GcArgs, format: Format) -> anyhow::Result<Code> {
    let connection = at.connect().await?;
    let present = present(&connection, args).await?;
    let first = list(&connection, args).await?;
    let chosen = choose::choose(&first, present, args.unrenewed_for, Timestamp::now());
    if let Some(wait) =
        chosen.iter().filter(|choice| choice.kept.is_none()).filter_map(|choice| choice.wait()).max()
    {
        le_cli::print_error(&format!("looking for {} whether anybody renews", short(wait)));
        sleep(wait).await;
    }
    let second = list(&connection, args).await?;
    let mut fates = Vec::new();
    let mut failed = false;
    for choice in chosen {
        let lease = choice.lease;
        let now = second.iter().find(|other| other.name == lease.name);
        let (removed, why) = match (choice.kept, now) {
            (Some(why), _) => (false, why),
            (None, None) => (false, "somebody else has removed it".to_owned()),
            (None, Some(now)) if now.version != lease.version => {
                (false, "kept: it has changed meanwhile".to_owned())
            }
            (None, Some(_)) if args.dry_run => (false, "would be removed".to_owned()),
            (None, Some(_)) => match remove(&connection, lease).await {
                Ok(()) => (true, "removed".to_owned()),
                Err(error) => {
                    failed = true;
                    (false, format!("kept: {error:#}"))
                }
            },
        };
        fates.push(Fate { namespace: lease.namespace.clone(), lease: lease.name.clone(), removed, why });
    }
    le_cli::print(&draw(&fates, args, format)?)?;
    Ok(if failed { Code::Failed } else { Code::Done })
}

fn draw(fates: &[Fate], args: &GcArgs, format: Format) -> anyhow::Result<String> {
    if let Some(written) = format.write(&fates)? {
        return Ok(written);
    }
    if fates.is_empty() {
        return Ok("There is no Lease of an older number of buckets.\n".to_owned());
    }
    let mut table = Table::new(["LEASE", "WHAT"]).breaking(1);
    for fate in fates {
        table.row([plain(&fate.lease), fate.why.clone()]);
    }
    let hint = if args.dry_run { "\nNothing was removed: say --dry-run=false to do it.\n" } else { "" };
    Ok(format!("{table:#}{hint}"))
}

/// How many buckets there are at present.
async fn present(connection: &Connection, args: &GcArgs) -> anyhow::Result<u32> {
    if let Some(buckets) = args.buckets {
        return Ok(buckets);
    }
    let name = config_map::name();
    let Some(data) = config_map::read(connection, &name).await? else {
        bail!(
            "there is no ConfigMap {name:?} in namespace {:?}: say by --buckets how many buckets there are",
            connection.namespace
        )
    };
    let parser = le_config::Parser::new(le_config::MOST_BUCKETS)?;
    let config = parser.parse_all(&data).with_context(|| format!("the ConfigMap {name:?} cannot be used"))?;
    Ok(config.buckets())
}

async fn list(connection: &Connection, args: &GcArgs) -> anyhow::Result<Vec<LeaseView>> {
    let mut leases = le_cli::leases(connection, Some(&connection.namespace)).await?;
    leases
        .retain(|lease| args.component.as_ref().is_none_or(|component| *component == lease.place.component));
    Ok(leases)
}

/// Removes a Lease as it was read, and no other.
async fn remove(connection: &Connection, lease: &LeaseView) -> anyhow::Result<()> {
    let params = DeleteParams {
        preconditions: Some(Preconditions {
            uid: lease.uid.clone(),
            resource_version: lease.version.clone(),
        }),
        ..DeleteParams::default()
    };
    let api = le_cli::lease_api(connection, Some(&lease.namespace));
    match api.delete(&lease.name, &params).await {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(le_cli::explain(error, &format!("delete the Lease {:?}", lease.name), &lease.namespace))
        }
    }
}
