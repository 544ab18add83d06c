//! Lists.

use anyhow::ensure;
use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("list":
    a_list_says_what_it_is_and_its_items_do_not,
    a_list_is_in_the_order_of_names,
    a_list_of_all_namespaces_is_in_the_order_of_namespaces,
    metadata_alone_can_be_listed,
    numbers_that_are_none_are_refused,
    an_empty_list_has_a_version_and_no_items,
);

/// Makes five ConfigMaps `a` to `e`, of which four have labels.
pub(super) async fn five(bench: &Bench) -> Done {
    for (name, labels) in [
        ("a", json!({ "app": "x", "tier": "1" })),
        ("b", json!({ "app": "x", "tier": "2" })),
        ("c", json!({ "app": "y", "tier": "3" })),
        ("d", json!({ "app": "z" })),
        ("e", json!({})),
    ] {
        let body = json!({ "metadata": { "name": name, "labels": labels } });
        bench.made(&bench.maps(), body).await?;
    }
    Ok(())
}

async fn a_list_says_what_it_is_and_its_items_do_not(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let list = bench.get(&bench.leases()).await?;
    list.lists("x")?.has("/kind", "LeaseList".into())?.has("/apiVersion", "coordination.k8s.io/v1".into())?;
    list.has("/items/0/kind", json!(null))?.has("/items/0/apiVersion", json!(null))?;
    list.has("/items/0/spec", json!({ "holderIdentity": "me" }))?;
    same("Cache-Control", list.header("cache-control"), "no-cache, private")?;
    same("Content-Type", list.header("content-type"), "application/json")
}

async fn a_list_is_in_the_order_of_names(bench: Bench) -> Done {
    for name in ["b", "a.b", "c", "a", "a-b", "aa"] {
        bench.made_map(name, json!({})).await?;
    }
    bench.get(&bench.maps()).await?.lists("a a-b a.b aa b c")?;
    Ok(())
}

async fn a_list_of_all_namespaces_is_in_the_order_of_namespaces(bench: Bench) -> Done {
    bench
        .made(&bench.maps(), json!({ "metadata": { "name": "z", "labels": { "of": bench.namespace() } } }))
        .await?;
    let last = json!({ "metadata": { "name": format!("z{}", bench.namespace()) } });
    let last = bench.made("/api/v1/namespaces", last).await?.text_at("/metadata/name")?.to_owned();
    let labelled = json!({ "metadata": { "name": "a", "labels": { "of": bench.namespace() } } });
    bench.made(&format!("/api/v1/namespaces/{last}/configmaps"), labelled).await?;
    let path = format!("/api/v1/configmaps?labelSelector=of%3D{}", bench.namespace());
    bench.get(&path).await?.lists("z a")?;
    let page = bench.get(&format!("{path}&limit=1")).await?;
    let token = page.lists("z")?.text_at("/metadata/continue")?;
    bench.get(&format!("{path}&limit=1&continue={token}")).await?.lists("a")?;
    Ok(())
}

async fn metadata_alone_can_be_listed(bench: Bench) -> Done {
    five(&bench).await?;
    let accept = |kind: &str| format!("application/json;as={kind};g=meta.k8s.io;v=v1");
    let path = format!("{}?labelSelector=app%3Dy", bench.maps());
    let headers = accept("PartialObjectMetadataList");
    let list = bench.send(http::Method::GET, &path, &[("accept", &headers)], "").await?;
    list.lists("c")?
        .has("/kind", "PartialObjectMetadataList".into())?
        .has("/apiVersion", "meta.k8s.io/v1".into())?;
    list.has("/items/0/metadata/labels/tier", "3".into())?.has("/items/0/data", Value::Null)?;
    let headers = accept("PartialObjectMetadata");
    let one = bench.send(http::Method::GET, &bench.map("a"), &[("accept", &headers)], "").await?;
    one.code(200)?.has("/kind", "PartialObjectMetadata".into())?.has("/data", Value::Null)?;
    Ok(())
}

async fn numbers_that_are_none_are_refused(bench: Bench) -> Done {
    for query in ["limit=a", "timeoutSeconds=soon"] {
        let refused = bench.get(&format!("{}?{query}", bench.maps())).await?;
        let text = query.split_once('=').map_or("", |(_, text)| text);
        let message = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
        refused.refused(400, "BadRequest", &message)?;
    }
    Ok(())
}

async fn an_empty_list_has_a_version_and_no_items(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({})).await?;
    let list = bench.get(&bench.leases()).await?;
    list.code(200)?.has("/items", json!([]))?;
    ensure!(list.version()?.parse::<u64>()? >= made.version()?.parse()?, "{}", list.text);
    list.has("/metadata/continue", Value::Null)?;
    Ok(())
}
