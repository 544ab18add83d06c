//! The keys of the ConfigMap are the same in the code and in the docs.

use std::collections::BTreeMap;

use super::repo::{File, Repo};
use super::{Problem, markdown};

const CODE: &str = "crates/le-config/src/keys.rs";
const PAGE: &str = "docs/defaults.md";

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let (Some(code), Some(page)) = (repo.file(CODE), repo.file(PAGE)) else {
        return vec![Problem::new(PAGE, 0, format!("this page or {CODE} is missing"))];
    };
    let (read, told) = (keys_read(code), keys_told(page));
    let silent = read.iter().filter(|(key, _)| !told.contains_key(*key)).map(|(key, line)| {
        Problem::new(CODE, *line, format!("{key:?} is not in the table of keys in {PAGE}"))
    });
    let made_up = told
        .iter()
        .filter(|(key, _)| !read.contains_key(*key))
        .map(|(key, line)| Problem::new(PAGE, *line, format!("no code reads the key {key:?}")));
    silent.chain(made_up).collect()
}

/// Returns the keys that the code knows, each with its line.
fn keys_read(code: &File) -> BTreeMap<&str, usize> {
    code.lines()
        .filter(|(_, line)| line.starts_with("pub const"))
        .filter_map(|(number, line)| Some((line.split('"').nth(1)?, number)))
        .collect()
}

/// Returns the keys that the table lists, the old spellings too, each with its line.
fn keys_told(page: &File) -> BTreeMap<&str, usize> {
    markdown::table(page, "key")
        .flat_map(|(number, cells)| cells.into_iter().take(2).map(move |cell| (number, cell)))
        .flat_map(|(number, cell)| markdown::quoted(cell).map(move |key| (number, key)))
        // A key that goes on as one likes is known by how it begins.
        .map(|(number, key)| (key.split('<').next().unwrap_or(key), number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    #[test]
    fn keys_that_differ_are_found() {
        let code = "//! Keys.\npub const A: &str = \"a\";\npub const B: &str = \"b.\";\npub const C: &str = \"c\";\n";
        let page =
            "| key | old spelling | what |\n|---|---|---|\n| `a` | `d` | `e` |\n| `b.<from>` | none | |\n";
        let problems: Vec<_> =
            check(&sample::repo([(CODE, code), (PAGE, page)])).iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "crates/le-config/src/keys.rs:4: \"c\" is not in the table of keys in docs/defaults.md",
                "docs/defaults.md:3: no code reads the key \"d\"",
            ]
        );
    }
}
