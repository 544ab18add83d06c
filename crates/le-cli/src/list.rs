//! Lists, in pages.

use std::time::Duration;

use anyhow::bail;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, ListParams};
use kube::{Api, Error};

use crate::{Connection, LeaseView, explain};

/// How many objects are asked for at once, as `kubectl` does.
const PAGE: u32 = 500;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Leases as they are, whatever is in them: read as typed objects, one with an odd time would make all of them unreadable.
pub fn lease_api(connection: &Connection, namespace: Option<&str>) -> Api<DynamicObject> {
    api(connection, namespace, &GroupVersionKind::gvk("coordination.k8s.io", "v1", "Lease"), "leases")
}

/// Lists all Leases of elections in a namespace; `None` stands for all namespaces.
///
/// # Errors
///
/// When they cannot be listed, or there is no such namespace.
pub async fn leases(connection: &Connection, namespace: Option<&str>) -> anyhow::Result<Vec<LeaseView>> {
    let api = lease_api(connection, namespace);
    let found = all(&api).await.map_err(|error| explain(error, "list leases", namespace.unwrap_or("")))?;
    if let (true, Some(namespace)) = (found.is_empty(), namespace) {
        must_be_there(connection, namespace).await?;
    }
    Ok(found.iter().filter(|lease| LeaseView::is_of_election(lease)).map(LeaseView::read).collect())
}

/// Lists all pods of a namespace; `None` stands for all namespaces.
///
/// # Errors
///
/// When they cannot be listed.
pub async fn pods(connection: &Connection, namespace: Option<&str>) -> kube::Result<Vec<DynamicObject>> {
    all(&pod_api(connection, namespace)).await
}

/// Pods as they are.
pub fn pod_api(connection: &Connection, namespace: Option<&str>) -> Api<DynamicObject> {
    api(connection, namespace, &GroupVersionKind::gvk("", "v1", "Pod"), "pods")
}

/// Waits for an answer, but not for ever: kube's client itself does.
///
/// # Errors
///
/// What the request fails with, and that no answer came.
pub async fn answered<T>(
    patience: Duration,
    request: impl Future<Output = kube::Result<T>>,
) -> kube::Result<T> {
    match tokio::time::timeout(patience, request).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::Service(format!("no answer within {patience:?}").into())),
    }
}

/// The API server answers a list in a namespace that is not there by an empty one.
async fn must_be_there(connection: &Connection, namespace: &str) -> anyhow::Result<()> {
    let api = api(connection, None, &GroupVersionKind::gvk("", "v1", "Namespace"), "namespaces");
    match api.get_metadata(namespace).await {
        Err(Error::Api(status)) if status.code == 404 => {
            bail!("there is no namespace {namespace:?}: name another by --namespace")
        }
        // Who may not look at namespaces may still be right.
        _ => Ok(()),
    }
}

fn api(
    connection: &Connection,
    namespace: Option<&str>,
    kind: &GroupVersionKind,
    plural: &str,
) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk_with_plural(kind, plural);
    match namespace {
        Some(namespace) => Api::namespaced_with(connection.client.clone(), namespace, &resource),
        None => Api::all_with(connection.client.clone(), &resource),
    }
}

async fn all(api: &Api<DynamicObject>) -> kube::Result<Vec<DynamicObject>> {
    let mut found = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let mut page = ListParams::default().limit(PAGE);
        page.continue_token.clone_from(&from);
        let page = match answered(PATIENCE, api.list(&page)).await {
            // What was listed so far is too old to go on from: once more, from the start.
            Err(Error::Api(status)) if status.code == 410 && from.is_some() => {
                found.clear();
                from = None;
                continue;
            }
            answer => answer?,
        };
        found.extend(page.items);
        from = page.metadata.continue_.filter(|token| !token.is_empty());
        if from.is_none() {
            return Ok(found);
        }
    }
}
