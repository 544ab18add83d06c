//! How a shard may differ from the default.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Report;

/// How long the work on a bucket may drain. It leaves time to release within the 30 s that Kubernetes grants a pod, and is
/// shorter than the drain bound of `le-lease`, so that what is stuck is dropped while the Lease can still be released.
const DRAIN_BOUND: Duration = Duration::from_secs(20);

/// How the work on led buckets may differ from the default.
///
/// ```
/// use std::time::Duration;
/// use le_runtime::{OnLoss, Options};
///
/// let options = Options::default()
///     .on_loss(OnLoss::Finish)
///     .drain_bound(Duration::from_secs(5))
///     .on_report(|report| eprintln!("{report}"));
/// ```
#[derive(Clone)]
#[must_use = "options do nothing by themselves"]
pub struct Options {
    pub(crate) on_loss: OnLoss,
    pub(crate) drain_bound: Duration,
    sink: Option<Arc<Sink>>,
}

type Sink = dyn Fn(&Report) + Send + Sync;

/// What becomes of reconciles that are under way when leadership of their bucket is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnLoss {
    /// They are dropped at their next await.
    #[default]
    Cancel,
    /// They are left to finish, for the drain bound at most. Another replica may work on the same object meanwhile: for work
    /// that does no harm by that, or writes through the gate only.
    Finish,
}

impl Options {
    /// Sets what becomes of reconciles that are under way when leadership is lost; [`OnLoss::Cancel`] by default.
    pub fn on_loss(mut self, on_loss: OnLoss) -> Self {
        self.on_loss = on_loss;
        self
    }

    /// Sets how long the reconciles of a bucket may go on after its demotion has begun; 20 s by default.
    ///
    /// What is still under way then is reported and dropped at its next await. A drain bound of the elector's own (that of
    /// `le_lease::Options` is 30 s) should be longer: whatever outlasts that one keeps the lock from being released.
    pub fn drain_bound(mut self, bound: Duration) -> Self {
        self.drain_bound = bound;
        self
    }

    /// Sets who is told what happens beside the reconciles. The log is told in any case.
    pub fn on_report(mut self, sink: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    pub(crate) fn report(&self, report: Report) {
        report.log();
        if let Some(sink) = &self.sink {
            sink(&report);
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { on_loss: OnLoss::default(), drain_bound: DRAIN_BOUND, sink: None }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("on_loss", &self.on_loss)
            .field("drain_bound", &self.drain_bound)
            .finish_non_exhaustive()
    }
}
