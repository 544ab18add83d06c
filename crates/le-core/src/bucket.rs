//! A bucket: the part of all keys that is led as one.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::NamespacedName;

/// The name of a bucket, fit to be the name of a lock. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(Arc<str>);

impl BucketName {
    /// Makes a name. The empty name is that of the universal bucket.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Returns the text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for BucketName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for BucketName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for BucketName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for BucketName {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// Decides which keys a bucket has.
///
/// It is asked for every key that is about to be handled, from any number of threads: an implementation should take no lock
/// and allocate nothing.
pub trait Membership: fmt::Debug + Send + Sync {
    /// Tells whether the bucket has this key.
    fn has(&self, key: &NamespacedName<'_>) -> bool;
}

/// Divides all keys among numbered parts, so that whoever has many of the parts finds the one of a key with one question.
///
/// It is asked as often as a [`Membership`], and the same holds for it. A part keeps its number for good.
pub trait Division: fmt::Debug + Send + Sync {
    /// Returns the number of the part that has this key.
    fn part(&self, key: &NamespacedName<'_>) -> usize;
}

/// A part of all keys, with a name that is fit for a lock. Cheap to clone.
///
/// Two buckets are the same when their names are.
#[derive(Clone)]
pub struct Bucket {
    name: BucketName,
    keys: Keys,
}

/// Which keys a bucket has.
#[derive(Clone)]
pub(crate) enum Keys {
    All,
    Members(Arc<dyn Membership>),
    Part(Arc<dyn Division>, usize),
}

impl Bucket {
    /// Makes a bucket of the keys that `members` lets in.
    pub fn new(name: impl Into<BucketName>, members: Arc<dyn Membership>) -> Self {
        Self { name: name.into(), keys: Keys::Members(members) }
    }

    /// Makes a bucket of the keys that are in one part of `division`.
    pub fn part(name: impl Into<BucketName>, division: Arc<dyn Division>, part: usize) -> Self {
        Self { name: name.into(), keys: Keys::Part(division, part) }
    }

    /// Makes a bucket that has every key, under a name of its own: one lock for all the work.
    pub fn whole(name: impl Into<BucketName>) -> Self {
        Self { name: name.into(), keys: Keys::All }
    }

    /// Makes the universal bucket: it has the empty name and every key.
    pub fn universal() -> Self {
        Self::whole("")
    }

    /// Returns the name of the bucket; empty for the universal one.
    pub fn name(&self) -> &BucketName {
        &self.name
    }

    /// Tells whether the bucket has this key.
    pub fn has(&self, key: &NamespacedName<'_>) -> bool {
        match &self.keys {
            Keys::All => true,
            Keys::Members(members) => members.has(key),
            Keys::Part(division, part) => division.part(key) == *part,
        }
    }

    #[cfg(feature = "async")]
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The members may be a large shared set: the name tells which bucket this is.
        f.debug_tuple("Bucket").field(&self.name).finish()
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name, f)
    }
}

impl PartialEq for Bucket {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Bucket {}

impl PartialOrd for Bucket {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bucket {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

impl Hash for Bucket {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
