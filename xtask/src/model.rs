//! The model checker, built when it is asked for.

use crate::cargo;

/// What `cargo xtask model` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// With how many candidates; both by default
    #[arg(long, value_name = "2|3")]
    candidates: Option<String>,
    /// How much is searched: any one fault, or any two, which takes minutes
    #[arg(long, default_value = "small", value_parser = ["small", "full"])]
    size: String,
    /// Breaks the machine on purpose, in this way or in each one after the other, and sees that it is found
    #[arg(long, value_name = "NAME|all", conflicts_with_all = ["candidates", "size"])]
    mutant: Option<String>,
    /// How to print what came of it: a table, or one JSON object a line
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// Becomes the search.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut command = cargo::locked("run");
    command.args(["--release", "--package", "le-model", "--bin", "model"]);
    if args.mutant.is_some() {
        cargo::with_mutants(&mut command);
    }
    command.args(["--", "--output", &args.output]);
    match &args.mutant {
        Some(mutant) => command.args(["--mutant", mutant]),
        None => command.args(["--size", &args.size]),
    };
    if let Some(candidates) = &args.candidates {
        command.args(["--candidates", candidates]);
    }
    cargo::become_it(command)
}
