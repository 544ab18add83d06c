//! The reconciler: an operator's work, as small as it can be.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::Action;
use le_core::NamespacedName;
use thiserror::Error;

use super::gate::{Gate, Pass};
use super::records::{Records, WriteError};
use super::reporter::Reporter;
use crate::object;
use crate::report::Outcome;

/// How long the work on an object takes before its record is written.
const WORK: Duration = Duration::from_millis(2);
/// When to try an object again that could not be handled.
const RETRY: Duration = Duration::from_millis(200);

/// What the reconciler works with.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) gate: Gate,
    pub(super) records: Records,
    pub(super) reporter: Reporter,
}

/// Handles an object, if its bucket is led here and this term has not handled it yet.
///
/// One that is not led here needs no second look: its bucket's promotion puts it into the queue again.
pub(super) async fn reconcile(
    object: Arc<ConfigMap>,
    context: Arc<Context>,
) -> Result<Action, ReconcileError> {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let key = NamespacedName::new(object.metadata.namespace.as_deref().unwrap_or_default(), name);
    let Some(pass) = context.gate.pass(&key) else { return Ok(Action::await_change()) };
    let Some(generation) = object::generation(&object) else {
        return Err(ReconcileError::NoGeneration { object: name.to_owned() });
    };
    if object.metadata.deletion_timestamp.is_some() || pass.has_handled(name, generation) {
        return Ok(Action::await_change());
    }
    // Dropped before the pass: the object is let go of before the bucket is drained.
    let in_hand = context.reporter.in_hand(name, generation, pass.leadership().token().get());
    match pass.leadership().run_while(handle(&object, generation, &pass, &context.records)).await {
        Ok(Ok(())) => {
            pass.set_handled(name, generation);
            in_hand.end(Outcome::Handled);
            Ok(Action::await_change())
        }
        Ok(Err(error)) => {
            in_hand.end(Outcome::Failed);
            Err(error.into())
        }
        // The next leader handles it.
        Err(_not_leading) => Ok(Action::await_change()),
    }
}

/// Says when to try again.
pub(super) fn retry(_: Arc<ConfigMap>, _: &ReconcileError, _: Arc<Context>) -> Action {
    Action::requeue(RETRY)
}

async fn handle(
    object: &ConfigMap,
    generation: u64,
    pass: &Pass,
    records: &Records,
) -> Result<(), WriteError> {
    tokio::time::sleep(WORK).await;
    records.write(object, generation, pass.leadership()).await
}

/// Why an object was not handled.
#[derive(Debug, Error)]
pub(super) enum ReconcileError {
    #[error("the record was not written")]
    Write(#[from] WriteError),
    #[error("the data of {object:?} has no number under \"generation\": write one")]
    NoGeneration { object: String },
}
