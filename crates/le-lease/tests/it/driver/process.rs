//! The example `elect` as real processes, over real HTTP, in real time.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use le_testkit::{ApiServer, Listening};
use serde_json::Value;
use tokio::task::spawn_blocking;

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(15);

/// The binary of the example, which `cargo test` builds, and `cargo test --test it` does not.
fn elect() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.ancestors().nth(2).unwrap().join("examples/elect");
    if !binary.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let built =
            Command::new(cargo).args(["build", "-q", "-p", "le-lease", "--example", "elect"]).status();
        assert!(built.unwrap().success() && binary.exists(), "{} is not there", binary.display());
    }
    binary
}

/// A process and what it has said so far.
struct Process {
    child: Child,
    lines: Lines,
}

/// What all processes of a test have said, in the order in which it was heard.
type Lines = Arc<Mutex<Vec<Value>>>;

fn command(kubeconfig: &Path, identity: &str) -> Command {
    let mut command = Command::new(elect());
    command
        .args(["--identity", identity, "--namespace", "default", "--name-prefix", "elect", "--buckets", "2"])
        .args(["--lease-duration", "3s", "--renew-deadline", "2s", "--retry-period", "500ms"])
        .env("KUBECONFIG", kubeconfig)
        .env_remove("KUBERNETES_SERVICE_HOST")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn kubeconfig(listening: &Listening, test: &str, client: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{client}.yaml"));
    std::fs::write(&path, listening.kubeconfig(client)).unwrap();
    path
}

impl Process {
    fn start(kubeconfig: &Path, identity: &str, lines: &Lines) -> Self {
        let mut child = command(kubeconfig, identity).stderr(Stdio::null()).spawn().unwrap();
        let (out, heard) = (BufReader::new(child.stdout.take().unwrap()), Arc::clone(lines));
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                heard.lock().unwrap().push(serde_json::from_str(&line).expect("one JSON object a line"));
            }
        });
        Self { child, lines: Arc::clone(lines) }
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
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not end: {:?}", self.lines.lock().unwrap().last());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a line that fits, among those from `from` on, and gives its place.
async fn until(lines: &Lines, from: usize, what: &str, fits: impl Fn(&Value) -> bool) -> usize {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(index) = lines.lock().unwrap().iter().skip(from).position(&fits) {
            return from + index;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!(
        "nobody said {what}: {:#?}",
        lines.lock().unwrap().iter().filter(|line| line["event"] != "act").collect::<Vec<_>>()
    );
}

fn is(line: &Value, event: &str, lease: &str) -> bool {
    line["event"] == event && line["lease"] == lease
}

const LEASES: [&str; 2] = ["elect.00-of-02", "elect.01-of-02"];

/// Waits until both Leases are led by somebody else than `before`.
async fn until_led(lines: &Lines, from: usize, before: &str) {
    for lease in LEASES {
        until(lines, from, "that it leads", |line| is(line, "act", lease) && line["identity"] != before)
            .await;
    }
}

fn holder(lines: &Lines, lease: &str) -> String {
    let lines = lines.lock().unwrap();
    lines.iter().rfind(|line| is(line, "act", lease)).unwrap()["identity"].as_str().unwrap().to_owned()
}

/// Checks that the terms of each Lease follow one another, with growing tokens.
fn check_terms(lines: &[Value]) {
    for lease in LEASES {
        let mut terms: BTreeMap<u64, (f64, f64, &str)> = BTreeMap::new();
        for line in lines.iter().filter(|line| is(line, "act", lease)) {
            let (t, who) = (line["t"].as_f64().unwrap(), line["identity"].as_str().unwrap());
            let term = terms.entry(line["token"].as_u64().unwrap()).or_insert((t, t, who));
            assert_eq!(term.2, who, "two with one token");
            *term = (term.0.min(t), term.1.max(t), who);
        }
        assert!(terms.len() >= 2, "{terms:?}");
        let terms: Vec<_> = terms.into_values().collect();
        assert!(terms.windows(2).all(|pair| pair[0].1 < pair[1].0), "two act on {lease} at once: {terms:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_hand_over_on_sigterm_and_on_sigkill() {
    let (server, lines) = (ApiServer::new(), Lines::default());
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let start = |name: &str| Process::start(&kubeconfig(&listening, "three", name), name, &lines);
    let mut first = start("p0");
    until_led(&lines, 0, "").await;
    let mut others = BTreeMap::from([("p1".to_owned(), start("p1")), ("p2".to_owned(), start("p2"))]);
    // Until both have seen who leads.
    let watching = |name: &'static str| {
        move |entry: &le_testkit::Entry| entry.client() == name && entry.verb() == le_testkit::Verb::Watch
    };
    while server.log().count(watching("p1")) == 0 || server.log().count(watching("p2")) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let told = lines.lock().unwrap().len();
    first.signal("-TERM");
    assert_eq!(first.end().await.code(), Some(0));
    until_led(&lines, told, "p0").await;
    let stopped = until(&lines, told, "that it stopped", |line| is(line, "stop", LEASES[0])).await;
    let led = until(&lines, told, "that it leads", |line| is(line, "lead", LEASES[0])).await;
    let (stop, lead) = {
        let lines = lines.lock().unwrap();
        (lines[stopped].clone(), lines[led].clone())
    };
    assert_eq!((&stop["identity"], &stop["reason"]), (&"p0".into(), &"told to stop".into()));
    let gap = lead["t"].as_f64().unwrap() - stop["t"].as_f64().unwrap();
    assert!((0.0..2.0).contains(&gap), "handed over, not run out: {gap} s");

    let leader = holder(&lines, LEASES[0]);
    let killed = lines.lock().unwrap().len();
    let mut process = others.remove(&leader).unwrap();
    process.signal("-KILL");
    assert!(!process.end().await.success());
    until_led(&lines, killed, &leader).await;

    let mut last = others.pop_first().unwrap().1;
    last.signal("-TERM");
    assert_eq!(last.end().await.code(), Some(0));
    for lease in LEASES {
        server.until_free(lease).within(Duration::from_secs(1)).await;
    }
    let lines = lines.lock().unwrap();
    assert!(lines.iter().all(|line| line["event"] != "stop" || line["reason"].is_string()));
    assert!(lines.iter().all(|line| line["event"] != "error"), "{lines:?}");
    check_terms(&lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_for_too_long_does_not_act_when_it_goes_on() {
    let (server, lines) = (ApiServer::new(), Lines::default());
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let start = |name: &str| Process::start(&kubeconfig(&listening, "stopped", name), name, &lines);
    let sleeper = start("p0");
    until_led(&lines, 0, "").await;
    let mut other = start("p1");
    sleeper.signal("-STOP");
    until_led(&lines, 0, "p0").await;
    let awake = lines.lock().unwrap().len();
    sleeper.signal("-CONT");
    let stop = until(&lines, awake, "why it stopped", |line| is(line, "stop", LEASES[0])).await;
    let reason = lines.lock().unwrap()[stop]["reason"].clone();
    assert!(reason == "deadline passed" || reason == "replaced", "{reason}");
    let handed = lines.lock().unwrap().len();
    other.signal("-TERM");
    assert!(other.end().await.success());
    until_led(&lines, handed, "p1").await;
    check_terms(&lines.lock().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_api_server_a_process_says_so_and_still_ends_when_told() {
    let lines = Lines::default();
    let listening = ApiServer::new().listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let config = kubeconfig(&listening, "gone", "p0");
    listening.shutdown().await;
    let mut process = Process::start(&config, "p0", &lines);
    until(&lines, 0, "that it is out of reach", |line| {
        line["event"] == "error"
            && line["message"].as_str().unwrap().contains("the API server cannot be reached")
    })
    .await;
    process.signal("-TERM");
    assert_eq!(process.end().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_that_is_missing_is_a_clear_error() {
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("there-is-none.yaml");
    let mut child = command(&missing, "p0").stderr(Stdio::piped()).spawn().unwrap();
    let (status, said) = spawn_blocking(move || {
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (child.wait().unwrap(), said)
    })
    .await
    .unwrap();
    assert!(!status.success());
    assert!(said.contains("set KUBECONFIG") && said.contains("there-is-none.yaml"), "{said}");
}
