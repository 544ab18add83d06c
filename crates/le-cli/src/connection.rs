//! The way to a cluster.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// Which cluster, and where in it: as `kubectl` is told.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConnectionArgs {
    /// The namespace; without it that of the context
    #[arg(short, long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The context of the kubeconfig; without it the current one
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The kubeconfig; without it what KUBECONFIG names, or ~/.kube/config, or the pod's own service account
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// A client, and what is known of where it leads.
#[derive(Clone)]
#[non_exhaustive]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The namespace that was asked for, or else that of the context.
    pub namespace: String,
    /// The name of the context, where a kubeconfig has one.
    pub context: Option<String>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Connection {
    /// Makes one of a client at hand, for tests.
    pub fn new(client: Client, namespace: impl Into<String>) -> Self {
        Self { client, namespace: namespace.into(), context: None }
    }
}

impl ConnectionArgs {
    /// Makes a client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When there is no kubeconfig, or none such, or it has no such context; the error says which, and what to do.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        let (mut config, context) = match self.kubeconfig()? {
            Some(file) => {
                let context = self.context.clone().or_else(|| file.current_context.clone());
                let config = kube::Config::from_custom_kubeconfig(file, &options).await.context(
                    "the kubeconfig does not lead to a cluster: name a context of it by --context",
                )?;
                (config, context)
            }
            None => {
                let config = kube::Config::incluster().context(
                    "there is no kubeconfig, and this is no pod: name a kubeconfig by --kubeconfig or KUBECONFIG",
                )?;
                (config, None)
            }
        };
        config.connect_timeout = Some(CONNECT);
        let namespace = self.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        let client = Client::try_from(config).context("the kubeconfig cannot be used")?;
        Ok(Connection { client, namespace, context })
    }

    /// Reads the kubeconfig; `None` where there is none and none was asked for.
    fn kubeconfig(&self) -> anyhow::Result<Option<Kubeconfig>> {
        if let Some(path) = &self.kubeconfig {
            let read = Kubeconfig::read_from(path);
            return Ok(Some(read.with_context(|| format!("cannot read the kubeconfig {}", path.display()))?));
        }
        match Kubeconfig::read() {
            Ok(file) => Ok(Some(file)),
            Err(error) if self.context.is_some() => Err(error)
                .context("there is no kubeconfig to take the context from: name one by --kubeconfig"),
            // Where a file was named and is bad, what is in it matters more than that a pod would need none.
            Err(error) if std::env::var_os("KUBECONFIG").is_some() => {
                Err(error).context("cannot read the kubeconfig that KUBECONFIG names")
            }
            Err(_) => Ok(None),
        }
    }
}
