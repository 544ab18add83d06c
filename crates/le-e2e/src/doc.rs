//! What the documents show, taken out of them to be tried.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::de::DeserializeOwned;

/// A code block of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The heading above it.
    pub heading: String,
    /// The language that the fence names.
    pub language: String,
    /// What stands in it.
    pub text: String,
}

/// Reads a document of `docs/`.
///
/// # Errors
///
/// When it is not there.
pub fn read(name: &str) -> anyhow::Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Returns the code blocks of a document in order.
#[must_use]
pub fn blocks(document: &str) -> Vec<Block> {
    let (mut blocks, mut heading) = (Vec::new(), String::new());
    let mut open: Option<Block> = None;
    for line in document.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                let (heading, language) = (heading.clone(), language.to_owned());
                open = Some(Block { heading, language, text: String::new() });
            }
            (None, None) => {
                if let Some(words) = line.strip_prefix('#') {
                    heading = words.trim_start_matches('#').trim().to_owned();
                }
            }
        }
    }
    blocks
}

/// Returns the rows of the first table with so many columns, without its head.
#[must_use]
pub fn table(document: &str, columns: usize) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Option<Vec<String>> {
        let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
    };
    let rows = document.lines().map(cells);
    let rows = rows.skip_while(|row| row.as_ref().is_none_or(|row| row.len() != columns));
    rows.skip(2).map_while(|row| row).collect()
}

/// Reads every document of a YAML text.
///
/// # Errors
///
/// When one is not what is asked for.
pub fn yaml<T: DeserializeOwned>(text: &str) -> anyhow::Result<Vec<T>> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| T::deserialize(document).context("a YAML of the docs")).collect()
}

/// Replaces words of which each must be there.
///
/// # Errors
///
/// When one is not.
pub fn adapted(text: &str, words: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut text = text.to_owned();
    for (from, to) in words {
        ensure!(text.contains(from), "{from:?} does not stand in the document any more");
        text = text.replace(from, to);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n```yaml\na: 1\n# no heading\n---\na: 2\n```\n## B\n| x | y |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n```sh\nls\n```\n";

    #[test]
    fn blocks_know_their_heading_and_language() {
        let blocks = blocks(TEXT);
        assert_eq!(
            (&*blocks[0].heading, &*blocks[0].text, &*blocks[0].language),
            ("A", "a: 1\n# no heading\n---\na: 2\n", "yaml")
        );
        assert_eq!((&*blocks[1].heading, &*blocks[1].language, blocks.len()), ("B", "sh", 2));
        let maps: Vec<std::collections::BTreeMap<String, u8>> = yaml(&blocks[0].text).unwrap();
        assert_eq!((maps[0]["a"], maps[1]["a"]), (1, 2));
    }

    #[test]
    fn a_table_has_rows_and_what_is_missing_is_found() {
        assert_eq!(table(TEXT, 2), [["1", "2"]]);
        assert_eq!(adapted("a b", &[("a", "c")]).unwrap(), "c b");
        assert!(adapted("a b", &[("x", "c")]).is_err());
    }
}
