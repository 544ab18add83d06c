//! Creates, changes and deletes the objects, all the while.

use std::time::Duration;

use futures::{StreamExt, stream};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::churn::{Change, Churn};
use super::input::Input;
use crate::object;

/// How often an object is changed.
const PERIOD: Duration = Duration::from_millis(40);
/// When to try a change again that the API server did not take.
const RETRY: Duration = Duration::from_millis(200);
/// How many objects are created at a time in the beginning.
const AT_ONCE: usize = 8;

/// Makes the first `number` objects, then changes them until `stop`.
///
/// Each change is told of when the API server has taken it, and is tried again until it has.
pub(super) async fn keep_changing(
    api: Api<ConfigMap>,
    number: u32,
    inputs: UnboundedSender<Input>,
    stop: CancellationToken,
) {
    let mut churn = Churn::default();
    let first: Vec<Change> = (0..number).map(|_| churn.create()).collect();
    let make = |change| make(&api, change, &inputs, &stop);
    stream::iter(first).for_each_concurrent(AT_ONCE, make).await;

    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !stop.is_cancelled() {
        ticks.tick().await;
        make(churn.next()).await;
    }
}

async fn make(
    api: &Api<ConfigMap>,
    change: Change,
    inputs: &UnboundedSender<Input>,
    stop: &CancellationToken,
) {
    while !stop.is_cancelled() {
        match apply(api, &change).await {
            Ok(()) => {
                // Whoever counts the changes is there for as long as they are made.
                let _ = inputs.send(Input::Changed(change));
                return;
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "{change:?} failed, and is tried again"
                );
                sleep(RETRY).await;
            }
        }
    }
}

async fn apply(api: &Api<ConfigMap>, change: &Change) -> kube::Result<()> {
    let (done, settled_by) = match change {
        Change::Create { object } => {
            (api.create(&PostParams::default(), &object::object(object, 1)).await.map(drop), 409)
        }
        Change::Update { object, generation } => {
            let patch = Patch::Merge(object::change(*generation));
            (api.patch(object, &PatchParams::default(), &patch).await.map(drop), 0)
        }
        Change::Delete { object } => {
            let deleted = api.delete(object, &DeleteParams::default()).await.map(drop);
            // A cluster collects the record, which the object owns; the embedded server collects no garbage.
            let _ = api.delete(&object::record_name(object), &DeleteParams::default()).await;
            (deleted, 404)
        }
    };
    match done {
        // An earlier try, whose reply was lost, has done it.
        Err(kube::Error::Api(status)) if status.code == settled_by => Ok(()),
        done => done,
    }
}
