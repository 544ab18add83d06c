//! The work on one object.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, header};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, Client, ResourceExt as _};
use le_core::Leadership;
use le_runtime::{LeadershipExt as _, Stamp};
use serde_json::json;

use crate::desk::Desk;

/// How long the work takes before anything is written.
const WORK: Duration = Duration::from_millis(10);
/// When to try an object again that could not be seen to.
const RETRY: Duration = Duration::from_millis(300);

/// What every reconcile needs.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) store: Client,
    pub(crate) desk: Desk,
    pub(crate) identity: String,
    pub(crate) namespace: String,
}

/// Writes the generation of an object into its record and into the store.
pub(crate) async fn reconcile(
    object: Arc<ConfigMap>,
    context: Arc<Context>,
    leadership: Leadership,
) -> Result<Action, Error> {
    let name = object.name_any();
    let data = object.data.as_ref().and_then(|data| data.get("generation"));
    let generation: u64 = data.and_then(|text| text.parse().ok()).ok_or(Error::NoGeneration)?;
    let mut hand = context.desk.take(&name, &leadership);
    tokio::time::sleep(WORK).await;
    hand.look();

    let client = leadership.client_with(&context.client, Stamp::new());
    let records: Api<ConfigMap> = Api::namespaced(client, &context.namespace);
    let record = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": format!("record-{name}") },
        "data": { "generation": generation.to_string(), "by": context.identity },
    });
    let apply = PatchParams::apply("worker").force();
    records.patch(&format!("record-{name}"), &apply, &Patch::Apply(record)).await.map_err(Error::Record)?;
    hand.look();

    let write = json!({
        "key": name, "bucket": leadership.bucket().name().as_str(), "token": leadership.token().get(),
        "generation": generation, "by": context.identity,
    });
    let put = Request::put(format!("/keys/{name}")).header(header::CONTENT_TYPE, "application/json");
    let put = put.body(write.to_string().into_bytes())?;
    leadership.client(&context.store).request_text(put).await.map_err(Error::Store)?;
    hand.done();
    Ok(Action::await_change())
}

/// Says when to try again.
pub(crate) fn retry(_: Arc<ConfigMap>, _: &Error, _: Arc<Context>) -> Action {
    Action::requeue(RETRY)
}

/// Why an object was not seen to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no generation in the object")]
    NoGeneration,
    #[error("the request cannot be made")]
    Request(#[from] http::Error),
    #[error("the record was not written")]
    Record(#[source] kube::Error),
    #[error("the store did not take it")]
    Store(#[source] kube::Error),
}
