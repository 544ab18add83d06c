//! Lists: selectors, pages, versions.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, ListParams, VersionMatch};
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

fn names(list: &kube::core::ObjectList<ConfigMap>) -> Vec<String> {
    list.iter().map(ResourceExt::name_any).collect()
}

async fn five(server: &ApiServer) -> Api<ConfigMap> {
    let maps = config_maps(server);
    for (name, labels) in [
        ("a", json!({ "app": "x", "tier": "1" })),
        ("b", json!({ "app": "x", "tier": "2" })),
        ("c", json!({ "app": "y", "tier": "3" })),
        ("d", json!({ "app": "z" })),
        ("e", json!({})),
    ] {
        maps.create(&post(), &labelled(name, labels)).await.unwrap();
    }
    maps
}

#[tokio::test(start_paused = true)]
async fn many_lists_in_pages_side_by_side_go_on_as_they_began() {
    let server = ApiServer::new();
    server.create_namespace("another");
    let here = five(&server).await;
    let there: Api<ConfigMap> = Api::namespaced(server.client("a"), "another");
    let all: Api<ConfigMap> = Api::all(server.client("a"));
    let mut begun = Vec::new();
    // More of them than there is reason to keep anything for.
    for round in 0..6 {
        there.create(&post(), &config_map(&format!("r{round}"), json!({}))).await.unwrap();
        for (api, count) in [(&here, 5), (&there, round + 1), (&all, round + 6)] {
            let page = api.list(&ListParams::default().limit(1)).await.unwrap();
            assert_eq!(page.metadata.remaining_item_count.unwrap_or(0), count - 1);
            begun.push((api, count, page));
        }
    }
    for (api, count, mut page) in begun {
        let mut seen = names(&page);
        while let Some(token) = page.metadata.continue_.clone() {
            page = api.list(&ListParams::default().limit(2).continue_token(&token)).await.unwrap();
            seen.extend(names(&page));
            let rest = page.metadata.remaining_item_count.unwrap_or(0);
            assert_eq!(i64::try_from(seen.len()).unwrap() + rest, count);
        }
        assert_eq!(i64::try_from(seen.len()).unwrap(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_forgotten_moment_is_410_with_a_token_that_goes_on() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    let first = maps.list(&ListParams::default().limit(2)).await.unwrap();
    maps.delete("c", &Default::default()).await.unwrap();
    server.compact();
    let token = first.metadata.continue_.unwrap();
    let refusal = status(maps.list(&ListParams::default().limit(2).continue_token(&token)).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (410, "Expired"));
    let token = refusal.metadata.unwrap().continue_.unwrap();
    let rest = maps.list(&ListParams::default().continue_token(&token)).await.unwrap();
    assert_eq!(names(&rest), ["d", "e"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_can_be_of_an_exact_version() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    let version = server.version().to_string();
    maps.delete("a", &Default::default()).await.unwrap();
    let exact = ListParams::default().at(&version).matching(VersionMatch::Exact);
    assert_eq!(names(&maps.list(&exact).await.unwrap()).len(), 5);
    let fresh = ListParams::default().at(&version).matching(VersionMatch::NotOlderThan);
    assert_eq!(names(&maps.list(&fresh).await.unwrap()).len(), 4);
    server.compact();
    assert_eq!(status(maps.list(&exact).await).code, 410);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_all_namespaces_is_in_the_order_of_namespaces() {
    let server = ApiServer::new();
    server.create_namespace("another");
    five(&server).await;
    let there: Api<ConfigMap> = Api::namespaced(server.client("a"), "another");
    there.create(&post(), &config_map("z", json!({}))).await.unwrap();
    let all: Api<ConfigMap> = Api::all(server.client("a"));
    assert_eq!(names(&all.list(&ListParams::default()).await.unwrap()), ["z", "a", "b", "c", "d", "e"]);
    let page = all.list(&ListParams::default().limit(2)).await.unwrap();
    let token = page.metadata.continue_.clone().unwrap();
    let rest = all.list(&ListParams::default().continue_token(&token)).await.unwrap();
    assert_eq!((names(&page).join(" "), names(&rest).join(" ")), ("z a".into(), "b c d e".into()));
}
