//! Lists: selectors, pages, versions.

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
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
async fn label_selectors_select() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    for (selector, expected) in [
        ("app=x", "a b"),
        ("app==x,tier!=1", "b"),
        ("app!=x", "c d e"),
        ("app in (x, y)", "a b c"),
        ("app notin (x,y)", "d e"),
        ("tier", "a b c"),
        ("!tier", "d e"),
        ("tier>1,tier<3", "b"),
        ("app=nobody", ""),
        ("app in (x),tier in (2,3)", "b"),
    ] {
        let list = maps.list(&ListParams::default().labels(selector)).await.unwrap();
        assert_eq!(names(&list).join(" "), expected, "{selector}");
    }
    for bad in ["app in", "app in (x", "a b", "app=x,", ",", "tier>one"] {
        assert_eq!(status(maps.list(&ListParams::default().labels(bad)).await).code, 400, "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn field_selectors_select_by_what_the_kind_has() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    for (selector, expected) in [
        ("metadata.name=b", "b"),
        ("metadata.name!=b,metadata.name!=c", "a d e"),
        ("metadata.namespace=default,metadata.name==e", "e"),
        ("metadata.namespace=other", ""),
    ] {
        let list = maps.list(&ListParams::default().fields(selector)).await.unwrap();
        assert_eq!(names(&list).join(" "), expected, "{selector}");
    }
    let refusal = status(maps.list(&ListParams::default().fields("data.a=b")).await);
    assert_eq!(refusal.code, 400);
    assert_eq!(
        refusal.message,
        r#""data.a" is not a known field selector: only "metadata.name", "metadata.namespace""#
    );
}

#[tokio::test(start_paused = true)]
async fn pods_are_selected_by_phase_and_node() {
    let server = ApiServer::new();
    let pods: Api<Pod> = Api::default_namespaced(server.client("a"));
    for (name, node) in [("p", "n1"), ("q", "n2")] {
        let pod = json!({ "metadata": { "name": name }, "spec": { "nodeName": node, "containers": [{ "name": "c" }] } });
        pods.create(&post(), &typed(pod)).await.unwrap();
    }
    let by = |fields: &str| ListParams::default().fields(fields);
    assert_eq!(pods.list(&by("spec.nodeName=n2")).await.unwrap().items[0].name_any(), "q");
    assert_eq!(pods.list(&by("status.phase=Pending")).await.unwrap().items.len(), 2);
    assert!(pods.list(&by("status.phase!=Pending")).await.unwrap().items.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_list_in_pages_is_of_one_moment() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    let first = maps.list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(first.metadata.remaining_item_count, Some(3));

    // What happens between the pages is not seen.
    maps.delete("c", &Default::default()).await.unwrap();
    maps.create(&post(), &config_map("ab", json!({}))).await.unwrap();
    maps.replace("d", &post(), &config_map("d", json!({ "new": "1" }))).await.unwrap();

    let token = first.metadata.continue_.clone().unwrap();
    let second = maps.list(&ListParams::default().limit(2).continue_token(&token)).await.unwrap();
    assert_eq!(names(&second), ["c", "d"]);
    assert_eq!(second.items[1].data, None);
    assert_eq!(second.metadata.resource_version, first.metadata.resource_version);
    let token = second.metadata.continue_.clone().unwrap();
    let third = maps.list(&ListParams::default().limit(2).continue_token(&token)).await.unwrap();
    assert_eq!(names(&third), ["e"]);
    assert_eq!(third.metadata.continue_, None);
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
async fn a_version_that_is_not_there_yet_is_a_timeout() {
    let server = ApiServer::new();
    let refusal = status(
        config_maps(&server)
            .list(&ListParams::default().at("999999").matching(VersionMatch::NotOlderThan))
            .await,
    );
    assert_eq!((refusal.code, refusal.reason.as_str()), (504, "Timeout"));
    assert!(refusal.message.starts_with("Timeout: Too large resource version: 999999, current: "));
    assert_eq!(refusal.details.unwrap().causes[0].reason, "ResourceVersionTooLarge");
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

#[tokio::test(start_paused = true)]
async fn a_token_that_is_none_is_refused() {
    let server = ApiServer::new();
    let refusal =
        status(config_maps(&server).list(&ListParams::default().limit(1).continue_token("abc")).await);
    assert_eq!(refusal.code, 400);
    assert!(refusal.message.starts_with("invalid continue token: continue key is not valid: "));
}

#[tokio::test(start_paused = true)]
async fn metadata_alone_can_be_listed() {
    let server = ApiServer::new();
    let maps = five(&server).await;
    let list = maps.list_metadata(&ListParams::default().labels("app=y")).await.unwrap();
    assert_eq!(list.items.len(), 1);
    assert_eq!(list.items[0].labels()["tier"], "3");
    let one = maps.get_metadata("a").await.unwrap();
    assert_eq!(one.types.unwrap().kind, "PartialObjectMetadata");
}
