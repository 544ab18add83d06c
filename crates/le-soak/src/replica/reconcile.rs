//! The reconciler: writes what is wanted of an object as done, through the gate, under the token of its term.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, Client};
use le_core::Leadership;
use le_runtime::{FENCING_TOKEN_ANNOTATION, LeadershipExt, Stamp};
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::arena::Arena;
use crate::entry::Name;
use crate::plan::{Breach, chance};

/// How long the work on a bucket may drain.
pub(super) const DRAIN: Duration = Duration::from_secs(5);
/// How long one write may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// When to try an object again that could not be handled.
const RETRY: Duration = Duration::from_secs(1);
/// The work on one of so many objects outlasts the drain.
const LONG_ONE_IN: u64 = 50;
/// How long after its term whoever breaks that rule writes.
const TOO_LATE: Duration = Duration::from_secs(20);

/// What the reconciler works with.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) arena: Arena,
    pub(super) name: Name,
    pub(super) seed: u64,
}

/// Why an object was not handled.
#[derive(Debug)]
pub(super) enum Failure {
    Write(#[expect(dead_code, reason = "for whoever debugs")] kube::Error),
    TookTooLong,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the object was not written")
    }
}

impl std::error::Error for Failure {}

pub(super) async fn reconcile(
    object: Arc<ConfigMap>,
    context: Arc<Context>,
    leadership: Leadership,
) -> Result<Action, Failure> {
    let name: Name = object.metadata.name.as_deref().unwrap_or_default().into();
    let data = |key| object.data.as_ref().and_then(|data| data.get(key)).map_or("", String::as_str);
    let annotations = object.metadata.annotations.as_ref();
    let stamp = annotations.and_then(|all| all.get(FENCING_TOKEN_ANNOTATION)).map_or("", String::as_str);
    let token = leadership.token().to_string();
    let wanted = data("wanted").to_owned();
    if (stamp, data("done")) == (&token, &wanted) {
        return Ok(Action::await_change());
    }
    let hand = context.arena.take(&context.name, &leadership, &name);
    let mut chance = chance(context.seed, &[&context.name, &name, &wanted], leadership.token().get());
    let work = match chance.u64(..LONG_ONE_IN) {
        0 => DRAIN + Duration::from_secs(2),
        _ => Duration::from_millis(chance.u64(20..1_500)),
    };
    let bucket = leadership.bucket().name().to_string();
    let body = json!({ "data": { "done": wanted, "bucket": bucket, "by": &*context.name } });
    if context.arena.breach() == Breach::WritesOn {
        write_on(&context, &leadership, &name, body.clone());
    }
    sleep(work).await;
    let gated = leadership.client_with(&context.client, Stamp::new());
    let written = timeout(PATIENCE, write(gated, &name, &body)).await;
    drop(hand);
    match written {
        Ok(Ok(())) => Ok(Action::await_change()),
        Ok(Err(error)) => Err(Failure::Write(error)),
        Err(_) => Err(Failure::TookTooLong),
    }
}

async fn write(client: Client, name: &str, body: &serde_json::Value) -> kube::Result<()> {
    let objects: Api<ConfigMap> = Api::default_namespaced(client);
    objects.patch(name, &PatchParams::default(), &Patch::Merge(body)).await.map(drop)
}

/// Writes past the gate, when the term is long over.
fn write_on(context: &Context, leadership: &Leadership, name: &Name, mut body: serde_json::Value) {
    let (client, leadership, name) = (context.client.clone(), leadership.clone(), name.clone());
    body["metadata"]["annotations"][FENCING_TOKEN_ANNOTATION] = leadership.token().to_string().into();
    tokio::spawn(async move {
        leadership.lost().await;
        sleep(TOO_LATE).await;
        write(client, &name, &body).await
    });
}

/// Says when to try again.
pub(super) fn retry(_: Arc<ConfigMap>, _: &Failure, _: Arc<Context>) -> Action {
    Action::requeue(RETRY)
}
