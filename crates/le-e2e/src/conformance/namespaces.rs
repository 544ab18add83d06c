//! Namespaces.

use serde_json::json;

use super::{Bench, Done, claims};

claims!("namespaces":
    a_new_namespace_is_labelled_and_active,
    a_namespace_on_its_way_out_takes_nothing_new,
    a_namespace_on_its_way_out_lets_what_is_there_be_changed,
    a_namespace_waits_for_its_own_finalizers,
    a_namespace_waits_for_the_finalizers_of_its_spec,
    a_namespace_keeps_the_label_of_its_name,
    some_namespaces_are_never_deleted,
    a_deleted_namespace_takes_everything_with_it differs "a real one is emptied by a controller, which does not run there",
    many_namespaces_are_not_deleted_at_once,
    a_namespace_is_in_no_namespace,
);

async fn a_new_namespace_is_labelled_and_active(bench: Bench) -> Done {
    let read = bench.get(&format!("/api/v1/namespaces/{}", bench.namespace())).await?;
    read.code(200)?.has("/metadata/labels", json!({ "kubernetes.io/metadata.name": bench.namespace() }))?;
    read.has("/spec", json!({ "finalizers": ["kubernetes"] }))?
        .has("/status", json!({ "phase": "Active" }))?;
    Ok(())
}

/// Deletes the namespace, which keeps a ConfigMap `x` that nobody lets go.
async fn leaving(bench: &Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "finalizers": ["a.io/a"] } });
    bench.made(&bench.maps(), body).await?;
    let deleted = bench.delete(&format!("/api/v1/namespaces/{}", bench.namespace())).await?;
    deleted.code(200)?.has("/status/phase", "Terminating".into())?;
    deleted.text_at("/metadata/deletionTimestamp")?;
    Ok(())
}

async fn a_namespace_on_its_way_out_takes_nothing_new(bench: Bench) -> Done {
    leaving(&bench).await?;
    let namespace = bench.namespace();
    let refused = bench.post(&bench.leases(), json!({ "metadata": { "name": "late" } })).await?;
    let message = format!(
        "leases.coordination.k8s.io \"late\" is forbidden: unable to create new content in namespace {namespace} because it is being \
         terminated"
    );
    refused.refused(403, "Forbidden", &message)?;
    let cause = json!({
        "reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"),
        "field": "metadata.namespace",
    });
    refused.details(json!({
        "name": "late", "group": "coordination.k8s.io", "kind": "leases", "causes": [cause],
    }))?;
    bench.put(&bench.lease("late"), json!({ "metadata": { "name": "late" } })).await?.code(403)?;
    Ok(())
}

async fn a_namespace_on_its_way_out_lets_what_is_there_be_changed(bench: Bench) -> Done {
    leaving(&bench).await?;
    bench.merge(&bench.map("x"), json!({ "data": { "a": "b" } })).await?.code(200)?;
    let read = bench.get(&format!("/api/v1/namespaces/{}", bench.namespace())).await?;
    read.code(200)?.has("/status/phase", "Terminating".into())?;
    Ok(())
}

async fn a_namespace_waits_for_its_own_finalizers(bench: Bench) -> Done {
    let name = format!("kept-{}", bench.namespace());
    let path = format!("/api/v1/namespaces/{name}");
    let kept = json!({ "metadata": { "name": name, "finalizers": ["a.io/a"] } });
    bench.made("/api/v1/namespaces", kept).await?;
    bench.delete(&path).await?.code(200)?;
    bench.get(&path).await?.code(200)?.has("/metadata/finalizers", json!(["a.io/a"]))?;
    // What a controller says when it has emptied a namespace; the embedded server has said so itself.
    let emptied =
        json!({ "metadata": { "name": name, "finalizers": ["a.io/a"] }, "spec": { "finalizers": [] } });
    bench.put(&format!("{path}/finalize"), emptied).await?.code(200)?;
    bench.get(&path).await?.code(200)?;
    bench.merge(&path, json!({ "metadata": { "finalizers": null } })).await?.code(200)?;
    bench.get(&path).await?.code(404)?;
    Ok(())
}

async fn a_namespace_waits_for_the_finalizers_of_its_spec(bench: Bench) -> Done {
    let name = format!("held-{}", bench.namespace());
    let path = format!("/api/v1/namespaces/{name}");
    let held = json!({ "metadata": { "name": name }, "spec": { "finalizers": ["a.io/a"] } });
    let made = bench.made("/api/v1/namespaces", held).await?;
    made.has("/spec/finalizers", json!(["a.io/a", "kubernetes"]))?;
    bench.delete(&path).await?.code(200)?;
    bench.get(&path).await?.code(200)?.has("/spec/finalizers/0", "a.io/a".into())?;
    let done = json!({ "metadata": { "name": name }, "spec": { "finalizers": [] } });
    bench.put(&format!("{path}/finalize"), done).await?.code(200)?;
    bench.get(&path).await?.code(404)?;
    bench.get(&format!("{path}/finalize")).await?.code(405)?;
    Ok(())
}

async fn a_namespace_keeps_the_label_of_its_name(bench: Bench) -> Done {
    let name = bench.namespace();
    let body = json!({ "metadata": { "name": name, "labels": { "a": "b" } } });
    let replaced = bench.put(&format!("/api/v1/namespaces/{name}"), body).await?;
    replaced.code(200)?.has("/metadata/labels", json!({ "a": "b", "kubernetes.io/metadata.name": name }))?;
    Ok(())
}

async fn some_namespaces_are_never_deleted(bench: Bench) -> Done {
    for name in ["default", "kube-system", "kube-public"] {
        let refused = bench.delete(&format!("/api/v1/namespaces/{name}")).await?;
        let message = format!("namespaces {name:?} is forbidden: this namespace may not be deleted");
        refused
            .refused(403, "Forbidden", &message)?
            .details(json!({ "name": name, "kind": "namespaces" }))?;
    }
    Ok(())
}

async fn a_deleted_namespace_takes_everything_with_it(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    let path = format!("/api/v1/namespaces/{}", bench.namespace());
    bench.delete(&path).await?.code(200)?.has("/status/phase", "Terminating".into())?;
    let code = if bench.is_real() { 200 } else { 404 };
    bench.get(&path).await?.code(code)?;
    bench.get(&bench.map("x")).await?.code(code)?;
    Ok(())
}

async fn many_namespaces_are_not_deleted_at_once(bench: Bench) -> Done {
    bench.delete("/api/v1/namespaces").await?.code(405)?;
    Ok(())
}

async fn a_namespace_is_in_no_namespace(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": format!("in-{}", bench.namespace()), "namespace": "other" } });
    bench.made("/api/v1/namespaces", body).await?.has("/metadata/namespace", json!(null))?;
    Ok(())
}
