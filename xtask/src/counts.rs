//! Counts of instructions, compared with those that the repository keeps: times on shared machines cannot be trusted, counts can.

mod file;
mod tools;
mod verdict;

use anyhow::bail;

use crate::cargo;
use file::Kept;
use verdict::Verdict;

/// What `cargo xtask counts` is told.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Keeps what is counted now
    #[arg(long)]
    write: bool,
}

/// Counts, and fails when a count has grown.
pub(crate) fn check() -> anyhow::Result<()> {
    run(&Args::default())
}

/// Counts, and compares with what is kept, or keeps it. Where valgrind is missing it says so, and all is well.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if !tools::has_valgrind() {
        println!("valgrind is missing: nothing was counted");
        return Ok(());
    }
    let now = Kept { toolchain: tools::toolchain()?, counts: tools::count()? };
    let path = cargo::root().join(file::PATH);
    let kept = if args.write && !path.exists() { Kept::default() } else { Kept::read(&path)? };
    let verdict = Verdict::new(&kept, &now);
    print!("{verdict}");
    if args.write {
        now.write(&path)?;
        println!("{} is written anew", file::PATH);
    } else if verdict.fails() {
        bail!("the counts are not those of {}; `cargo xtask counts --write` writes it anew", file::PATH);
    }
    Ok(())
}
