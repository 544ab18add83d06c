//! Pods, which go slowly.

use serde_json::{Value, json};

use super::{Bench, Done, claims};

claims!("pods":
    a_pod_on_a_node_is_given_its_time_and_another_goes_at_once,
    pods_are_selected_by_phase_and_node,
    the_status_of_a_pod_has_its_own_path,
);

fn pod(name: &str, node: Option<&str>) -> Value {
    let container = json!({ "name": "c", "image": "i" });
    let mut pod = json!({ "metadata": { "name": name }, "spec": { "containers": [container] } });
    if let Some(node) = node {
        pod["spec"]["nodeName"] = node.into();
    }
    pod
}

async fn a_pod_on_a_node_is_given_its_time_and_another_goes_at_once(bench: Bench) -> Done {
    let pods = bench.core("pods");
    bench.made(&pods, pod("loose", None)).await?;
    bench.made(&pods, pod("bound", Some("n"))).await?;
    let gone = bench.delete(&format!("{pods}/loose")).await?;
    gone.code(200)?.has("/kind", "Pod".into())?.has("/metadata/deletionGracePeriodSeconds", 0.into())?;
    bench.get(&format!("{pods}/loose")).await?.code(404)?;
    let leaving = bench.delete(&format!("{pods}/bound")).await?;
    leaving.code(200)?.has("/metadata/deletionGracePeriodSeconds", 30.into())?;
    bench.get(&format!("{pods}/bound")).await?.code(200)?;
    bench.delete_with(&format!("{pods}/bound"), json!({ "gracePeriodSeconds": 0 })).await?.code(200)?;
    bench.get(&format!("{pods}/bound")).await?.code(404)?;
    Ok(())
}

async fn pods_are_selected_by_phase_and_node(bench: Bench) -> Done {
    let pods = bench.core("pods");
    bench.made(&pods, pod("p", Some("n1"))).await?;
    bench.made(&pods, pod("q", Some("n2"))).await?;
    for (selector, expected) in
        [("spec.nodeName%3Dn2", "q"), ("status.phase%3DPending", "p q"), ("status.phase!%3DPending", "")]
    {
        bench.get(&format!("{pods}?fieldSelector={selector}")).await?.lists(expected)?;
    }
    Ok(())
}

async fn the_status_of_a_pod_has_its_own_path(bench: Bench) -> Done {
    let pods = bench.core("pods");
    bench.made(&pods, pod("p", None)).await?.has("/status/phase", "Pending".into())?;
    let patch = json!({ "status": { "phase": "Running" } });
    bench
        .merge(&format!("{pods}/p"), patch.clone())
        .await?
        .code(200)?
        .has("/status/phase", "Pending".into())?;
    bench
        .merge(&format!("{pods}/p/status"), patch)
        .await?
        .code(200)?
        .has("/status/phase", "Running".into())?;
    Ok(())
}
