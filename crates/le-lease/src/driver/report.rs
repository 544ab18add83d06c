//! What an elector tells people: to the log, and to whoever asked for it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use le_config::LeaseName;
use le_core::{PromoteError, StopReason};

use super::error::LeaseError;
use super::said::Said;
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

impl Report {
    /// What the log knows it by, and whether somebody should act.
    fn topic(&self) -> (&'static str, bool) {
        match self {
            Self::Failed(_, error) => (error.reason().as_str(), true),
            Self::Recovered(_) => ("recovered", false),
            Self::Noticed(_, notice) => (notice.topic(), true),
            Self::PromotionFailed(..) => ("promotion failed", true),
            // It is back by itself, unless it is not allowed.
            Self::WatchLost(_, error) => {
                let refused = |error: &LeaseError| {
                    matches!(error, LeaseError::Forbidden { .. } | LeaseError::Unauthorized(_))
                };
                ("watch lost", error.as_ref().is_some_and(refused))
            }
            Self::WatchBack(_) => ("watch back", false),
        }
    }
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
#[derive(Clone)]
pub(crate) struct Reporter {
    sink: Option<Arc<Sink>>,
    said: Arc<Said>,
}

impl Default for Reporter {
    fn default() -> Self {
        Self { sink: None, said: Arc::new(Said::new()) }
    }
}

impl Reporter {
    pub(crate) fn new(sink: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        Self { sink: Some(Arc::new(sink)), ..Self::default() }
    }

    /// Tells of something. `leads` says that it happened to a leader: what it leads to is one line of its own, where it leads to
    /// anything, and until then nothing is lost.
    pub(crate) fn report(&self, report: &Report, leads: bool) {
        let (topic, warns) = report.topic();
        let warns = warns && !leads;
        if let Some(held_back) = self.said.may_say(topic, warns) {
            let more = match held_back {
                0 => String::new(),
                more => format!(" ({more} more like it were not logged)"),
            };
            if warns {
                tracing::warn!("{report}{more}");
            } else {
                tracing::info!("{report}{more}");
            }
        }
        if let Some(sink) = &self.sink {
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
    leads: bool,
    /// Why the last term ended.
    ended: Option<StopReason>,
}

impl FailureLog {
    pub(crate) fn new(reporter: Reporter, lease: LeaseName) -> Self {
        Self { reporter, lease, told: Vec::new(), unwritten: None, leads: false, ended: None }
    }

    /// Takes in that the candidate leads from now on.
    pub(crate) fn leads(&mut self) {
        self.leads = true;
    }

    /// Takes in that the term has ended.
    pub(crate) fn ends(&mut self, reason: StopReason) {
        self.leads = false;
        self.ended = Some(reason);
    }

    /// Takes in that a read came to nothing.
    pub(crate) fn read_failed(&mut self, error: LeaseError) {
        if self.told.iter().any(|told| told.is_like(&error)) {
            tracing::debug!("{error}");
            return;
        }
        let report = Report::Failed(self.lease.clone(), error);
        self.reporter.report(&report, self.leads);
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
            self.reporter.report(&Report::Recovered(self.lease.clone()), self.leads);
        }
    }

    pub(crate) fn noticed(&self, notice: Notice) {
        // The line about the loss says this too.
        let is_loss = matches!(notice, Notice::IdentityUsedElsewhere { .. })
            && self.ended == Some(StopReason::IdentityUsedElsewhere);
        self.reporter.report(&Report::Noticed(self.lease.clone(), notice), is_loss);
    }

    pub(crate) fn promotion_failed(&self, error: PromoteError) {
        self.reporter.report(&Report::PromotionFailed(self.lease.clone(), error), false);
    }
}
