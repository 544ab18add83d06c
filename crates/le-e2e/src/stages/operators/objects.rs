//! The objects, which never stop changing, and what has come of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, Client, ResourceExt as _};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::crew::NAMESPACE;
use super::store::Store;

/// How many objects there are.
const OBJECTS: usize = 60;
/// How often one of them changes.
const EVERY: Duration = Duration::from_millis(50);
/// How long one change may take before it is sent again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The objects, and the generation that each was last given.
#[derive(Debug)]
pub(super) struct Objects {
    api: Api<ConfigMap>,
    given: Arc<Mutex<BTreeMap<String, u64>>>,
    change: Option<JoinHandle<()>>,
}

impl Objects {
    /// Makes them, and changes them from then on.
    pub(super) async fn start(client: Client, seed: u64) -> anyhow::Result<Self> {
        let api: Api<ConfigMap> = Api::namespaced(client, NAMESPACE);
        let given = Arc::new(Mutex::new(BTreeMap::new()));
        for number in 0..OBJECTS {
            let name = format!("object-{number:02}");
            give(&api, &name, 1).await.context("cannot make an object")?;
            lock(&given).insert(name, 1);
        }
        let change = tokio::spawn(change(api.clone(), Arc::clone(&given), fastrand::Rng::with_seed(seed)));
        Ok(Self { api, given, change: Some(change) })
    }

    /// Changes them no more.
    pub(super) fn rest(&mut self) {
        if let Some(change) = self.change.take() {
            change.abort();
        }
    }

    /// How often they were changed.
    pub(super) fn changes(&self) -> u64 {
        lock(&self.given).values().sum()
    }

    /// Waits until what they were given so far, or something later, is in every record and in the store.
    pub(super) async fn until_settled(&self, store: &Store, within: Duration) -> anyhow::Result<Duration> {
        let (given, began) = (lock(&self.given).clone(), Instant::now());
        loop {
            // While the API server is away nothing is settled, and nothing is wrong.
            let behind = match timeout(PATIENCE, self.behind(&given, store)).await {
                Ok(Ok(behind)) if behind.is_empty() => return Ok(began.elapsed()),
                Ok(Ok(behind)) => format!("{} are behind, such as {}", behind.len(), behind[0]),
                Ok(Err(error)) => format!("{error:#}"),
                Err(_) => "the API server does not answer".to_owned(),
            };
            if began.elapsed() > within {
                bail!("not every change has come through within {within:?}: {behind}");
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    async fn behind(&self, given: &BTreeMap<String, u64>, store: &Store) -> anyhow::Result<Vec<String>> {
        let records = self.api.list(&ListParams::default()).await?;
        let records: BTreeMap<String, u64> = records
            .into_iter()
            .filter_map(|record| {
                let generation = record.data.as_ref()?.get("generation")?.parse().ok()?;
                Some((record.name_any(), generation))
            })
            .collect();
        let ledger = store.ledger();
        let mut behind = Vec::new();
        for (name, generation) in given {
            let recorded = records.get(&format!("record-{name}")).copied();
            let stored = ledger.generation(name);
            if recorded < Some(*generation) || stored < Some(*generation) {
                behind.push(format!(
                    "{name}: given {generation}, recorded {recorded:?}, in the store {stored:?}"
                ));
            }
        }
        Ok(behind)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        self.rest();
    }
}

async fn change(api: Api<ConfigMap>, given: Arc<Mutex<BTreeMap<String, u64>>>, mut chance: fastrand::Rng) {
    loop {
        sleep(EVERY).await;
        let name = format!("object-{:02}", chance.usize(..OBJECTS));
        let generation = lock(&given).get(&name).copied().unwrap_or_default() + 1;
        // Nobody knows whether a change that failed was applied, so that it is the same one that is sent again.
        while !matches!(timeout(PATIENCE, give(&api, &name, generation)).await, Ok(Ok(()))) {
            sleep(EVERY).await;
        }
        lock(&given).insert(name, generation);
    }
}

async fn give(api: &Api<ConfigMap>, name: &str, generation: u64) -> kube::Result<()> {
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "labels": { "e2e": "object" } },
        "data": { "generation": generation.to_string() },
    });
    api.patch(name, &PatchParams::apply("e2e").force(), &Patch::Apply(object)).await?;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
