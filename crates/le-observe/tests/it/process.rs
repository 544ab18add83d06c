//! The example `observed` as a process, over real sockets, in real time.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use le_testkit::ApiServer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

const LEASE: &str = "observed.maps.00-of-01";

/// The binary of the example, which `cargo test` builds, and `cargo test --test it` does not.
fn observed() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.ancestors().nth(2).unwrap().join("examples/observed");
    if !binary.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let built = Command::new(cargo)
            .args(["build", "-q", "-p", "le-observe", "--all-features", "--example", "observed"])
            .status();
        assert!(built.unwrap().success() && binary.exists(), "{} is not there", binary.display());
    }
    binary
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(kubeconfig: &Path) -> Self {
        let mut child = Command::new(observed())
            .args(["--listen", "127.0.0.1:0"])
            .env("KUBECONFIG", kubeconfig)
            .env_remove("KUBERNETES_SERVICE_HOST")
            .env_remove("SYSTEM_NAMESPACE")
            .env_remove("POD_NAMESPACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("it says where").parse().unwrap();
        Self { child, address }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Asks for a page; gives the status and the whole answer.
    async fn get(&self, path: &str) -> std::io::Result<(u16, String)> {
        let mut connection = TcpStream::connect(self.address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok((status.unwrap_or_else(|| panic!("no answer in HTTP: {answer:?}")), answer))
    }

    /// Asks again and again until the answer fits.
    async fn until(&self, path: &str, fits: impl Fn(u16, &str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let (status, answer) = self.get(path).await.unwrap();
            if fits(status, &answer) {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "{path}: {answer}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_does_not_answer_and_says_afterwards_what_it_was() {
    let server = ApiServer::new();
    server.fill([json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "config-leader-election", "namespace": "default" },
        "data": { "lease-duration": "3s", "renew-deadline": "2s", "retry-period": "500ms" },
    })]);
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let kubeconfig = Path::new(env!("CARGO_TARGET_TMPDIR")).join("observed.yaml");
    std::fs::write(&kubeconfig, listening.kubeconfig("observed")).unwrap();

    let mut process = Process::start(&kubeconfig);
    process.until("/readyz", |status, text| status == 200 && text.contains("leads")).await;
    let status = format!("leader_election_master_status{{name=\"{LEASE}\"}}");
    let (_, scraped) = process.get("/metrics").await.unwrap();
    assert!(scraped.contains(&format!("{status} 1\n")), "{scraped}");

    process.signal("-STOP");
    let probe = timeout(Duration::from_secs(1), process.get("/livez")).await;
    assert!(probe.is_err(), "{probe:?}");
    // Longer than its right lasts, and than the Lease.
    sleep(Duration::from_secs(4)).await;
    process.signal("-CONT");
    // Whether it asks before or after the election has noticed, it is told.
    let (_, told) = process.get("/livez").await.unwrap();
    let words = ["stands still", "has not noticed", "stood still for"];
    assert!(words.iter().any(|word| told.contains(word)) && told.contains(LEASE), "{told}");
    let told = process.until("/livez", |status, _| status == 200).await;
    assert!(told.contains("stood still for"), "{told}");
    process.until("/readyz", |status, text| status == 200 && text.contains("leads")).await;
    let (_, scraped) = process.get("/metrics").await.unwrap();
    let lost =
        format!("leader_election_terms_ended_total{{name=\"{LEASE}\",reason=\"deadline_passed\"}} 1\n");
    assert!(scraped.contains(&lost), "{scraped}");

    process.signal("-TERM");
    let began = Instant::now();
    let ended = loop {
        match process.child.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() < PATIENCE => sleep(Duration::from_millis(10)).await,
            None => panic!("it did not end"),
        }
    };
    assert!(ended.success(), "{ended}");
}
