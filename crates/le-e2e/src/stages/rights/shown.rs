//! What `docs/rbac.md` shows: the rules of each way of use, and what the log says without one of them.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use k8s_openapi::api::rbac::v1::PolicyRule;
use serde::Deserialize;

use crate::doc;
use crate::plane::OPERATOR;

/// The namespace in the document.
const NAMESPACE: &str = "acme";

/// The document, by its headings.
#[derive(Debug)]
pub(in crate::stages) struct Shown {
    sections: BTreeMap<String, Section>,
}

/// One way of use.
#[derive(Clone, Debug, Default)]
pub(in crate::stages) struct Section {
    pub(in crate::stages) rules: Vec<PolicyRule>,
    /// What the log says, each in one line.
    pub(in crate::stages) messages: Vec<String>,
}

/// One verb on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::stages) struct Right {
    pub(in crate::stages) verb: String,
    pub(in crate::stages) resource: String,
}

#[derive(Deserialize)]
struct Granting {
    kind: String,
    #[serde(default)]
    rules: Vec<PolicyRule>,
}

impl Shown {
    pub(in crate::stages) fn read(document: &str) -> anyhow::Result<Self> {
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        for block in doc::blocks(document) {
            let section = sections.entry(block.heading).or_default();
            match &*block.language {
                "yaml" => {
                    for object in doc::yaml::<Granting>(&block.text)? {
                        ensure!(object.kind.contains("Role"), "a {} grants nothing", object.kind);
                        section.rules.extend(object.rules);
                    }
                }
                "text" => section.messages.extend(entries(&block.text)),
                _ => {}
            }
        }
        Ok(Self { sections })
    }

    pub(in crate::stages) fn section(&self, heading: &str) -> anyhow::Result<Section> {
        let section = self.sections.get(heading);
        section.cloned().with_context(|| format!("docs/rbac.md has nothing under {heading:?} any more"))
    }
}

impl Section {
    /// Every verb on every resource that is granted.
    pub(in crate::stages) fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        for rule in &self.rules {
            for resource in rule.resources.iter().flatten() {
                rights.extend(
                    rule.verbs.iter().map(|verb| Right { verb: verb.clone(), resource: resource.clone() }),
                );
            }
        }
        rights
    }

    /// The rules, but for these rights.
    pub(in crate::stages) fn without(&self, missing: &[Right]) -> Vec<PolicyRule> {
        let mut rules = self.rules.clone();
        for rule in &mut rules {
            let resources: Vec<_> = rule.resources.iter().flatten().collect();
            rule.verbs.retain(|verb| {
                !missing.iter().any(|right| right.verb == *verb && resources.contains(&&right.resource))
            });
        }
        rules.retain(|rule| !rule.verbs.is_empty());
        rules
    }

    /// What the log says without this right.
    pub(in crate::stages) fn message(&self, right: &Right) -> anyhow::Result<&str> {
        let mut fitting = self.messages.iter().filter(|message| right.is_denied_in(message));
        let message = fitting
            .next()
            .with_context(|| format!("docs/rbac.md does not show what is said without {right}"))?;
        ensure!(fitting.next().is_none(), "docs/rbac.md shows twice what is said without {right}");
        Ok(message)
    }
}

impl Right {
    fn is_denied_in(&self, message: &str) -> bool {
        message.contains(&format!("cannot {} resource {:?}", self.verb, self.resource))
    }
}

impl std::fmt::Display for Right {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.verb, self.resource)
    }
}

/// Puts the lines of a block together that were broken to fit.
fn entries(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("  "), entries.last_mut()) {
            (Some(rest), Some(entry)) => {
                entry.push(' ');
                entry.push_str(rest);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// A log in the words of the document: on one line, with its namespace and its user.
pub(in crate::stages) fn in_its_words(log: &str, namespace: &str, user: &str) -> String {
    let words: Vec<&str> = log.split_whitespace().collect();
    words
        .join(" ")
        .replace(&format!("{namespace:?}"), &format!("{NAMESPACE:?}"))
        .replace(&format!("{user:?}"), &format!("{OPERATOR:?}"))
        // An error among the sources is printed as a string in a string.
        .replace("\\\"", "\"")
        // The log names one of the Leases that something is about, and which one is chance.
        .replace(".01-of-03", ".00-of-03")
        .replace(".02-of-03", ".00-of-03")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_and_a_right_can_be_taken_away() {
        let text = "## A\n```yaml\nkind: Role\nrules:\n- apiGroups: [\"\"]\n  resources: [x]\n  verbs: [get, list]\n```\n\
                    ```text\nno: cannot get resource \"x\"\n  in \"acme\"\nother\n```\n";
        let section = Shown::read(text).unwrap().section("A").unwrap();
        let [get, list] = &section.rights()[..] else { panic!("{section:?}") };
        assert_eq!(section.without(std::slice::from_ref(get))[0].verbs, ["list"]);
        assert_eq!(section.message(get).unwrap(), r#"no: cannot get resource "x" in "acme""#);
        assert!(section.message(list).is_err());
    }

    #[test]
    fn a_log_is_put_into_the_words_of_the_document() {
        let log = "a  \"ns\"\n User \\\"replica-1\\\"";
        let expected = format!("a \"acme\" User {OPERATOR:?}");
        assert_eq!(in_its_words(&log.replace("\\\"", "\""), "ns", "replica-1"), expected);
    }

    #[test]
    fn every_right_in_the_document_has_its_message() {
        let shown = Shown::read(&doc::read("rbac.md").unwrap()).unwrap();
        let sections = [
            ("One leader", 5),
            ("Buckets", 5),
            ("The controller itself", 5),
            ("Events", 2),
            ("A label on the leader's pod", 1),
        ];
        for (heading, least) in sections {
            let section = shown.section(heading).unwrap();
            let rights = section.rights();
            assert!(rights.len() >= least, "{heading}: {rights:?}");
            for right in &rights {
                section.message(right).unwrap();
            }
            for message in section.messages.iter().filter(|message| message.contains(" resource ")) {
                let known = rights.iter().any(|right| right.is_denied_in(message));
                assert!(known, "{heading} shows a message for what it does not grant: {message}");
            }
        }
    }
}
