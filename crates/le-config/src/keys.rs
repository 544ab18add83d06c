//! The keys of the ConfigMap's data.

/// The number of buckets that the keys of a component are spread over.
pub const BUCKETS: &str = "buckets";

/// How long a Lease holds after the last renewal that the others saw.
pub const LEASE_DURATION: &str = "lease-duration";

/// How long a leader tries to renew before it gives up.
pub const RENEW_DEADLINE: &str = "renew-deadline";

/// How long to wait between two attempts.
pub const RETRY_PERIOD: &str = "retry-period";

/// The old spelling of [`LEASE_DURATION`]. Where both are present, the new one counts.
pub const LEGACY_LEASE_DURATION: &str = "leaseDuration";

/// The old spelling of [`RENEW_DEADLINE`]. Where both are present, the new one counts.
pub const LEGACY_RENEW_DEADLINE: &str = "renewDeadline";

/// The old spelling of [`RETRY_PERIOD`]. Where both are present, the new one counts.
pub const LEGACY_RETRY_PERIOD: &str = "retryPeriod";

/// What a key begins with that replaces the prefix of lease names; the prefix to replace follows.
pub const MAP_LEASE_PREFIX: &str = "map-lease-prefix.";
