//! Deployments: a generation, and a status with a path of its own.

use serde_json::{Value, json};

use super::{Bench, Done, claims};

claims!("workloads":
    the_generation_counts_changes_of_the_spec,
    the_status_has_its_own_path,
);

fn deployment() -> Value {
    let container = json!({ "name": "c", "image": "i" });
    json!({
        "metadata": { "name": "d" },
        "spec": {
            "replicas": 1, "selector": { "matchLabels": { "a": "b" } },
            "template": { "metadata": { "labels": { "a": "b" } }, "spec": { "containers": [container] } },
        },
        "status": { "replicas": 7 },
    })
}

async fn the_generation_counts_changes_of_the_spec(bench: Bench) -> Done {
    let path = bench.group("apps/v1", "deployments");
    let one = format!("{path}/d");
    bench.made(&path, deployment()).await?.has("/metadata/generation", 1.into())?;
    for (patch, generation) in [
        (json!({ "spec": { "replicas": 3 } }), 2),
        (json!({ "metadata": { "labels": { "a": "b" } } }), 2),
        (json!({ "metadata": { "annotations": { "a": "b" } } }), 3),
        (json!({ "metadata": { "generation": 9 } }), 3),
        (json!({ "spec": { "paused": true } }), 4),
    ] {
        bench.merge(&one, patch).await?.code(200)?.has("/metadata/generation", generation.into())?;
    }
    Ok(())
}

async fn the_status_has_its_own_path(bench: Bench) -> Done {
    let path = bench.group("apps/v1", "deployments");
    let one = format!("{path}/d");
    // A status sent with a creation is dropped.
    bench.made(&path, deployment()).await?.has("/status", json!({}))?;
    let both = json!({ "status": { "replicas": 3 }, "spec": { "replicas": 9 }, "metadata": { "labels": { "a": "b" } } });
    let reported = bench.merge(&format!("{one}/status"), both).await?;
    reported.code(200)?.has("/spec/replicas", 1.into())?.has("/status/replicas", 3.into())?;
    reported.has("/metadata/labels", json!(null))?.has("/metadata/generation", 1.into())?;
    // The main path leaves the status alone.
    let main = bench.merge(&one, json!({ "status": { "replicas": 5 } })).await?;
    main.code(200)?.has("/status/replicas", 3.into())?;
    Ok(())
}
