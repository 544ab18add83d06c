//! The custom resource that some cases are about.

use std::time::Duration;

use anyhow::{Result, bail};
use http::Method;
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use le_testkit::Kind;
use serde_json::{Value, json};

/// How long the server may take until it serves the kind.
const TRIES: u32 = 100;

/// Returns the custom resource of the cases, as the embedded server knows it; [`run`](super::run) defines it on a real one.
pub fn widget() -> Kind {
    Kind::namespaced("acme.io", "v1", "Widget", "widgets").with_status().short_name("wi")
}

/// Defines it on a real server, and waits until it is served.
pub(super) async fn define(client: &Client) -> Result<()> {
    let kind = widget();
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{}.{}", kind.plural(), kind.group()) },
        "spec": {
            "group": kind.group(),
            "scope": "Namespaced",
            "names": {
                "plural": kind.plural(), "singular": "widget", "kind": kind.kind(), "shortNames": ["wi"],
            },
            "versions": [{
                "name": kind.version(), "served": true, "storage": true,
                "subresources": { "status": {} },
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
            }],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let (code, text) = send(client, Method::POST, path, &definition).await?;
    if code != 201 && code != 409 {
        bail!("{code}: {text}");
    }
    // A creation is what the server takes last.
    let path =
        format!("/apis/{}/{}/namespaces/default/{}?dryRun=All", kind.group(), kind.version(), kind.plural());
    let probe = json!({ "apiVersion": "acme.io/v1", "kind": "Widget", "metadata": { "name": "probe" } });
    for _ in 0..TRIES {
        if send(client, Method::POST, &path, &probe).await?.0 == 201 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("it is not served after {TRIES} tries")
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> Result<(u16, String)> {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string().into_bytes()))?;
    let (parts, body) = client.send(request).await?.into_parts();
    let bytes = body.collect().await?.to_bytes();
    Ok((parts.status.as_u16(), String::from_utf8_lossy(&bytes).into_owned()))
}
