//! Strategic merge patches.

use anyhow::Result;
use serde_json::{Value, json};

use super::answer::Answer;
use super::bench::STRATEGIC;
use super::{Bench, Done, claims};

claims!("strategic":
    containers_are_known_by_their_names,
    a_map_can_be_replaced_as_a_whole,
    finalizers_are_a_set,
    a_custom_resource_does_not_take_it,
    a_lease_takes_it,
);

async fn patch(bench: &Bench, path: &str, patch: Value) -> Result<Answer> {
    bench.patch(path, STRATEGIC, patch).await
}

/// The names and images of the containers of a Deployment.
fn containers(answer: &Answer) -> Vec<String> {
    let list = answer.json["spec"]["template"]["spec"]["containers"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list.into_iter().flatten().map(|one| format!("{}={}", text(&one["name"]), text(&one["image"]))).collect()
}

async fn containers_are_known_by_their_names(bench: Bench) -> Done {
    let deployments = bench.group("apps/v1", "deployments");
    let list = json!([{ "name": "a", "image": "1" }, { "name": "b", "image": "1" }]);
    let deployment = json!({
        "metadata": { "name": "d" },
        "spec": {
            "selector": { "matchLabels": { "x": "y" } },
            "template": { "metadata": { "labels": { "x": "y" } }, "spec": { "containers": list } },
        },
    });
    bench.made(&deployments, deployment).await?;
    let path = format!("{deployments}/d");
    let with = |list: Value| json!({ "spec": { "template": { "spec": { "containers": list } } } });
    let patched =
        patch(&bench, &path, with(json!([{ "name": "b", "image": "2" }, { "name": "c", "image": "1" }])))
            .await?;
    let mut names = containers(patched.code(200)?);
    names.sort();
    super::answer::same("the containers", names, ["a=1", "b=2", "c=1"])?;
    let patched = patch(&bench, &path, with(json!([{ "name": "a", "$patch": "delete" }]))).await?;
    let mut names = containers(patched.code(200)?);
    names.sort();
    super::answer::same("the containers", names, ["b=2", "c=1"])
}

async fn a_map_can_be_replaced_as_a_whole(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "labels": { "a": "1", "b": "2" } } });
    bench.made(&bench.maps(), body).await?;
    let replace = json!({ "metadata": { "labels": { "$patch": "replace", "z": "1" } } });
    patch(&bench, &bench.map("x"), replace).await?.code(200)?.has("/metadata/labels", json!({ "z": "1" }))?;
    Ok(())
}

async fn finalizers_are_a_set(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "finalizers": ["a.io/a", "a.io/b"] } });
    bench.made(&bench.maps(), body).await?;
    let add = json!({ "metadata": { "finalizers": ["a.io/b", "a.io/c"] } });
    let added = patch(&bench, &bench.map("x"), add).await?;
    added.code(200)?.has("/metadata/finalizers", json!(["a.io/a", "a.io/b", "a.io/c"]))?;
    let remove = json!({ "metadata": { "$deleteFromPrimitiveList/finalizers": ["a.io/a"] } });
    let removed = patch(&bench, &bench.map("x"), remove).await?;
    removed.code(200)?.has("/metadata/finalizers", json!(["a.io/b", "a.io/c"]))?;
    Ok(())
}

async fn a_custom_resource_does_not_take_it(bench: Bench) -> Done {
    let widgets = bench.group("acme.io/v1", "widgets");
    let widget = json!({ "apiVersion": "acme.io/v1", "kind": "Widget", "metadata": { "name": "w" } });
    bench.made(&widgets, widget).await?;
    let refused = patch(&bench, &format!("{widgets}/w"), json!({})).await?;
    let message = "the body of the request was in an unknown format - accepted media types include: \
                   application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    refused.refused(415, "UnsupportedMediaType", message)?;
    Ok(())
}

async fn a_lease_takes_it(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me", "leaseDurationSeconds": 15 })).await?;
    let patched = patch(&bench, &bench.lease("x"), json!({ "spec": { "holderIdentity": null } })).await?;
    patched.code(200)?.has("/spec", json!({ "leaseDurationSeconds": 15 }))?;
    // It cannot make another kind of it, and does not try.
    patch(&bench, &bench.lease("x"), json!({ "kind": "Foo" }))
        .await?
        .code(200)?
        .has("/kind", "Lease".into())?;
    Ok(())
}
