//! Every `lib.rs` is a table of contents: docs, attributes, `mod` and `use`.

use super::Problem;
use super::repo::Repo;

pub(super) fn check(repo: &Repo) -> Vec<Problem> {
    repo.sources()
        .filter(|file| file.path.ends_with("src/lib.rs"))
        .filter_map(|file| {
            let line = first_code(&file.text)?;
            Some(Problem::new(&file.path, line, "has code in it: move it to a module and re-export it"))
        })
        .collect()
}

/// Returns the first line that is none of what may stand there.
fn first_code(text: &str) -> Option<usize> {
    // How the item ends that the lines so far have begun.
    let mut until = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(end) = until {
            if line.ends_with(end) {
                until = None;
            }
            continue;
        }
        let end = match line {
            "" => continue,
            _ if line.starts_with("//") || is_module(line) => continue,
            _ if line.starts_with("#[") || line.starts_with("#![") => ']',
            _ if item(line).starts_with("use ") => ';',
            _ => return Some(index + 1),
        };
        if !line.ends_with(end) {
            until = Some(end);
        }
    }
    None
}

/// Tells whether the line is the whole of a module, whose code lies elsewhere.
fn is_module(line: &str) -> bool {
    item(line).starts_with("mod ") && [";", " {}"].iter().any(|end| line.ends_with(end))
}

fn item(line: &str) -> &str {
    line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_contents_passes() {
        let text = "//! Does it.\n#![cfg_attr(\n    docsrs,\n    feature(x)\n)]\n\n// Why.\npub mod a;\n#[cfg(test)]\nmod b;\n\n\
                    pub use a::{\n    B,\n    C,\n};\n#[cfg(doctest)]\nmod readme {}\n";
        assert_eq!(first_code(text), None);
    }

    #[test]
    fn code_is_found() {
        assert_eq!(first_code("//! Does it.\nmod a;\npub fn b() {}\n"), Some(3));
        assert_eq!(first_code("pub use a::{\n    B,\n};\nstruct C;\n"), Some(4));
        assert_eq!(first_code("mod a { fn b() {} }\n"), Some(1));
    }
}
