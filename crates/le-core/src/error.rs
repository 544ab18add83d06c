//! What can go wrong between electors and the work that they lead.

use std::error::Error;
use std::time::Duration;

use crate::BucketName;

/// The right to lead has run out: whoever gets this must not act any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not leading bucket {bucket:?} any more: the right ran out {since:?} ago; do not act on its keys")]
#[non_exhaustive]
pub struct NotLeading {
    /// The bucket that was led.
    pub bucket: BucketName,
    /// How long ago the right ended.
    pub since: Duration,
}

impl NotLeading {
    pub(crate) fn new(bucket: BucketName, since: Duration) -> Self {
        Self { bucket, since }
    }
}

/// The reconciler could not begin its work: the elector gives the bucket back and waits before it competes again.
#[derive(Debug, thiserror::Error)]
#[error("the work could not begin")]
pub struct PromoteError(#[source] Box<dyn Error + Send + Sync>);

impl PromoteError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// An elector cannot be built: somebody must change the configuration.
#[derive(Debug, thiserror::Error)]
#[error("the elector for {queue:?} cannot be built")]
pub struct BuildError {
    queue: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl BuildError {
    /// Says for which queue an elector cannot be built, and why.
    pub fn new(queue: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { queue: queue.into(), source: source.into() }
    }
}

/// An elector cannot go on. No error of an API server is one: electors survive those.
#[derive(Debug, thiserror::Error)]
#[error("the elector cannot go on")]
pub struct ElectorError(#[source] Box<dyn Error + Send + Sync>);

impl ElectorError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
