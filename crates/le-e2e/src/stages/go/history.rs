//! The history of a Lease: what was written, when, and by whom. The API server's own log tells who wrote.

use std::collections::{BTreeMap, HashMap};

use crate::plane::Asked;

/// A namespace, and a Lease in it.
pub(super) type Key = (String, String);

/// A version of a Lease as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) holder: String,
    pub(super) duration: f64,
    pub(super) renewed: f64,
    /// When it was seen, which is a little later than it was written.
    pub(super) at: f64,
}

/// A version of a Lease and who wrote it.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) number: String,
    /// Whose it is; empty where it is free.
    pub(super) holder: String,
    /// For how many seconds.
    pub(super) duration: f64,
    /// When it was written, by the clock of whoever wrote it: no later than it came about.
    pub(super) renewed: f64,
    /// When it was seen by a watch: no earlier than it came about.
    pub(super) seen: f64,
    pub(super) author: Author,
}

/// Who wrote something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Author {
    pub(super) user: String,
    /// What the program calls itself.
    pub(super) agent: String,
}

impl Author {
    /// Tells whether it is one of the programs in Go, which call themselves by the names of their files.
    pub(super) fn is_go(&self) -> bool {
        self.agent.starts_with("clientgo/") || self.agent.starts_with("knative/")
    }
}

impl Version {
    pub(super) fn is_free(&self) -> bool {
        self.holder.is_empty()
    }

    /// When its holder's time is over, if nothing else is written.
    pub(super) fn runs_out(&self) -> f64 {
        self.renewed + self.duration
    }
}

/// All histories.
pub(super) type Histories = BTreeMap<Key, Vec<Version>>;

/// Finds the author of every version: whoever had success with a write that was computed from the version before. Where nobody
/// had, one that was given up meanwhile may have been applied all the same.
pub(super) fn histories(seen: BTreeMap<Key, Vec<Seen>>, asked: &[Asked]) -> Histories {
    let is_success = |asked: &Asked| (200..300).contains(&asked.code);
    let mut writes: HashMap<(&str, &str, &str), &Asked> = HashMap::new();
    for asked in asked.iter().filter(|asked| !(300..500).contains(&asked.code)) {
        let base = match asked.verb.as_str() {
            "update" => asked.version.as_str(),
            "create" => "",
            _ => continue,
        };
        let write = writes.entry((&asked.namespace, &asked.name, base)).or_insert(asked);
        if is_success(asked) {
            *write = asked;
        }
    }
    seen.into_iter()
        .map(|(key, versions)| {
            let mut before = String::new();
            let mut history = Vec::with_capacity(versions.len());
            for seen in versions {
                let write = writes.get(&(key.0.as_str(), key.1.as_str(), before.as_str()));
                let author = write.map_or_else(Author::default, |asked| Author {
                    user: asked.user.clone(),
                    agent: asked.agent.clone(),
                });
                before.clone_from(&seen.version);
                history.push(Version {
                    number: seen.version,
                    holder: seen.holder,
                    duration: seen.duration,
                    renewed: seen.renewed,
                    seen: seen.at,
                    author,
                });
            }
            (key, history)
        })
        .collect()
}

/// A release of a Lease that was another's by then.
#[derive(Clone, Debug)]
pub(super) struct LateRelease {
    /// Whose Lease it was.
    pub(super) holder: String,
    pub(super) author: Author,
    /// How long after it somebody had the Lease again, in seconds.
    pub(super) free_for: Option<f64>,
}

/// Finds the releases that freed a Lease of somebody who did not write them. `user` tells which user an identity has.
pub(super) fn late_releases(history: &[Version], user: impl Fn(&str) -> Option<String>) -> Vec<LateRelease> {
    let mut found = Vec::new();
    for (index, pair) in history.windows(2).enumerate() {
        let [before, free] = pair else { continue };
        let author = &free.author.user;
        // Of one that nobody is known to have written, nothing can be said.
        let foreign = !author.is_empty() && user(&before.holder).is_some_and(|user| user != *author);
        if before.is_free() || !free.is_free() || !foreign {
            continue;
        }
        let taken = history[index + 2..].iter().find(|version| !version.is_free());
        found.push(LateRelease {
            holder: before.holder.clone(),
            author: free.author.clone(),
            free_for: taken.map(|taken| taken.seen - free.seen),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: &str, holder: &str, at: f64) -> Seen {
        Seen { version: version.to_owned(), holder: holder.to_owned(), duration: 3.0, renewed: at, at }
    }

    fn asked(user: &str, verb: &str, version: &str, code: u16) -> Asked {
        Asked {
            user: user.to_owned(),
            namespace: "n".to_owned(),
            verb: verb.to_owned(),
            name: "x".to_owned(),
            version: version.to_owned(),
            agent: "clientgo/v0".to_owned(),
            code,
            at: String::new(),
        }
    }

    fn history() -> Vec<Version> {
        let key: Key = ("n".to_owned(), "x".to_owned());
        let versions =
            vec![seen("1", "a", 1.0), seen("2", "b", 5.0), seen("3", "", 6.0), seen("4", "b", 6.5)];
        let asked = [
            asked("user-a", "create", "", 201),
            asked("user-b", "update", "1", 200),
            asked("user-b", "update", "2", 409),
            asked("user-a", "update", "2", 200),
            // Its answer was not waited for, and it was applied.
            asked("user-b", "update", "3", 504),
        ];
        histories(BTreeMap::from([(key.clone(), versions)]), &asked).remove(&key).unwrap()
    }

    #[test]
    fn the_author_of_a_version_is_who_had_success_with_a_write_over_the_one_before() {
        let authors: Vec<_> = history().into_iter().map(|version| version.author.user).collect();
        assert_eq!(authors, ["user-a", "user-b", "user-a", "user-b"]);
    }

    #[test]
    fn a_release_by_another_than_the_holder_is_found() {
        let found = late_releases(&history(), |identity| Some(format!("user-{identity}")));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].holder.as_str(), found[0].author.user.as_str()), ("b", "user-a"));
        assert_eq!(found[0].free_for, Some(0.5));
        assert!(found[0].author.is_go());
    }
}
