//! Every kind of write, after the loss.

use futures::FutureExt;
use futures::future::BoxFuture;
use http::Request;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::Client;
use kube::api::{Api, DeleteParams, EvictParams, ListParams, Patch, PatchParams, PostParams};
use kube::client::Body;
use le_core::StopReason;
use le_runtime::{GateError, LeadershipExt, Stamp};
use le_testkit::ApiServer;
use serde_json::{Value, json};

use super::{gate_error, map, maps, recorder, term};

type Write = fn(Client) -> BoxFuture<'static, kube::Result<()>>;

/// Every kind of write, with its method.
const WRITES: &[(&str, Write)] = &[
    ("POST", |c| async { maps(c).create(&pp(), &map("one")).await.map(drop) }.boxed()),
    ("POST", |c| async { maps(c).create(&dry_run(), &map("one")).await.map(drop) }.boxed()),
    ("PUT", |c| async { maps(c).replace("one", &pp(), &map("one")).await.map(drop) }.boxed()),
    ("PATCH", |c| async { maps(c).patch("one", &apply(), &Patch::Merge(patch())).await.map(drop) }.boxed()),
    ("PATCH", |c| {
        async { maps(c).patch("one", &apply(), &Patch::Strategic(patch())).await.map(drop) }.boxed()
    }),
    ("PATCH", |c| async { maps(c).patch("one", &apply(), &Patch::Apply(patch())).await.map(drop) }.boxed()),
    ("PATCH", |c| async { maps(c).patch("one", &apply(), &json_patch()).await.map(drop) }.boxed()),
    ("DELETE", |c| async { maps(c).delete("one", &DeleteParams::default()).await.map(drop) }.boxed()),
    ("DELETE", |c| async { maps(c).delete_collection(&Default::default(), &all()).await.map(drop) }.boxed()),
    ("PUT", |c| {
        async { deployments(c).replace_status("one", &pp(), &Default::default()).await.map(drop) }.boxed()
    }),
    ("PATCH", |c| async { deployments(c).patch_status("one", &apply(), &merge()).await.map(drop) }.boxed()),
    ("PATCH", |c| async { deployments(c).patch_scale("one", &apply(), &merge()).await.map(drop) }.boxed()),
    ("POST", |c| async { pods(c).evict("one", &EvictParams::default()).await.map(drop) }.boxed()),
    ("POST", |c| async { reviews(c).create(&pp(), &Default::default()).await.map(drop) }.boxed()),
];

fn deployments(client: Client) -> Api<Deployment> {
    Api::default_namespaced(client)
}

fn pods(client: Client) -> Api<Pod> {
    Api::default_namespaced(client)
}

fn reviews(client: Client) -> Api<SelfSubjectAccessReview> {
    Api::all(client)
}

fn pp() -> PostParams {
    PostParams::default()
}

fn dry_run() -> PostParams {
    PostParams { dry_run: true, ..PostParams::default() }
}

fn all() -> ListParams {
    ListParams::default()
}

fn apply() -> PatchParams {
    PatchParams::apply("test")
}

fn patch() -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "one" } })
}

fn merge() -> Patch<Value> {
    Patch::Merge(patch())
}

fn json_patch() -> Patch<ConfigMap> {
    Patch::Json(serde_json::from_str("[]").unwrap())
}

#[tokio::test(start_paused = true)]
async fn every_write_is_refused_after_the_loss_and_nothing_is_sent() {
    for stamped in [false, true] {
        let server = ApiServer::new();
        let (term, leadership) = term(7);
        let client = match stamped {
            false => leadership.client(&server.client("a")),
            true => leadership.client_with(&server.client("a"), Stamp::new()),
        };
        term.end(StopReason::DeadlinePassed);
        for (verb, write) in WRITES {
            let error = write(client.clone()).await.unwrap_err();
            let GateError::NotLeading { method, path, source, .. } = gate_error(&error) else {
                panic!("{error:?}")
            };
            assert_eq!(method, verb);
            assert!(path.starts_with("/api") && !path.contains('?'), "{path}");
            assert_eq!(source.bucket.as_str(), "b");
        }
        assert!(server.log().is_empty(), "{}", server.log());
    }
}

/// The same writes, to see that they are good ones.
#[tokio::test(start_paused = true)]
async fn every_write_is_sent_while_the_right_holds() {
    let server = ApiServer::new();
    let (_term, leadership) = term(7);
    let client = leadership.client(&server.client("a"));
    for (_, write) in WRITES {
        let before = server.log().len();
        if let Err(error) = write(client.clone()).await {
            assert!(GateError::of(&error).is_none(), "{error:?}");
        }
        assert_eq!(server.log().len(), before + 1);
    }
}

#[tokio::test]
async fn an_upgrade_is_no_read() {
    let exec = || {
        let request = Request::get("/api/v1/namespaces/default/pods/one/exec?command=rm");
        request.header("connection", "Upgrade").header("upgrade", "websocket").body(Body::empty()).unwrap()
    };
    let (client, seen) = recorder();
    let (term, leadership) = term(7);
    let client = leadership.client(&client);
    client.send(exec()).await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 1);
    term.end(StopReason::Replaced);
    let error = client.send(exec()).await.unwrap_err();
    assert!(matches!(gate_error(&error), GateError::NotLeading { .. }), "{error:?}");
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_method_that_nobody_knows_is_a_write() {
    let (client, seen) = recorder();
    let (term, leadership) = term(7);
    let client = leadership.client(&client);
    term.end(StopReason::Replaced);
    for method in ["CONNECT", "TRACE", "get", "MKCOL"] {
        let error = client.send(super::request(method, "/api/v1/nodes", "text/plain", "")).await.unwrap_err();
        assert!(matches!(gate_error(&error), GateError::NotLeading { .. }), "{error:?}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_error_says_what_happened_and_what_to_do() {
    let (client, _) = recorder();
    let (term, leadership) = term(7);
    let maps = maps(leadership.client(&client));
    term.end(StopReason::Replaced);
    let error = maps.delete("one", &DeleteParams::default()).await.unwrap_err();
    assert_eq!(
        gate_error(&error).to_string(),
        "DELETE /api/v1/namespaces/default/configmaps/one was not sent: bucket \"b\" is not led here any more; leave its \
         keys to its new leader"
    );
    let source = std::error::Error::source(gate_error(&error)).unwrap().to_string();
    assert!(source.starts_with("not leading bucket \"b\" any more: the right ran out 0ns ago"), "{source}");
}

#[tokio::test(start_paused = true)]
async fn the_error_is_found_inside_of_others() {
    #[derive(Debug, thiserror::Error)]
    #[error("the reconcile failed")]
    struct ReconcileError(#[source] anyhow::Error);

    let (client, _) = recorder();
    let (term, leadership) = term(7);
    term.end(StopReason::Replaced);
    let client = leadership.client(&client);
    let error = maps(client).delete("one", &DeleteParams::default()).await.unwrap_err();
    let outer = ReconcileError(anyhow::Error::from(error).context("deleting the map"));
    assert!(matches!(GateError::of(&outer), Some(GateError::NotLeading { .. })));
    assert!(GateError::of(&std::io::Error::other("something else")).is_none());
}
