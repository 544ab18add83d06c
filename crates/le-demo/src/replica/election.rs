//! The election of this process: which buckets it leads, and what it does when that changes.

use std::fmt;
use std::sync::Arc;

use le_config::HolderIdentity;
use le_core::{Elector, ElectorBuilder, Enqueue, Leadership, LedBuckets, Unopposed};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bell::Bell;
use super::reporter::Reporter;
use super::terms::Terms;
use crate::cli::ReplicaArgs;
use crate::object::{OPERATOR, QUEUE};
use crate::report::Report;

/// An elector, and what it is wired to.
pub(super) struct Election {
    pub(super) led: Arc<LedBuckets>,
    pub(super) terms: Arc<Terms>,
    pub(super) bell: Bell,
    elector: Box<dyn Elector>,
    /// One task per term, which reports its end.
    ends: TaskTracker,
}

impl Election {
    pub(super) fn new(args: &ReplicaArgs, client: kube::Client, reporter: Reporter) -> anyhow::Result<Self> {
        let (bell, terms, ends) = (Bell::default(), Arc::new(Terms::default()), TaskTracker::new());
        let promote = {
            let (terms, bell, ends) = (Arc::clone(&terms), bell.clone(), ends.clone());
            move |leadership: Leadership, enqueue: Option<Enqueue>| {
                terms.begin(leadership.bucket().name());
                report_term(&reporter, &ends, &leadership);
                if enqueue.is_some() {
                    bell.ring();
                }
                std::future::ready(Ok(()))
            }
        };
        let drain = {
            let terms = Arc::clone(&terms);
            move |bucket: le_core::Bucket| {
                let terms = Arc::clone(&terms);
                async move { terms.drained(bucket.name()).await }
            }
        };
        let led = Arc::new(LedBuckets::new().on_promote(promote).on_demote(drain));
        let elector = builder(args, client)?.build(QUEUE, Arc::clone(&led) as _, Enqueue::nowhere())?;
        Ok(Self { led, terms, bell, elector, ends })
    }

    /// Competes until `stop`, then drains, releases, and returns when every end of a term has been reported.
    pub(super) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        self.elector.run(stop).await?;
        self.ends.close();
        self.ends.wait().await;
        Ok(())
    }
}

impl fmt::Debug for Election {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Election").field("elector", &self.elector).finish_non_exhaustive()
    }
}

/// The one line that changes with the backend.
fn builder(args: &ReplicaArgs, client: kube::Client) -> anyhow::Result<Box<dyn ElectorBuilder>> {
    if args.without_election {
        return Ok(Box::new(Unopposed));
    }
    let identity = HolderIdentity::new(args.identity.to_string())?;
    let component = args.config()?.component(OPERATOR).with_identity(identity);
    Ok(Box::new(le_lease::Builder::new(client, component).in_namespace(&args.namespace)))
}

fn report_term(reporter: &Reporter, ends: &TaskTracker, leadership: &Leadership) {
    let (bucket, token) = (leadership.bucket().to_string(), leadership.token().get());
    reporter.report(Report::Lead { bucket: bucket.clone(), token });
    let (reporter, leadership) = (reporter.clone(), leadership.clone());
    ends.spawn(async move {
        leadership.lost().await;
        let reason = leadership.stop_reason().map_or("unknown", |reason| reason.as_str()).to_owned();
        reporter.report(Report::Stop { bucket, token, reason });
    });
}
