//! A control plane: etcd and kube-apiserver, over HTTPS, with RBAC, on free ports and in a folder of its own.

mod api_server;
mod audit;
mod certs;
mod etcd;
mod ports;
mod rights;
mod users;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use tokio::time::sleep;

pub use audit::Asked;
pub use rights::{lease_rules, rule};
pub use users::{ADMIN, OPERATOR, REPLICAS, replica};

use crate::service::Service;
use crate::tools::Binaries;

/// How long the servers have to become ready. They take three seconds on a machine that is idle.
const PATIENCE: Duration = Duration::from_secs(90);

/// A control plane that runs. Dropping it kills it; [`shutdown`](Self::shutdown) ends it in order.
#[derive(Debug)]
pub struct Plane {
    // The API server goes before etcd, without which it hangs.
    api_server: Service,
    etcd: Service,
    url: String,
    authority: String,
    folder: Folder,
}

impl Plane {
    /// Starts a control plane and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When one of the servers cannot be started or ends, with what it said last.
    pub async fn start(binaries: &Binaries) -> anyhow::Result<Self> {
        let folder = Folder::new(&binaries.scratch)?;
        let certs = certs::Certs::make(&folder.path)?;
        let (etcd, etcd_url) = etcd::start(&binaries.etcd, &folder.path)?;
        let (api_server, url) = api_server::start(&binaries.kube_apiserver, &folder.path, &etcd_url, &certs)?;
        let mut plane = Self { api_server, etcd, url, authority: certs.authority, folder };
        plane.until_ready().await?;
        Ok(plane)
    }

    /// Waits until the API server says that it is ready.
    ///
    /// # Errors
    ///
    /// When it ends, or is not ready after a minute and a half.
    pub async fn until_ready(&mut self) -> anyhow::Result<()> {
        let client = self.client(ADMIN).await?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            for service in [&mut self.etcd, &mut self.api_server] {
                if let Some(status) = service.ended()? {
                    bail!("{} ended ({status}):\n{}", service.name(), service.last_words());
                }
            }
            let asked = client.request_text(http::Request::get("/readyz").body(Vec::new())?);
            if let Ok(Ok(_)) = tokio::time::timeout(Duration::from_secs(2), asked).await {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!("the API server is not ready after {PATIENCE:?}:\n{}", self.api_server.last_words())
    }

    /// Returns the kube-apiserver, to be stopped, killed and started again.
    pub fn api_server(&mut self) -> &mut Service {
        &mut self.api_server
    }

    /// Returns the etcd, to be stopped and continued.
    pub fn etcd(&mut self) -> &mut Service {
        &mut self.etcd
    }

    /// Returns the numbers of the processes: of the API server, and of its store.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        [&self.api_server, &self.etcd].into_iter().filter_map(Service::pid).collect()
    }

    /// Returns the folder that is there as long as this is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }

    /// Returns a client of this user, who is known by a token.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub async fn client(&self, user: &str) -> anyhow::Result<Client> {
        Ok(Client::try_from(self.config(user).await?)?)
    }

    /// Returns the configuration of a client of this user. Nothing is tried again inside of the client.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub async fn config(&self, user: &str) -> anyhow::Result<Config> {
        let kubeconfig = Kubeconfig::from_yaml(&self.kubeconfig_text(user))?;
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        config.default_retry = false;
        Ok(config)
    }

    /// Writes a kubeconfig of this user and returns its path.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn kubeconfig(&self, user: &str) -> anyhow::Result<PathBuf> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let path = self.folder.path.join(format!("{}.kubeconfig", user.replace(':', "-")));
        // Another fleet may be about to read it: it is there whole, at any time.
        let whole = path.with_extension(format!("{}.new", COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::write(&whole, self.kubeconfig_text(user)).context("cannot write a kubeconfig")?;
        fs::rename(&whole, &path).context("cannot put a kubeconfig in its place")?;
        Ok(path)
    }

    fn kubeconfig_text(&self, user: &str) -> String {
        let authority = STANDARD.encode(&self.authority);
        let token = users::token(user);
        kubeconfig_text(
            &self.url,
            &format!("certificate-authority-data: {authority}"),
            &format!("token: {token}"),
        )
    }

    /// Ends the servers, the API server first, and removes their folder.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        // Without etcd it would wait for ever and hold its port.
        self.etcd.signal(rustix::process::Signal::CONT)?;
        self.api_server.shutdown().await?;
        self.etcd.shutdown().await
    }
}

/// Writes a kubeconfig for a server, with a line about each of the cluster and the user.
pub(crate) fn kubeconfig_text(server: &str, cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: e2e\n\
         clusters:\n- name: e2e\n  cluster:\n    server: {server}\n    {cluster}\n\
         users:\n- name: e2e\n  user:\n    {user}\n\
         contexts:\n- name: e2e\n  context: {{cluster: e2e, user: e2e, namespace: default}}\n"
    )
}

/// A folder for one control plane, which goes with it.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(scratch: &Path) -> anyhow::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = scratch.join(format!("plane-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The servers were killed a moment ago and may still write; what remains is below `target`.
        let _ = fs::remove_dir_all(&self.path);
    }
}
