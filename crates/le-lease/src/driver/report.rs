//! What an elector tells people: to the log, and to whoever asked for it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use le_config::LeaseName;
use le_core::PromoteError;

use super::error::LeaseError;
use crate::{Notice, Version};

/// Something that an elector survives, and that a person should know.
///
/// The same kind of failure in a row is told once, until a request succeeds again.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report {
    /// A request about a Lease came to nothing; it is tried again.
    Failed(LeaseName, LeaseError),
    /// Requests about the Lease succeed again.
    Recovered(LeaseName),
    /// Something about the Lease is odd.
    Noticed(LeaseName, Notice),
    /// The work on a bucket could not begin: the Lease was given back.
    PromotionFailed(LeaseName, PromoteError),
    /// There is no watch in this namespace: Leases are read every retry period instead.
    WatchLost(String, Option<LeaseError>),
    /// The watch in this namespace is back.
    WatchBack(String),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(lease, error) => {
                write!(f, "lease {lease:?}: ")?;
                write_chain(f, error)
            }
            Self::Recovered(lease) => write!(f, "lease {lease:?}: requests succeed again"),
            Self::Noticed(lease, notice) => write!(f, "lease {lease:?}: {notice}"),
            Self::PromotionFailed(lease, error) => {
                write!(f, "lease {lease:?} was given back: ")?;
                write_chain(f, error)
            }
            Self::WatchLost(namespace, error) => {
                write!(
                    f,
                    "leases in namespace {namespace:?} cannot be watched, so they are read every retry period"
                )?;
                error.as_ref().map_or(Ok(()), |error| {
                    f.write_str(": ")?;
                    write_chain(f, error)
                })
            }
            Self::WatchBack(namespace) => write!(f, "leases in namespace {namespace:?} are watched again"),
        }
    }
}

/// Writes an error and what caused it, since a report ends here.
fn write_chain(f: &mut fmt::Formatter<'_>, error: &dyn Error) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        // kube writes the whole status twice; its message says it all.
        if let Some(kube::Error::Api(status)) = error.downcast_ref::<Box<kube::Error>>().map(|error| &**error)
        {
            return write!(f, ": {}", status.message);
        }
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}

type Sink = dyn Fn(&Report) + Send + Sync;

/// Where reports go. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Reporter(Option<Arc<Sink>>);

impl Reporter {
    pub(crate) fn new(sink: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(sink)))
    }

    pub(crate) fn report(&self, report: &Report) {
        match report {
            Report::Recovered(_) | Report::WatchBack(_) => tracing::info!("{report}"),
            _ => tracing::warn!("{report}"),
        }
        if let Some(sink) = &self.0 {
            sink(report);
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporter")
    }
}

/// Tells the failures of one Lease, each kind once in a row.
#[derive(Debug)]
pub(crate) struct FailureLog {
    reporter: Reporter,
    lease: LeaseName,
    /// What was told since requests last succeeded.
    told: Vec<LeaseError>,
    /// The version that the last write among it was computed from.
    unwritten: Option<Option<Version>>,
}

impl FailureLog {
    pub(crate) fn new(reporter: Reporter, lease: LeaseName) -> Self {
        Self { reporter, lease, told: Vec::new(), unwritten: None }
    }

    /// Takes in that a read came to nothing.
    pub(crate) fn read_failed(&mut self, error: LeaseError) {
        if self.told.iter().any(|told| told.is_like(&error)) {
            tracing::debug!("{error}");
            return;
        }
        let report = Report::Failed(self.lease.clone(), error);
        self.reporter.report(&report);
        if let Report::Failed(_, error) = report {
            self.told.push(error);
        }
    }

    /// Takes in that a write, computed from `base`, came to nothing.
    pub(crate) fn write_failed(&mut self, error: LeaseError, base: Option<Version>) {
        self.unwritten = Some(base);
        self.read_failed(error);
    }

    /// Takes in that a read was answered, and found `base`. Where writes fail and reads do not, that is no recovery, unless the
    /// Lease has moved on meanwhile.
    pub(crate) fn read(&mut self, base: Option<Version>) {
        if self.unwritten.is_none_or(|unwritten| unwritten != base) {
            self.written();
        }
    }

    /// Takes in that a write was answered.
    pub(crate) fn written(&mut self) {
        self.unwritten = None;
        if !std::mem::take(&mut self.told).is_empty() {
            self.reporter.report(&Report::Recovered(self.lease.clone()));
        }
    }

    pub(crate) fn noticed(&self, notice: Notice) {
        self.reporter.report(&Report::Noticed(self.lease.clone(), notice));
    }

    pub(crate) fn promotion_failed(&self, error: PromoteError) {
        self.reporter.report(&Report::PromotionFailed(self.lease.clone(), error));
    }
}
