//! The API server of a run, and the namespace that is made for it.

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, ObjectMeta, PostParams};
use kube::{Api, Client};
use le_testkit::{ApiServer, Listening};
use tokio::time::timeout;

use crate::object::OPERATOR;
use crate::replica;

/// How long the creation and the removal of the namespace may take.
const BOUND: Duration = Duration::from_secs(30);

/// An API server that can be reached.
pub(super) struct Connected {
    client: Client,
    server: String,
    access: Access,
    /// The embedded server, where that is the one.
    listening: Option<Listening>,
}

/// How the replicas reach it.
#[derive(Debug)]
enum Access {
    Server(String),
    Context(String),
}

/// An API server with a namespace for the run.
#[derive(Debug)]
pub(super) struct Cluster {
    connected: Connected,
    namespace: String,
}

impl Cluster {
    /// Reaches the real cluster of this context, or else starts the embedded server on a free port of loopback.
    pub(super) async fn connect(context: Option<&str>) -> anyhow::Result<Connected> {
        let Some(context) = context else { return embedded().await };
        let config = replica::to_context(Some(context)).await?;
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config)?;
        Ok(Connected { client, server, access: Access::Context(context.to_owned()), listening: None })
    }

    /// Returns a client for the main process.
    pub(super) fn client(&self) -> Client {
        self.connected.client.clone()
    }

    /// Returns where the API server is.
    pub(super) fn server(&self) -> &str {
        &self.connected.server
    }

    /// Returns the namespace of the run.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Returns the arguments with which a replica gets here.
    pub(super) fn replica_args(&self) -> Vec<OsString> {
        let mut way = match &self.connected.access {
            Access::Server(url) => vec![OsString::from("--server"), url.into()],
            Access::Context(name) => vec![OsString::from("--context"), name.into()],
        };
        way.push(format!("--namespace={}", self.namespace).into());
        way
    }

    /// Removes the namespace with all that is in it, and closes the embedded server.
    pub(super) async fn remove(self) -> anyhow::Result<()> {
        let namespaces = Api::<Namespace>::all(self.connected.client);
        let params = DeleteParams::default();
        let removed = timeout(BOUND, namespaces.delete(&self.namespace, &params)).await;
        if let Some(listening) = self.connected.listening {
            listening.shutdown().await;
        }
        let namespace = self.namespace;
        removed
            .context("the API server does not answer")
            .and_then(|removed| Ok(removed?))
            .with_context(|| format!("the namespace {namespace:?} was not removed: remove it by hand"))?;
        Ok(())
    }
}

impl Connected {
    /// Makes a namespace of a name that the server generates.
    pub(super) async fn create_namespace(self) -> anyhow::Result<Cluster> {
        let namespace = Namespace {
            metadata: ObjectMeta { generate_name: Some(format!("{OPERATOR}-")), ..ObjectMeta::default() },
            ..Namespace::default()
        };
        let namespaces = Api::<Namespace>::all(self.client.clone());
        let created = timeout(BOUND, namespaces.create(&PostParams::default(), &namespace)).await;
        let created = created
            .with_context(|| format!("{} does not answer", self.server))?
            .with_context(|| format!("a namespace cannot be created on {}", self.server))?;
        let namespace = created.metadata.name.context("the API server gave the namespace no name")?;
        Ok(Cluster { connected: self, namespace })
    }
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, access, .. } = self;
        f.debug_struct("Connected").field("server", server).field("access", access).finish_non_exhaustive()
    }
}

async fn embedded() -> anyhow::Result<Connected> {
    let server = ApiServer::new();
    // Nobody asks for the requests of a run, which may be a long one.
    server.log().keep(0);
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let client = Client::try_from(replica::to_server(&listening.url("main"))?)?;
    let server = format!("http://{}", listening.address());
    let access = Access::Server(listening.url("replica"));
    Ok(Connected { client, server, access, listening: Some(listening) })
}
