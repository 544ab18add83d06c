//! The example `operator` as real processes, over real HTTP, in real time.

#[path = "../../examples/operator.rs"]
#[expect(dead_code, reason = "its `main` runs in processes; only its own tests run here")]
mod example;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use le_testkit::{ApiServer, Entry, Kind, Listening, Verb};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary;

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// More than there are buckets.
const WIDGETS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn replicas_hand_their_widgets_over_on_sigterm_and_on_sigkill() {
    let world = World::new().await;
    world.configure().await;
    world.apply_widgets("hello", 2).await;

    let mut a = world.start("a");
    world.until_handled("hello", 2, 1).await;
    for bucket in buckets() {
        world.server.until_led(&bucket).by("a").within(PATIENCE).await;
    }
    let mut b = world.start("b");
    world.until_watching("b").await;

    // What changes while nobody leads it is handled too.
    a.signal("-TERM");
    world.apply_widgets("goodbye", 1).await;
    assert_eq!(a.end().await.code(), Some(0));
    world.until_handled("goodbye", 1, 2).await;
    world.check_released("a");
    a.check_log();

    // What it owns is watched, too.
    world.config_maps().delete("widget-5-widget", &DeleteParams::default()).await.unwrap();
    world.until_handled("goodbye", 1, 2).await;
    b.check_log();

    let mut c = world.start("c");
    world.until_watching("c").await;
    b.signal("-KILL");
    assert!(!b.end().await.success());
    world.apply_widgets("hello again", 3).await;
    world.until_handled("hello again", 3, 3).await;

    world.widgets().delete("widget-3", &DeleteParams::default()).await.unwrap();
    until("a Widget is gone", async || world.widgets().get_opt("widget-3").await.unwrap().is_none()).await;
    c.until_said("Widget.v1.acme.example.com/widget-3.default").await;

    c.signal("-TERM");
    assert_eq!(c.end().await.code(), Some(0));
    world.check_released("c");
    c.check_log();
    world.check_turns(&["a", "b", "c"]);
}

#[test]
fn it_prints_its_custom_resource_definition() {
    let crd = custom_resource_definition();
    assert_eq!(crd["metadata"]["name"], "widgets.acme.example.com");
    assert_eq!(crd["spec"]["scope"], "Namespaced");
    let version = &crd["spec"]["versions"][0];
    assert_eq!(version["subresources"]["status"], json!({}));
    let spec = &version["schema"]["openAPIV3Schema"]["properties"]["spec"];
    assert_eq!(spec["required"], json!(["copies", "message"]));
}

/// A server that the replicas reach over HTTP.
struct World {
    server: ApiServer,
    listening: Listening,
    kubeconfigs: TempDir,
}

