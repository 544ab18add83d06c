//! An API server on a thread of its own, whose work is not counted, and whose objects change when they are told to.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, Config};
use le_testkit::ApiServer;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::objects::NAMESPACE;

/// A server over HTTP.
pub(crate) struct Server {
    url: String,
    turns: UnboundedSender<usize>,
}

impl Server {
    /// Starts one that holds some objects.
    pub(crate) fn start(objects: Vec<ConfigMap>) -> anyhow::Result<Self> {
        let (turns, asked) = unbounded_channel();
        let (tell, told) = std::sync::mpsc::channel();
        thread::Builder::new().name("server".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let server = ApiServer::new();
                let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
                server.fill(objects.iter());
                tell.send(listening.url("operator"))?;
                change(server.client("writer"), &objects, asked).await
            })
        })?;
        Ok(Self { url: told.recv()?, turns })
    }

    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::try_from(Config::new(self.url.parse()?))?)
    }

    /// Changes every object once.
    pub(crate) fn change_all(&self, turn: usize) -> anyhow::Result<()> {
        Ok(self.turns.send(turn)?)
    }
}

async fn change(
    client: Client,
    objects: &[ConfigMap],
    mut asked: UnboundedReceiver<usize>,
) -> anyhow::Result<()> {
    let api: Api<ConfigMap> = Api::namespaced(client, NAMESPACE);
    while let Some(turn) = asked.recv().await {
        let patch = Patch::Merge(serde_json::json!({ "data": { "turn": turn.to_string() } }));
        for object in objects {
            let name = object.metadata.name.as_deref().unwrap_or_default();
            api.patch(name, &PatchParams::default(), &patch).await?;
        }
    }
    Ok(())
}
