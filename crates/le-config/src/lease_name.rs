//! The name of a Lease, known to be fit for one before anything is sent.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// The most bytes that the name of an object may have.
const LONGEST: usize = 253;

/// The name of a Lease: a DNS-1123 subdomain of at most 253 bytes. Cheap to clone.
///
/// ```
/// use le_config::LeaseName;
///
/// let name: LeaseName = "my-comp.queue.00-of-03".parse()?;
/// assert_eq!(name.as_str(), "my-comp.queue.00-of-03");
/// assert!(LeaseName::new("My-Comp").is_err());
/// # Ok::<(), le_config::LeaseNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseName(Arc<str>);

impl LeaseName {
    /// Makes a name.
    ///
    /// # Errors
    ///
    /// Refuses what the API server would: a name that is empty or of more than 253 bytes, that has anything but lower-case
    /// letters, digits, `-` and `.` in it, or a part between dots that does not begin and end with a letter or a digit.
    pub fn new(name: impl Into<Arc<str>>) -> Result<Self, LeaseNameError> {
        let name = name.into();
        check(&name)?;
        Ok(Self(name))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes the name of a bucket's Lease apart: what stands before the bucket, its index, and how many buckets there are.
///
/// It is the inverse of what [`Component::lease_names`](crate::Component::lease_names) derives. `None` for any other name.
///
/// ```
/// use le_config::bucket_of_lease;
///
/// assert_eq!(bucket_of_lease("my-comp.queue.02-of-10"), Some(("my-comp.queue", 2, 10)));
/// assert_eq!(bucket_of_lease("my-lock"), None);
/// ```
pub fn bucket_of_lease(name: &str) -> Option<(&str, u32, u32)> {
    let (prefix, bucket) = name.rsplit_once('.')?;
    let (index, buckets) = bucket.split_once("-of-")?;
    let [index, buckets] = [index, buckets].map(|digits| {
        let number: u32 = digits.parse().ok()?;
        // Written as it would be: a sign, or other zeros than those, make another name.
        (format!("{number:02}") == digits).then_some(number)
    });
    let (index, buckets) = (index?, buckets?);
    (!prefix.is_empty() && index < buckets).then_some((prefix, index, buckets))
}

fn check(text: &str) -> Result<(), LeaseNameError> {
    let name = || text.to_owned();
    if text.is_empty() {
        return Err(LeaseNameError::Empty);
    }
    if let Some(character) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '.')) {
        return Err(LeaseNameError::Character { name: name(), character });
    }
    if let Some(part) =
        text.split('.').find(|part| part.is_empty() || part.starts_with('-') || part.ends_with('-'))
    {
        return Err(LeaseNameError::Part { name: name(), part: part.to_owned() });
    }
    if text.len() > LONGEST {
        return Err(LeaseNameError::TooLong { name: name() });
    }
    Ok(())
}

impl fmt::Debug for LeaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for LeaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl AsRef<str> for LeaseName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for LeaseName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for LeaseName {
    type Err = LeaseNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

impl TryFrom<String> for LeaseName {
    type Error = LeaseNameError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

/// Why a name is no name for a Lease.
///
/// Whoever names the component, the queue or a bucket, or maps a prefix, must choose another.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LeaseNameError {
    /// The name is empty.
    #[error("a lease name is empty: give the Lease a name")]
    Empty,
    /// The name has a character that no object name may have.
    #[error("lease name {name:?} has {character:?} in it: use lower-case letters, digits, '-' and '.' only")]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// A part of the name is empty, or begins or ends with a hyphen.
    #[error(
        "lease name {name:?} has the part {part:?}: begin and end every part between dots with a letter or a digit"
    )]
    Part {
        /// The name.
        name: String,
        /// The first such part.
        part: String,
    },
    /// The name is too long.
    #[error(
        "lease name {name:?} has {} bytes: shorten it to {LONGEST} or fewer, or map its prefix to a shorter one",
        .name.len()
    )]
    TooLong {
        /// The name.
        name: String,
    },
    /// Two buckets have one name, so that one Lease would stand for both.
    #[error(
        "buckets {first} and {second} both have the lease name {name:?}: give every bucket a name of its own"
    )]
    Same {
        /// The name.
        name: LeaseName,
        /// The index of the first bucket of that name.
        first: u32,
        /// The index of the second one.
        second: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::bucket_of_lease;

    #[test]
    fn the_name_of_a_bucket_is_taken_apart() {
        assert_eq!(bucket_of_lease("a.b.c.00-of-01"), Some(("a.b.c", 0, 1)));
        assert_eq!(bucket_of_lease("a.09-of-10"), Some(("a", 9, 10)));
        assert_eq!(bucket_of_lease("a.2047-of-2048"), Some(("a", 2047, 2048)));
    }

    #[test]
    fn any_other_name_is_left_alone() {
        for name in [
            "",
            "a",
            "a.b",
            "00-of-01",
            ".00-of-01",
            "a.1-of-3",
            "a.01-of-3",
            "a.03-of-03",
            "a.+1-of-03",
            "a.001-of-03",
            "a.01-of-",
            "a.-of-03",
            "a.01-of-03.b",
            "a.01-of-x",
            "a.01_of_03",
            "a.00-of-00",
        ] {
            assert_eq!(bucket_of_lease(name), None, "{name:?}");
        }
    }
}
