//! Documents whose tables and pictures are made by programs.

use std::path::Path;

use anyhow::Context as _;

/// Writes a file.
///
/// # Errors
///
/// When that cannot be.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a table of a document anew: the one that begins with this head, up to the next empty line.
///
/// # Errors
///
/// When the document cannot be read or written, or has no such table.
pub fn replace_table(path: &Path, head: &str, table: &str) -> anyhow::Result<()> {
    let document =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, rest) = document.split_once(head).context("the document has no such table")?;
    let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
    write(path, &format!("{before}{table}\n{after}"))
}