impl World {
    async fn new() -> Self {
        let server = ApiServer::new();
        let spec = &custom_resource_definition()["spec"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (group, version) = (text(&spec["group"]), text(&spec["versions"][0]["name"]));
        let (kind, plural) = (text(&spec["names"]["kind"]), text(&spec["names"]["plural"]));
        server.register(Kind::namespaced(&group, &version, &kind, &plural).with_status());
        let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        Self { server, listening, kubeconfigs: tempfile::tempdir().unwrap() }
    }

    /// Asks for ten buckets, and for dead replicas to be replaced in five seconds: a busy machine may delay a renewal.
    async fn configure(&self) {
        let config = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "config-leader-election" },
            "data": { "buckets": "10", "lease-duration": "5s", "renew-deadline": "4s", "retry-period": "500ms" },
        });
        let apply = PatchParams::apply("test");
        self.config_maps().patch("config-leader-election", &apply, &Patch::Apply(config)).await.unwrap();
    }

    fn start(&self, client: &str) -> Process {
        let kubeconfig = self.kubeconfigs.path().join(client);
        std::fs::write(&kubeconfig, self.listening.kubeconfig(client)).unwrap();
        Process::start(&kubeconfig)
    }

    fn widgets(&self) -> Api<DynamicObject> {
        let widget = ApiResource::from_gvk(&GroupVersionKind::gvk("acme.example.com", "v1", "Widget"));
        Api::default_namespaced_with(self.server.client("test"), &widget)
    }

    fn config_maps(&self) -> Api<ConfigMap> {
        Api::default_namespaced(self.server.client("test"))
    }

    async fn apply_widgets(&self, message: &str, copies: usize) {
        for i in 0..WIDGETS {
            let (name, apply) = (format!("widget-{i}"), PatchParams::apply("test"));
            let widget = json!({
                "apiVersion": "acme.example.com/v1", "kind": "Widget", "metadata": { "name": name },
                "spec": { "message": message, "copies": copies },
            });
            self.widgets().patch(&name, &apply, &Patch::Apply(widget)).await.unwrap();
        }
    }

    /// Waits until each Widget has its ConfigMap, and says so in its status.
    async fn until_handled(&self, message: &str, copies: usize, generation: i64) {
        let data: BTreeMap<_, _> = (0..copies).map(|i| (format!("copy-{i}"), message.to_owned())).collect();
        let status = json!({ "copies": copies, "observedGeneration": generation });
        until("all Widgets are handled", async || {
            let widgets = self.widgets().list(&ListParams::default()).await.unwrap().items;
            let config_maps = self.config_maps().list(&ListParams::default()).await.unwrap().items;
            let owned = |widget: &DynamicObject| {
                config_maps.iter().any(|map| {
                    map.name_any() == format!("{}-widget", widget.name_any())
                        && map.owner_references().iter().map(|owner| &owner.uid).eq(&widget.uid())
                        && map.data.as_ref() == Some(&data)
                })
            };
            widgets.len() == WIDGETS && widgets.iter().all(|it| it.data["status"] == status && owned(it))
        })
        .await;
    }

    /// Waits until a replica has seen who leads, and has its cache filled.
    async fn until_watching(&self, client: &str) {
        until("a replica watches", async || {
            let watches = |resource| {
                let log = self.server.log();
                log.count(|it| it.client() == client && it.verb() == Verb::Watch && it.resource() == resource)
            };
            watches("leases") > 0 && watches("widgets") > 0
        })
        .await;
    }

    /// Checks that the last thing that a replica did with each Lease was to release it.
    fn check_released(&self, client: &str) {
        let is_ours = |entry: &Entry| entry.client() == client && entry.kind() == "Lease";
        let writes = self.server.log().select(|entry| is_ours(entry) && entry.verb() == Verb::Update);
        for bucket in buckets() {
            let last = writes.iter().rfind(|write| write.name() == bucket).and_then(|write| write.json());
            let holder = last.expect("it has led each bucket")["spec"]["holderIdentity"].clone();
            assert!(holder.as_str().unwrap_or_default().is_empty(), "{bucket} was not released: {holder}");
        }
    }

    /// Checks that each Widget was written by one replica after the other, in this order, with its ConfigMap and its status.
    fn check_turns(&self, clients: &[&str]) {
        let is_ours = |entry: &Entry| clients.contains(&entry.client()) && entry.kind() != "Lease";
        let writes = self.server.log().select(|entry| is_ours(entry) && entry.verb().is_write());
        for i in 0..WIDGETS {
            for name in [format!("widget-{i}"), format!("widget-{i}-widget")] {
                let mut turns: Vec<_> = writes.iter().filter(|write| write.name() == name).collect();
                assert!(turns.iter().all(|write| write.status() == Some(200) || write.status() == Some(201)));
                turns.dedup_by_key(|write| write.client().to_owned());
                assert!(turns.iter().map(|write| write.client()).eq(clients.iter().copied()), "{name}");
            }
        }
    }
}

fn buckets() -> impl Iterator<Item = String> {
    (0..10).map(|i| format!("widgets-operator.widgets.{i:02}-of-10"))
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A replica, and what it has logged so far.
struct Process {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    fn start(kubeconfig: &Path) -> Self {
        let mut command = Command::new(binary("operator"));
        command.env("KUBECONFIG", kubeconfig).env("NO_COLOR", "1").env("RUST_LOG", "info");
        for variable in
            ["KUBERNETES_SERVICE_HOST", "SYSTEM_NAMESPACE", "POD_NAMESPACE", "CONFIG_LEADERELECTION_NAME"]
        {
            command.env_remove(variable);
        }
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::<Mutex<Vec<String>>>::default();
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                heard.lock().unwrap().push(line);
            }
        });
        Self { child, log }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    async fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a replica did not end");
    }

    async fn until_said(&self, text: &str) {
        until(text, async || self.log.lock().unwrap().iter().any(|line| line.contains(text))).await;
    }

    /// Checks that nothing went wrong.
    fn check_log(&self) {
        let log = self.log.lock().unwrap();
        let is_trouble =
            |line: &&String| [" WARN ", " ERROR ", "panicked"].iter().any(|it| line.contains(it));
        assert_eq!(log.iter().find(is_trouble), None);
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "a test that fails shows what its processes said")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("{:#?}", self.log.lock().map(|log| log.clone()));
        }
    }
}

fn custom_resource_definition() -> Value {
    let printed = Command::new(binary("operator")).arg("--crd").output().unwrap();
    assert!(printed.status.success());
    serde_json::from_slice(&printed.stdout).unwrap()
}
