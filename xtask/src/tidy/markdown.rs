//! As much of Markdown as the checks need.

use super::repo::File;

/// Returns the lines outside of code fences, counted from one.
pub(super) fn prose(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    file.lines().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !fence && !in_code
    })
}

/// Returns the cells of a table's row.
pub(super) fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// Returns what stands between backticks.
pub(super) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Returns the rows of the table whose first heading is this one, without the headings.
pub(super) fn table<'a>(file: &'a File, first: &'a str) -> impl Iterator<Item = (usize, Vec<&'a str>)> {
    prose(file)
        .map(|(number, line)| (number, cells(line)))
        .skip_while(move |(_, cells)| cells.as_ref().is_none_or(|cells| cells[0] != first))
        .skip(2)
        .map_while(|(number, cells)| Some((number, cells?)))
}

/// Returns the anchors of the headings, as GitHub makes them.
pub(super) fn anchors(file: &File) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for (_, line) in prose(file) {
        let Some(heading) = line.starts_with('#').then(|| line.trim_start_matches('#')) else { continue };
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let again = anchors.iter().filter(|known| **known == anchor).count();
        anchors.push(if again == 0 { anchor } else { format!("{anchor}-{again}") });
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "a.md".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn anchors_are_those_of_github() {
        let file = file("# Le `core`, and more\n```\n# not one\n```\n## A-b\n## A-b\n");
        assert_eq!(anchors(&file), ["le-core-and-more", "a-b", "a-b-1"]);
    }

    #[test]
    fn a_table_has_rows() {
        let file = file(
            "| x |\n|---|\n| no |\n\n| key | what |\n|---|---|\n| `a` | b |\n| `c` | d |\n\n| `e` | f |\n",
        );
        let rows: Vec<_> = table(&file, "key").collect();
        assert_eq!(rows, [(7, vec!["`a`", "b"]), (8, vec!["`c`", "d"])]);
        assert_eq!(quoted("say `a` or `b`").collect::<Vec<_>>(), ["a", "b"]);
    }
}
