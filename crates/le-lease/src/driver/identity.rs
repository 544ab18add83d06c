//! The identity of a replica that was given none.

use le_config::{HolderIdentity, IdentityError};
use uuid::Uuid;

/// Makes `<hostname>_<uuid>`, as Knative does: the part before the first `_` tells people, and tools, which pod it is.
pub(crate) fn unique() -> Result<HolderIdentity, IdentityError> {
    let host = hostname::get().unwrap_or_default();
    HolderIdentity::new(format!("{}_{}", host.to_string_lossy(), Uuid::new_v4()))
}

/// Draws a seed that differs between replicas.
pub(crate) fn seed() -> u64 {
    Uuid::new_v4().as_u64_pair().1
}
