//! The admission policy of `docs/fencing.md`, as it stands there.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use kube::api::PostParams;
use kube::{Api, Client, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::sleep;

use crate::doc;

/// How long a policy may take until it is in force.
const PATIENCE: Duration = Duration::from_secs(90);

/// The document that it stands in.
pub(super) const DOCUMENT: &str = "fencing.md";

/// What the policy is called that stands in front of the records.
pub(super) const RECORDS: &str = "records-fencing";

/// Returns the text of the policy and its binding.
pub(super) fn text(document: &str) -> anyhow::Result<String> {
    let blocks = doc::blocks(document).into_iter();
    let mut texts =
        blocks.map(|block| block.text).filter(|text| text.contains("ValidatingAdmissionPolicyBinding"));
    let text = texts.next().context("no policy stands in the document any more")?;
    if texts.next().is_some() {
        bail!("two policies stand in the document: which is to be tried?");
    }
    Ok(text)
}

/// Puts a policy and its binding into the cluster.
pub(super) async fn install(client: &Client, text: &str) -> anyhow::Result<()> {
    for object in doc::yaml::<Value>(text)? {
        match object["kind"].as_str() {
            Some("ValidatingAdmissionPolicy") => {
                create::<ValidatingAdmissionPolicy>(client, object).await?;
            }
            Some("ValidatingAdmissionPolicyBinding") => {
                create::<ValidatingAdmissionPolicyBinding>(client, object).await?;
            }
            kind => bail!("{kind:?} stands beside the policy"),
        }
    }
    Ok(())
}

/// Makes an object that is not in a namespace.
pub(super) async fn create<K>(client: &Client, object: Value) -> anyhow::Result<()>
where
    K: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let object: K = serde_json::from_value(object)?;
    Api::all(client.clone())
        .create(&PostParams::default(), &object)
        .await
        .context("the API server refuses")?;
    Ok(())
}

/// Waits until a request is refused that the policy must refuse. Nothing may come of it while it is let in.
pub(super) async fn until_in_force<T, Sent>(request: impl Fn() -> Sent) -> anyhow::Result<()>
where
    Sent: Future<Output = kube::Result<T>>,
{
    let began = Instant::now();
    loop {
        match request().await {
            Err(kube::Error::Api(status))
                if status.code == 403 && status.message.contains("ValidatingAdmissionPolicy") =>
            {
                return Ok(());
            }
            Err(error) if began.elapsed() > PATIENCE => {
                return Err(error).context("another refusal than that of the policy");
            }
            _ if began.elapsed() > PATIENCE => bail!("the policy is not in force within {PATIENCE:?}"),
            _ => sleep(Duration::from_millis(200)).await,
        }
    }
}
