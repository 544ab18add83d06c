//! The way to the API server, and the log.

use anyhow::Context as _;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tracing_subscriber::EnvFilter;

/// Makes the configuration for a server that asks for no credentials.
pub(crate) fn to_server(url: &str) -> anyhow::Result<kube::Config> {
    let url = url.parse().with_context(|| format!("{url:?} is no URL of an API server"))?;
    Ok(kube::Config::new(url))
}

/// Reads the kubeconfig that kube finds, and of it the given context, or else the current one.
pub(crate) async fn to_context(context: Option<&str>) -> anyhow::Result<kube::Config> {
    let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
    let kubeconfig = Kubeconfig::read().context("there is no kubeconfig to read: name one in KUBECONFIG")?;
    let known: Vec<String> = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    if let Some(context) = context.filter(|context| !known.iter().any(|known| known == context)) {
        anyhow::bail!("the kubeconfig has no context {context:?}: give one of {known:?}");
    }
    kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.context("the kubeconfig cannot be used")
}

/// Writes warnings to standard error; `RUST_LOG` asks for more.
pub(super) fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
