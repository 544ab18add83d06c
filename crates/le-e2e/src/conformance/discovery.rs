//! What the server tells of itself.

use serde_json::{Value, json};

use super::answer::{Answer, same};
use super::{Bench, Done, claims};

claims!("discovery":
    the_server_is_well,
    the_version_is_that_of_the_real_server,
    a_group_tells_its_versions_and_resources,
    a_resource_tells_what_can_be_done_with_it,
    both_forms_of_discovery_know_a_lease,
    the_schemas_say_that_unknown_fields_are_checked,
);

async fn the_server_is_well(bench: Bench) -> Done {
    for path in ["/healthz", "/livez", "/readyz"] {
        let answer = bench.get(path).await?;
        same(path, answer.code(200)?.text.as_str(), "ok")?;
        same("the content type", answer.header("content-type"), "text/plain; charset=utf-8")?;
    }
    Ok(())
}

async fn the_version_is_that_of_the_real_server(bench: Bench) -> Done {
    let version = bench.get("/version").await?;
    version.code(200)?.has("/major", "1".into())?.has("/minor", "37".into())?;
    same("the beginning", version.text_at("/gitVersion")?.starts_with("v1.37.2"), true)
}

async fn a_group_tells_its_versions_and_resources(bench: Bench) -> Done {
    let group = bench.get("/apis/coordination.k8s.io").await?;
    group.code(200)?.has("/kind", "APIGroup".into())?.has("/preferredVersion/version", "v1".into())?;
    let groups = bench.get("/apis").await?;
    let found = groups.code(200)?.json["groups"].as_array().into_iter().flatten();
    let names: Vec<&str> = found.filter_map(|group| group["name"].as_str()).collect();
    for name in ["apps", "coordination.k8s.io", "events.k8s.io", "acme.io"] {
        same(name, names.contains(&name), true)?;
    }
    Ok(())
}

fn resource<'a>(list: &'a Answer, name: &str) -> Option<&'a Value> {
    list.json["resources"].as_array().into_iter().flatten().find(|one| one["name"] == name)
}

async fn a_resource_tells_what_can_be_done_with_it(bench: Bench) -> Done {
    let list = bench.get("/apis/coordination.k8s.io/v1").await?;
    list.code(200)?.has("/kind", "APIResourceList".into())?;
    let lease = resource(&list, "leases").cloned().unwrap_or_default();
    let verbs = json!(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]);
    same("the verbs", &lease["verbs"], &verbs)?;
    same("the kind", &lease["kind"], "Lease")?;
    same("the singular", &lease["singularName"], "lease")?;
    same("whether it is namespaced", &lease["namespaced"], true)?;
    let list = bench.get("/api/v1").await?;
    for (name, short) in [("configmaps", "cm"), ("namespaces", "ns"), ("pods", "po"), ("services", "svc")] {
        let found = resource(&list, name).cloned().unwrap_or_default();
        same(name, &found["shortNames"], &json!([short]))?;
    }
    let list = bench.get("/apis/acme.io/v1").await?;
    let status = resource(&list, "widgets/status").cloned().unwrap_or_default();
    same("the verbs of a status", &status["verbs"], &json!(["get", "patch", "update"]))
}

async fn both_forms_of_discovery_know_a_lease(bench: Bench) -> Done {
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let document = bench.send(http::Method::GET, "/apis", &[("accept", accept)], "").await?;
    document.code(200)?.has("/kind", "APIGroupDiscoveryList".into())?;
    let groups = document.json["items"].as_array().into_iter().flatten();
    let group = groups.into_iter().find(|group| group["metadata"]["name"] == "coordination.k8s.io");
    let resources = group.and_then(|group| group["versions"][0]["resources"].as_array().cloned());
    let lease = resources.into_iter().flatten().find(|one| one["resource"] == "leases").unwrap_or_default();
    same("the kind", &lease["responseKind"]["kind"], "Lease")?;
    same("the scope", &lease["scope"], "Namespaced")
}

async fn the_schemas_say_that_unknown_fields_are_checked(bench: Bench) -> Done {
    let index = bench.get("/openapi/v3").await?;
    let url = index.code(200)?.text_at("/paths/apis~1coordination.k8s.io~1v1/serverRelativeURL")?;
    let document = bench.get(url).await?;
    document.code(200)?;
    let path = "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}";
    let patch = &document.json["paths"][path]["patch"];
    let parameters = patch["parameters"].as_array();
    let known = parameters.into_iter().flatten().any(|one| one["name"] == "fieldValidation");
    same("whether the parameter is there", known, true)?;
    same("the kind", &patch["x-kubernetes-group-version-kind"]["kind"], "Lease")
}
