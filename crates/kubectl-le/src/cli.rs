//! The words on the command line.

use std::time::Duration;

use clap::{Parser, Subcommand};
use le_cli::{ConnectionArgs, Format};

use crate::{config, gc, owner, rbac, status};

/// What the exit codes mean, in the help of every command.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 it failed, or the configuration has errors; 2 the command line is wrong, or, \
                                     with --strict, the configuration has warnings; 3 a bucket has no live holder.";

/// Looks at leader elections: who leads, whose a key is, what a configuration means
#[derive(Debug, Parser)]
#[command(
    name = "kubectl-le",
    bin_name = "kubectl le",
    version,
    disable_help_subcommand = true,
    after_help = format!(
        "{EXIT_CODES}\n\nThere is no command that takes a Lease away from its holder: docs/operations.md says what to do instead."
    )
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// The form of what is printed
    #[arg(short, long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Status(status::StatusArgs),
    Owner(owner::OwnerArgs),
    /// Looks at a configuration, or writes one
    #[command(subcommand)]
    Config(config::Command),
    Rbac(rbac::RbacArgs),
    Gc(gc::GcArgs),
    /// Prints what a shell needs to complete these commands
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page, for `man -l -`
    Man,
}

/// Writes a duration as Go does, with no more digits than a person reads.
pub(crate) fn short(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let coarse = match millis {
        0..10_000 => Duration::from_millis(millis / 100 * 100),
        _ => Duration::from_secs(millis / 1000),
    };
    match le_cli::go_form(coarse) {
        text if text.ends_with("m0s") => text[..text.len() - 2].to_owned(),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_written_for_people() {
        for (millis, text) in
            [(0, "0s"), (1_540, "1.5s"), (12_345, "12s"), (60_000, "1m"), (3_605_000, "1h0m5s")]
        {
            assert_eq!(short(Duration::from_millis(millis)), text);
        }
    }
}
