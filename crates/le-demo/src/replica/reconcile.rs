//! The reconciler: an operator's work, as small as it can be.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::controller::Action;
use le_core::Leadership;
use thiserror::Error;

use super::records::Records;
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
    pub(super) records: Records,
    pub(super) reporter: Reporter,
}

/// Handles an object whose bucket is led here. It is dropped at its next await when that ends.
pub(super) async fn reconcile(
    object: Arc<ConfigMap>,
    context: Arc<Context>,
    leadership: Leadership,
) -> Result<Action, ReconcileError> {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let Some(generation) = object::generation(&object) else {
        return Err(ReconcileError::NoGeneration { object: name.to_owned() });
    };
    if object.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    let in_hand = context.reporter.in_hand(name, generation, leadership.token().get());
    tokio::time::sleep(WORK).await;
    match context.records.write(&object, generation, &leadership).await {
        Ok(()) => {
            in_hand.end(Outcome::Handled);
            Ok(Action::await_change())
        }
        Err(error) => {
            in_hand.end(Outcome::Failed);
            Err(error.into())
        }
    }
}

/// Says when to try again.
pub(super) fn retry(_: Arc<ConfigMap>, _: &ReconcileError, _: Arc<Context>) -> Action {
    Action::requeue(RETRY)
}

/// Why an object was not handled.
#[derive(Debug, Error)]
pub(super) enum ReconcileError {
    #[error("the record was not written")]
    Write(#[from] kube::Error),
    #[error("the data of {object:?} has no number under \"generation\": write one")]
    NoGeneration { object: String },
}
