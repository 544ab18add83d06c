//! `kubectl le status`: every Lease that belongs to an election.

mod draw;
mod pods;
mod report;
mod seen;

use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use le_cli::{Connection, ConnectionArgs, Format, LeaseView, duration};
use tokio::time::{Instant, sleep};

use crate::Code;

use pods::Pods;
use report::Report;
use seen::Seen;

/// Shows every Lease that belongs to an election: its holder, whether that lives, and how the buckets are spread
///
/// The age of a renewal is what was seen from here: all Leases are read twice, and one that changed in between was renewed since
/// the first reading. "<2s" means that, and ">2s" that it was not. A Lease is known to have expired when it has not changed for its
/// whole duration: look that long by --observe, or believe the clock of the holder by --trust-clocks.
///
/// States: held; free; expired; gone, that is held by a pod that no longer lives and does not renew; malformed, with what is wrong.
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct StatusArgs {
    /// Only Leases of this component, or of this name
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// All namespaces
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Draws it again and again, until Ctrl-C
    #[arg(short, long)]
    watch: bool,
    /// How long to look between two readings; 0s reads once
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    observe: Duration,
    /// Takes the age of a renewal from the holder's clock and the one here
    #[arg(long)]
    trust_clocks: bool,
}

/// Runs the command.
pub(crate) async fn run(at: &ConnectionArgs, args: &StatusArgs, format: Format) -> anyhow::Result<Code> {
    let connection = at.connect().await?;
    let mut looking = Looking { connection, args, seen: Seen::default() };
    let mut report = looking.look().await?;
    if !args.watch {
        if !args.observe.is_zero() && report.needs_a_second_look() {
            sleep(args.observe).await;
            report = looking.look().await?;
        }
        le_cli::print(&draw::draw(&report, format)?)?;
        return Ok(report.code());
    }
    let pause = args.observe.max(Duration::from_millis(200));
    // One for all rounds: a Ctrl-C that comes while the Leases are read is not lost.
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        let drawn = draw::draw(&report, format)?;
        // In place on a terminal: from the top, and what was longer before is wiped.
        let drawn =
            if std::io::stdout().is_terminal() { format!("\x1b[H\x1b[2J{drawn}") } else { drawn + "\n" };
        le_cli::print(&drawn)?;
        tokio::select! {
            _ = &mut interrupted => return Ok(report.code()),
            () = sleep(pause) => {}
        }
        match looking.look().await {
            Ok(next) => report = next,
            // Whoever watches is told, and the watching goes on.
            Err(error) => le_cli::print_error(&format!("error: {error:#}")),
        }
    }
}

struct Looking<'a> {
    connection: Connection,
    args: &'a StatusArgs,
    seen: Seen,
}

impl Looking<'_> {
    async fn look(&mut self) -> anyhow::Result<Report> {
        let namespace = (!self.args.all_namespaces).then_some(&*self.connection.namespace);
        let began = Instant::now();
        let mut leases = le_cli::leases(&self.connection, namespace).await?;
        if let Some(component) = &self.args.component {
            leases.retain(|lease| belongs(lease, component));
        }
        self.seen.look(&leases, began);
        let pods = Pods::list(&self.connection, namespace).await;
        let clock = self.args.trust_clocks.then(Timestamp::now);
        Ok(Report::new(leases, &pods, &self.seen, clock))
    }
}

fn belongs(lease: &LeaseView, component: &str) -> bool {
    lease.place.component == component || lease.name == component
}
