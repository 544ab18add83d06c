//! The configuration as one component of a program sees it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::{HolderIdentity, LeaseName, LeaseNameError, Timing};

/// What an elector needs to know about the component that it elects for.
///
/// It comes from [`Config::component`](crate::Config::component). Two things only code sets: how Leases are named, and under
/// which identity they are held.
///
/// ```
/// use le_config::{Config, HolderIdentity};
///
/// let component = Config::default()
///     .component("controller")
///     .with_lease_name(|bucket| format!("acme-{bucket}"))
///     .with_identity(HolderIdentity::new("replica-1")?);
/// assert_eq!(component.lease_names("acme.widgets")?[0].as_str(), "acme-0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Component {
    name: String,
    buckets: u32,
    timing: Timing,
    map_lease_prefix: BTreeMap<String, String>,
    lease_name: Option<NameFunction>,
    identity: Option<HolderIdentity>,
}

impl Component {
    pub(crate) fn new(
        name: String,
        buckets: u32,
        timing: Timing,
        map_lease_prefix: BTreeMap<String, String>,
    ) -> Self {
        Self { name, buckets, timing, map_lease_prefix, lease_name: None, identity: None }
    }

    /// Names the Lease of a bucket, given its index, instead of deriving the name from the component and the queue.
    ///
    /// The names are used as they are. A component with several queues has to name them apart itself.
    #[must_use]
    pub fn with_lease_name(mut self, name: impl Fn(u32) -> String + Send + Sync + 'static) -> Self {
        self.lease_name = Some(NameFunction(Arc::new(name)));
        self
    }

    /// Sets the identity under which Leases are held. Without one every elector makes its own, `<hostname>_<uuid>`.
    #[must_use]
    pub fn with_identity(mut self, identity: HolderIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Returns the name of the component.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of buckets, at least one.
    pub fn buckets(&self) -> u32 {
        self.buckets
    }

    /// Returns the timing of the elections.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Returns what replaces the prefixes of lease names, by the prefix that is replaced.
    pub fn map_lease_prefix(&self) -> &BTreeMap<String, String> {
        &self.map_lease_prefix
    }

    /// Returns the identity that was set, if one was.
    pub fn identity(&self) -> Option<&HolderIdentity> {
        self.identity.as_ref()
    }

    /// Returns the names of the Leases of a queue, in the order of the buckets' indexes.
    ///
    /// The name of bucket 2 of 10 is `<component>.<queue>.02-of-10` in lower case, where the prefix map may replace
    /// `<component>.<queue>`. With ten buckets or fewer this is the order of the names too.
    ///
    /// # Errors
    ///
    /// Refuses a name that is no valid object name, and one that two buckets have.
    pub fn lease_names(&self, queue: &str) -> Result<Vec<LeaseName>, LeaseNameError> {
        let prefix = self.lease_prefix(queue);
        let mut index_of = HashMap::new();
        (0..self.buckets)
            .map(|index| {
                let name = LeaseName::new(match &self.lease_name {
                    Some(function) => (function.0)(index),
                    None => format!("{prefix}.{index:02}-of-{:02}", self.buckets),
                })?;
                match index_of.insert(name.clone(), index) {
                    Some(first) => Err(LeaseNameError::Same { name, first, second: index }),
                    None => Ok(name),
                }
            })
            .collect()
    }

    /// Returns what the derived names of a queue's Leases begin with.
    fn lease_prefix(&self, queue: &str) -> String {
        let prefix = format!("{}.{queue}", self.name);
        match self.map_lease_prefix.get(&prefix) {
            Some(mapped) if !mapped.is_empty() => lower_case(mapped),
            _ => lower_case(&prefix),
        }
    }
}

/// Lowers one character at a time, as Go does.
///
/// `str::to_lowercase` knows more: it writes İ as two characters, and a sigma at the end of a word in its final form.
fn lower_case(text: &str) -> String {
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

#[derive(Clone)]
struct NameFunction(Arc<dyn Fn(u32) -> String + Send + Sync>);

impl fmt::Debug for NameFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fn(u32) -> String")
    }
}

#[cfg(test)]
mod tests {
    use super::lower_case;

    #[test]
    fn lower_case_goes_one_character_at_a_time() {
        assert_eq!(lower_case("ABCxyz-0"), "abcxyz-0");
        assert_eq!(lower_case("İ"), "i");
        assert_eq!(lower_case("ΣΑΣ"), "σασ");
        assert_eq!(lower_case("\u{212a}ube"), "kube");
    }
}
