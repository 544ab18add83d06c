//! What the guides show is what is compiled and run. `UPDATE_GUIDE=1` writes their blocks anew.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, PostParams};
use kube::runtime::wait::await_condition;
use le_testkit::{ApiServer, Kind, Listening};
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::binary;

const PLAIN: &str = include_str!("../../examples/plain_controller.rs");
const HIGHLY_AVAILABLE: &str = include_str!("../../examples/ha_controller.rs");
const TEST: &str = include_str!("guide_test.rs");

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn the_guide_shows_the_change_which_is_under_thirty_lines_and_its_test_in_full() {
    let diff = TextDiff::from_lines(PLAIN, HIGHLY_AVAILABLE);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count();
    assert!((1..30).contains(&changed), "{changed} lines are removed or added");
    let shown =
        diff.unified_diff().context_radius(2).header("plain_controller.rs", "ha_controller.rs").to_string();
    check("guide.md", &[("diff", &shown), ("rust", TEST)]);
}

#[test]
fn the_recipe_for_a_stop_is_that_of_the_example() {
    let from = HIGHLY_AVAILABLE.find("#[tokio::main]").expect("the example is a program");
    check("shutdown.md", &[("rust", &HIGHLY_AVAILABLE[from..])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_program_publishes_a_page_and_ends_on_sigterm() {
    let (server, listening) = serve().await;
    let mut plain = start("plain_controller", &listening, "plain");
    publish(&server, "one").await;
    stop(&mut plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highly_available_programs_publish_pages_one_after_the_other() {
    const LEASE: &str = "pages-operator.pages.00-of-01";
    let (server, listening) = serve().await;
    let mut one = start("ha_controller", &listening, "one");
    server.until_led(LEASE).by("one").within(PATIENCE).await;
    let mut other = start("ha_controller", &listening, "other");
    publish(&server, "one").await;

    stop(&mut one).await;
    // It was released: the lease duration is longer than this test is patient.
    server.until_led(LEASE).by("other").within(PATIENCE).await;
    publish(&server, "two").await;
    stop(&mut other).await;
    server.until_free(LEASE).within(PATIENCE).await;

    let by = |client: &str, name: &str| {
        server.log().count(|entry| {
            entry.kind() == "ConfigMap"
                && entry.verb().is_write()
                && entry.client() == client
                && entry.name() == name
        })
    };
    assert!(by("one", "one") > 0 && by("other", "two") > 0);
    assert_eq!(by("one", "two"), 0);
}

/// Compares the blocks of a page, of the languages that are given here, with what they should be.
fn check(page: &str, expected: &[(&str, &str)]) {
    let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let before = fs::read_to_string(&path).expect("the page can be read");
    let mut after = before.clone();
    for (language, text) in expected {
        let fence = format!("```{language}\n");
        let mut parts = after.split(&fence);
        let (Some(head), Some(rest), None) = (parts.next(), parts.next(), parts.next()) else {
            panic!("{page} should have one block of {language}, whose text is compared");
        };
        let (_, tail) = rest.split_once("```\n").expect("a block ends");
        after = format!("{head}{fence}{text}```\n{tail}");
    }
    if env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(&path, after).expect("the page can be written");
    } else {
        let diff = TextDiff::from_lines(&before, &after);
        let (differs, diff) = (before != after, diff.unified_diff().to_string());
        assert!(!differs, "{page} shows something else; UPDATE_GUIDE=1 writes its blocks anew:\n{diff}");
    }
}

async fn serve() -> (ApiServer, Listening) {
    let server = ApiServer::new();
    server.register(Kind::namespaced("example.com", "v1", "Page", "pages"));
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    (server, listening)
}

/// Starts an example as a process that reaches the server under the name `client`.
fn start(example: &str, listening: &Listening, client: &str) -> Child {
    let kubeconfig = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{example}-{client}.yaml"));
    fs::write(&kubeconfig, listening.kubeconfig(client)).unwrap();
    let mut command = Command::new(binary(example));
    for ours in ["KUBERNETES_SERVICE_HOST", "SYSTEM_NAMESPACE", "POD_NAMESPACE", "CONFIG_LEADERELECTION_NAME"]
    {
        command.env_remove(ours);
    }
    command.env("KUBECONFIG", kubeconfig).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}

/// Creates a page, and waits until its text is in the ConfigMap of its name.
async fn publish(server: &ApiServer, name: &str) {
    let client = server.client("test");
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("example.com", "v1", "Page"));
    let page = DynamicObject::new(name, &kind).data(json!({ "spec": { "text": name } }));
    let pages: Api<DynamicObject> = Api::default_namespaced_with(client.clone(), &kind);
    pages.create(&PostParams::default(), &page).await.unwrap();
    let is_published = |map: Option<&ConfigMap>| {
        map.and_then(|map| map.data.as_ref()?.get("index.txt")).is_some_and(|text| text == name)
    };
    let published = await_condition(Api::default_namespaced(client), name, is_published);
    timeout(PATIENCE, published).await.expect("the page is published").unwrap();
}

async fn stop(program: &mut Child) {
    let id = program.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = timeout(PATIENCE, program.wait()).await.expect("it ends when it is told to").unwrap();
    assert!(status.success(), "{status}");
}
