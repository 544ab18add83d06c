//! The duck as a program.

mod args;
mod rbac;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::ensure;
use chaosduck::{Duck, Event};
use clap::Parser as _;
use le_cli::{Connection, Format};
use tokio_util::sync::CancellationToken;

use crate::args::Args;

fn main() -> ExitCode {
    let args = Args::parse_from(args::with_long_dashes(std::env::args_os()));
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

/// Returns whether every Lease came back.
async fn run(args: Args) -> anyhow::Result<bool> {
    if args.print_rbac {
        let namespace = match args.connection.namespace.clone() {
            Some(namespace) => namespace,
            // Rights may be asked for where there is no cluster yet.
            None => args.connection.connect().await.map_or("default".to_owned(), |found| found.namespace),
        };
        le_cli::print(&rbac::yaml(args.mode, &namespace)?)?;
        return Ok(true);
    }
    let plan = args.plan()?;
    let connection = args.connection.connect().await?;
    refuse(&connection, args.yes)?;
    if args.output == Format::Table || args.output == Format::Wide {
        le_cli::print_error(&format!("chaosduck in namespace {}, seed {}", connection.namespace, plan.seed));
    }
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    let (closed, format) = (stop.clone(), args.output);
    let tell = move |event: Event| {
        let line = match format {
            Format::Table | Format::Wide => format!("{event}\n"),
            Format::Yaml => document(&event).unwrap_or_default(),
            Format::Json => serde_json::to_string(&event).unwrap_or_default() + "\n",
        };
        let mut out = anstream::stdout().lock();
        // Nobody reads on: there is nobody to go on for.
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
            closed.cancel();
        }
    };
    let summary = Duck::new(connection, plan).run(stop, tell).await?;
    let last = serde_json::json!({ "event": "summary", "summary": summary });
    let drawn = match args.output {
        Format::Json => serde_json::to_string(&last)? + "\n",
        Format::Yaml => document(&last)?,
        Format::Table | Format::Wide => format!("\n{summary:#}"),
    };
    le_cli::print(&drawn)?;
    Ok(summary.is_sound())
}

/// One of several in a stream of YAML.
fn document(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(format!("---\n{}", serde_yaml::to_string(value)?))
}

/// Some places are not for a duck.
fn refuse(connection: &Connection, yes: bool) -> anyhow::Result<()> {
    let context = connection.context.as_deref().unwrap_or_default();
    ensure!(
        yes || connection.namespace != "kube-system",
        "the leaders of kube-system run the cluster: say --yes if they are to be struck"
    );
    ensure!(
        yes || !context.to_lowercase().contains("prod"),
        "the context {context:?} looks like production: say --yes if its leaders are to be struck"
    );
    Ok(())
}

fn stop_on_signals(stop: &CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

fn failed(error: &anyhow::Error) -> ExitCode {
    le_cli::print_error(&format!("error: {error:#}"));
    ExitCode::FAILURE
}
