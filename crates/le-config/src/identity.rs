//! The name under which a replica holds a Lease.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// The most bytes that an identity may have.
const LONGEST: usize = 253;

/// The name under which a replica holds a Lease: not empty, at most 253 bytes. Cheap to clone.
///
/// Two replicas must never share one. `<hostname>_<uuid>` is what electors make when none is given.
///
/// ```
/// use le_config::HolderIdentity;
///
/// let identity: HolderIdentity = "pod-7d9c_0c9f".parse()?;
/// assert_eq!(identity.as_str(), "pod-7d9c_0c9f");
/// assert!(HolderIdentity::new("").is_err());
/// # Ok::<(), le_config::IdentityError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderIdentity(Arc<str>);

impl HolderIdentity {
    /// Makes an identity.
    ///
    /// # Errors
    ///
    /// Refuses an empty text, which in a Lease means that nobody holds it, and one of more than 253 bytes.
    pub fn new(identity: impl Into<Arc<str>>) -> Result<Self, IdentityError> {
        let identity = identity.into();
        match identity.len() {
            0 => Err(IdentityError::Empty),
            length if length > LONGEST => {
                Err(IdentityError::TooLong { identity: identity.as_ref().to_owned() })
            }
            _ => Ok(Self(identity)),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the name of the pod that holds a Lease under this identity, as electors make identities: what stands before the first
/// `_`. `None` where that can be no pod's name.
///
/// ```
/// use le_config::pod_of_identity;
///
/// assert_eq!(pod_of_identity("widgets-7d9c-x2x_0c9f"), Some("widgets-7d9c-x2x"));
/// assert_eq!(pod_of_identity("Build machine"), None);
/// ```
pub fn pod_of_identity(identity: &str) -> Option<&str> {
    let pod = identity.split_once('_').map_or(identity, |(pod, _)| pod);
    crate::LeaseName::new(pod).is_ok().then_some(pod)
}

impl fmt::Debug for HolderIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for HolderIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl AsRef<str> for HolderIdentity {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The text, without a copy.
impl From<HolderIdentity> for Arc<str> {
    fn from(identity: HolderIdentity) -> Self {
        identity.0
    }
}

impl FromStr for HolderIdentity {
    type Err = IdentityError;

    fn from_str(identity: &str) -> Result<Self, Self::Err> {
        Self::new(identity)
    }
}

impl TryFrom<String> for HolderIdentity {
    type Error = IdentityError;

    fn try_from(identity: String) -> Result<Self, Self::Error> {
        Self::new(identity)
    }
}

/// Why a text is no identity. Whoever chose it must choose another.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The identity is empty, which in a Lease means that nobody holds it.
    #[error("the identity is empty: give one that no other replica has, or none at all to have one made")]
    Empty,
    /// The identity is too long for the field.
    #[error(
        "the identity {identity:?} has {} bytes: shorten it to {LONGEST} or fewer, or give none at all to have one made",
        .identity.len()
    )]
    TooLong {
        /// The identity given.
        identity: String,
    },
}
