//! The links between our own pages lead somewhere.

use super::repo::{File, Repo};
use super::{Problem, markdown};

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    repo.with_extension("md")
        .flat_map(|page| markdown::prose(page).map(move |(number, line)| (page, number, line)))
        .flat_map(|(page, number, line)| targets(line).map(move |target| (page, number, target)))
        .filter_map(|(page, number, target)| {
            Some(Problem::new(&page.path, number, fault(repo, page, target)?))
        })
        .collect()
}

/// Returns where the links of a line lead: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let defined =
        line.starts_with('[').then(|| line.split_once("]: ")).flatten().map(|(_, target)| target.trim());
    inline.chain(defined)
}

fn fault(repo: &Repo, page: &File, target: &str) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { page.path.clone() } else { resolve(&page.path, path) };
    let folder = format!("{path}/");
    if repo.file(&path).is_none() && !repo.files.keys().any(|file| file.starts_with(&folder)) {
        return Some(format!("the link to {target} leads nowhere: there is no {path}"));
    }
    let known = anchor.is_empty()
        || !path.ends_with(".md")
        || repo.file(&path).is_some_and(|file| markdown::anchors(file).iter().any(|known| known == anchor));
    (!known).then(|| format!("the link to {target} leads nowhere: {path} has no such heading"))
}

/// Returns the path from the root of what a page names from where it lies.
fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    #[test]
    fn a_dead_link_is_found() {
        let readme = "# Top\n[a](docs/a.md#part-one) [b](docs/b.md) [c](docs/a.md#gone) [d](#top) [e](crates/x)\n\
                      ```\n[f](nowhere.md)\n```\n[g](https://example.org/nowhere)\n[h]: ../docs/h.md\n";
        let repo = sample::repo([
            ("README.md", readme),
            ("docs/a.md", "## Part one\n[up](../README.md#top)\n"),
            ("crates/x/Cargo.toml", ""),
        ]);
        let problems: Vec<_> = check(&repo).iter().map(Problem::to_string).collect();
        assert_eq!(
            problems,
            [
                "README.md:2: the link to docs/b.md leads nowhere: there is no docs/b.md",
                "README.md:2: the link to docs/a.md#gone leads nowhere: docs/a.md has no such heading",
                "README.md:7: the link to ../docs/h.md leads nowhere: there is no docs/h.md",
            ]
        );
    }
}
