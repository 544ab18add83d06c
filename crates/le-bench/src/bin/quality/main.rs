//! How evenly keys fall on buckets, and how many move when a bucket is added, beside two other ways to divide them.
//!
//! It prints the table of `docs/hash.md` and draws its picture. Everything is counted, nothing measured: it comes out the same each time.
#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

mod keys;
mod spread;
mod ways;

use std::path::PathBuf;

use clap::Parser;
use le_bench::chart;
use le_bench::document::{replace_table, write};
use le_core::NamespacedName;

use crate::keys::Kind;
use crate::ways::Way;

/// How evenly keys fall on buckets, and how many move when a bucket is added
#[derive(Debug, Parser)]
struct Args {
    /// How many keys of each kind
    #[arg(long, default_value_t = 1_000_000)]
    keys: usize,
    /// The document whose table is to be written anew, and beside which the picture is drawn
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

/// The numbers of buckets.
const COUNTS: [usize; 8] = [2, 3, 5, 10, 20, 32, 64, 100];

const HEAD: &str = "| keys | buckets | fullest, Knative | rendezvous | jump | moved by one more, Knative | rendezvous | jump | least possible |";

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let names = Way::ALL.map(Way::name).into_iter().enumerate();
    let mut lines: Vec<_> = names.map(|(index, name)| chart::Line::new(name, index)).collect();
    let mut table = vec![HEAD.to_owned(), "|---".repeat(9) + "|"];
    for kind in Kind::ALL {
        let keys = kind.keys(args.keys);
        for count in COUNTS {
            table.push(row(kind, &keys, count, &mut lines)?);
        }
    }
    let table = table.join("\n") + "\n";
    println!("{table}");
    if let Some(path) = &args.document {
        let title = "how much more than its share the fullest bucket has (names of pods)";
        write(&path.with_extension("svg"), &chart::draw(title, chart::Axis::Percent, &lines))?;
        replace_table(path, HEAD, &table)?;
    }
    Ok(())
}

fn row(
    kind: Kind,
    keys: &[NamespacedName<'_>],
    count: usize,
    lines: &mut [chart::Line],
) -> anyhow::Result<String> {
    let (mut fullest, mut moved) = (Vec::new(), Vec::new());
    for (way, line) in Way::ALL.into_iter().zip(lines) {
        let (before, after) = (way.owners(keys, count)?, way.owners(keys, count + 1)?);
        let more = spread::fullest(&before, count) * 100.0;
        fullest.push(format!("+{more:.1} %"));
        moved.push(format!("{:.1} %", spread::moved(&before, &after) * 100.0));
        if kind == Kind::Pods {
            line.push(count as f64, more);
        }
    }
    let least = 100.0 / (count + 1) as f64;
    Ok(format!(
        "| {} | {count} | {} | {} | {least:.1} % |",
        kind.name(),
        fullest.join(" | "),
        moved.join(" | ")
    ))
}
