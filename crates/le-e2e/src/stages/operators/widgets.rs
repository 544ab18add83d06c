//! Widgets: the type of the example operator, under the group of the docs, with the schema rule of the docs.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::wait::{await_condition, conditions};
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use super::crew::NAMESPACE;
use super::policy;
use crate::doc;
use crate::plane::{ADMIN, Plane};
use crate::tools::example;

/// The group and the resources that the policy of the docs is about.
const GROUP: &str = "acme.example";
const NAME: &str = "widgets.acme.example";

/// Widgets, as some user.
pub(super) fn api(client: Client) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(GROUP, "v1", "Widget"));
    Api::namespaced_with(client, NAMESPACE, &kind)
}

/// A Widget with this token, or with none.
pub(super) fn widget(name: &str, token: Option<&str>) -> Value {
    let annotations = token.map(|token| json!({ "leader-election/fencing-token": token }));
    json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "Widget", "metadata": { "name": name, "annotations": annotations },
        "spec": { "message": "hello", "copies": 1 },
    })
}

/// Prints the definition of the example operator's type.
pub(crate) async fn definition() -> anyhow::Result<Value> {
    let command = Command::new(example("operator")?).arg("--crd").stdin(Stdio::null()).output().await?;
    ensure!(command.status.success(), "the example operator prints no definition ({})", command.status);
    serde_json::from_slice(&command.stdout).context("the example operator prints no JSON")
}

/// Installs the type, with the rule for its status that stands in the docs.
pub(super) async fn install(plane: &Plane, document: &str) -> anyhow::Result<()> {
    let mut definition = definition().await?;
    definition["metadata"]["name"] = json!(NAME);
    definition["spec"]["group"] = json!(GROUP);
    let blocks = doc::blocks(document);
    let rule = blocks.iter().find(|block| block.text.contains("x-kubernetes-validations"));
    let rule = &rule.context("no rule for the status stands in the document any more")?.text;
    let rule: Value = doc::yaml(rule)?.into_iter().next().context("an empty block")?;
    let schema = "/spec/versions/0/schema/openAPIV3Schema/properties/status";
    *definition.pointer_mut(schema).context("the type has no status")? = rule["status"].clone();

    let admin = plane.client(ADMIN).await?;
    policy::create::<CustomResourceDefinition>(&admin, definition).await?;
    until_established(admin, NAME).await
}

/// Waits until a type can be used.
pub(crate) async fn until_established(client: Client, name: &str) -> anyhow::Result<()> {
    let established = await_condition(Api::all(client), name, conditions::is_crd_established());
    timeout(Duration::from_secs(60), established).await.context("the type is not established")??;
    Ok(())
}
