//! On which line of a file each key of a ConfigMap stands.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

/// The lines of keys.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<String, u64>);

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    data: Option<Keys>,
}

/// The keys of a mapping, each with its place.
struct Keys(Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

impl Lines {
    /// Finds the keys of the ConfigMap in a text. Where that cannot be read, no key has a line.
    pub(super) fn of(text: &str) -> Self {
        let documents: Vec<Document> = serde_saphyr::from_multiple(text).unwrap_or_default();
        let map = documents.into_iter().find(|document| document.kind.as_deref() == Some("ConfigMap"));
        let keys = map.and_then(|map| map.data).map(|keys| keys.0).unwrap_or_default();
        Self(keys.into_iter().map(|key| (key.value, key.referenced.line())).collect())
    }

    /// Returns the line of a key, counted from one.
    pub(super) fn line(&self, key: &str) -> Option<u64> {
        self.0.get(key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_the_config_map_has_its_line() {
        let text = "kind: Secret\ndata: {buckets: x}\n---\nkind: ConfigMap\ndata:\n  _example: |\n    buckets: \"1\"\n    \
                    retry-period: 1s\n  # how many\n  'buckets': \"3\"\n  \"retry-period\":\n    10s\n";
        let lines = Lines::of(text);
        assert_eq!([lines.line("buckets"), lines.line("retry-period")], [Some(10), Some(11)]);
        assert_eq!(lines.line("lease-duration"), None);
    }

    #[test]
    fn what_cannot_be_read_has_no_lines() {
        assert_eq!(Lines::of("{{{").line("buckets"), None);
        assert_eq!(Lines::of("").line("buckets"), None);
    }
}
