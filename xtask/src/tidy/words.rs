//! What may stand in no file of ours.

use super::Problem;
use super::repo::{File, Repo};

/// Where somebody's machine keeps things. The words are put together so that this file does not hold them.
const MACHINES: [&str; 3] = [concat!("/", "work/"), concat!("/", "home/"), concat!("/", "root/")];
/// What is to be done belongs into an issue.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const IGNORE: &str = concat!("#[", "ignore]");
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
const UNWRAP: &str = concat!(".unw", "rap()");

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    let texts = repo.files.values().flat_map(in_text);
    let sources = repo.sources().flat_map(in_source);
    texts.chain(sources).collect()
}

fn in_text(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.lines() {
        for path in MACHINES.iter().filter(|path| line.contains(*path)) {
            problems.push(Problem::new(&file.path, number, format!("names a machine's path ({path})")));
        }
        for word in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| MARKERS.contains(word)) {
            problems.push(Problem::new(&file.path, number, format!("{word}: do it, or open an issue")));
        }
    }
    problems
}

fn in_source(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut in_tests = file.is_test();
    for (number, line) in file.lines() {
        let code = line.trim_start();
        in_tests |= code.starts_with("#[cfg(test)]");
        if code.starts_with("//") {
            continue;
        }
        let mut found = |message| problems.push(Problem::new(&file.path, number, message));
        if code.starts_with(IGNORE) {
            found("say why the test is ignored: `#[ignore = \"...\"]`");
        }
        if ALLOW.iter().any(|allow| code.starts_with(allow)) && !has_reason(file, number) {
            found("say why the lint is relaxed: `#[expect(lint, reason = \"...\")]`");
        }
        if !in_tests && code.contains(UNWRAP) {
            found("`unwrap` outside of tests: return the error, or `expect` what holds");
        }
    }
    problems
}

/// Tells whether the attribute that begins on this line gives its reason before it ends.
fn has_reason(file: &File, number: usize) -> bool {
    let rest = file.text.lines().skip(number - 1);
    let mut attribute = rest.scan(false, |ended, line| {
        let before = *ended;
        *ended |= line.contains(']');
        (!before).then_some(line)
    });
    attribute.any(|line| line.contains("reason ="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::sample;

    fn lines_of(path: &str, text: &str) -> Vec<usize> {
        check(&sample::repo([(path, text)])).iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        let text = format!("Good.\nSee {}notes.\n", MACHINES[0]);
        assert_eq!(lines_of("docs/a.md", &text), [2]);
    }

    #[test]
    fn a_marker_is_found_and_a_word_that_holds_one_is_not() {
        let text = format!("{0}: later\nMAS{0}N\n", MARKERS[0]);
        assert_eq!(lines_of("Cargo.toml", &text), [1]);
    }

    #[test]
    fn an_unwrap_is_found_outside_of_tests_and_docs() {
        let text = format!("//! a{UNWRAP}\nlet b = a{UNWRAP};\n#[cfg(test)]\nlet b = a{UNWRAP};\n");
        assert_eq!(lines_of("crates/a/src/b.rs", &text), [2]);
        assert!(lines_of("crates/a/tests/it/b.rs", &text).is_empty());
    }

    #[test]
    fn a_relaxation_without_a_reason_is_found() {
        let text = format!(
            "{IGNORE}\n#[ignore = \"slow\"]\n{0}a)]\n{0}\n    a,\n    reason = \"b\"\n)]\n{0}a)]\nconst reason = 1;\n",
            ALLOW[0]
        );
        assert_eq!(lines_of("crates/a/src/b.rs", &text), [1, 3, 8]);
    }
}
