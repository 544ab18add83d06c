//! Completions and the manual page, from the command line itself.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::Code;
use crate::cli::Cli;

/// Prints what a shell needs.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<Code> {
    let mut written = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kubectl-le", &mut written);
    le_cli::print(&String::from_utf8_lossy(&written))?;
    Ok(Code::Done)
}

/// Prints the manual page, and one for each command after it.
pub(crate) fn man() -> anyhow::Result<Code> {
    let mut written = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut written)?;
    for part in command.get_subcommands() {
        clap_mangen::Man::new(part.clone()).render(&mut written)?;
    }
    le_cli::print(&String::from_utf8_lossy(&written))?;
    Ok(Code::Done)
}
