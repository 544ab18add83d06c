//! Who leads what: the holders of all Leases, by component.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use kube::{Api, Error};
use le_cli::{Connection, LeaseView, Owners, component_by_name, explain, plain, pod_api};

use crate::strike::{STRANGER, answered};
use crate::{Mode, What};

/// One who holds Leases.
#[derive(Debug)]
pub(crate) struct Leader {
    /// The name of its pod.
    pub(crate) name: String,
    pub(crate) uid: Option<String>,
    pub(crate) leases: Vec<LeaseView>,
    /// Why it cannot be struck.
    pub(crate) spared: Option<String>,
}

/// What there is in a namespace, and what is to be said of it.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) components: BTreeMap<String, Vec<Leader>>,
    pub(crate) said: Vec<What>,
}

impl Round {
    /// Looks around.
    pub(crate) async fn look(
        connection: &Connection,
        owners: &mut Owners,
        mode: Mode,
    ) -> anyhow::Result<Self> {
        let mut round = Self::default();
        // By pod: in Knative each elector of a process has an identity of its own, and all of them go with the pod.
        let mut holders: BTreeMap<String, Vec<LeaseView>> = BTreeMap::new();
        let leases = le_cli::leases(connection, Some(&connection.namespace)).await?;
        if leases.is_empty() {
            round.said.push(What::NoLeases { namespace: connection.namespace.clone() });
        }
        for lease in leases {
            match lease.pod().map(str::to_owned).or_else(|| lease.holder.clone()) {
                _ if lease.holder.as_deref().is_some_and(|holder| holder.starts_with(STRANGER)) => {}
                Some(pod) => holders.entry(pod).or_default().push(lease),
                None => round.said.push(What::NoHolder { lease: lease.name }),
            }
        }
        let pods = pod_api(connection, Some(&connection.namespace));
        for leases in holders.into_values() {
            let (component, leader) = round.identify(&pods, owners, leases).await;
            round.components.entry(component).or_default().push(leader.for_mode(mode));
        }
        Ok(round)
    }

    /// Finds the pod behind a holder, and what it belongs to.
    async fn identify(
        &mut self,
        pods: &Api<DynamicObject>,
        owners: &mut Owners,
        leases: Vec<LeaseView>,
    ) -> (String, Leader) {
        let holder = &*leases[0].holder.clone().unwrap_or_default();
        let mut leader = Leader { name: holder.to_owned(), uid: None, leases, spared: None };
        let Some(name) = le_config::pod_of_identity(holder) else {
            leader.spared = Some(format!("its holder {} can be no pod", plain(holder)));
            return (leader.leases[0].place.component.clone(), leader);
        };
        leader.name = name.to_owned();
        match answered(pods.get_opt(name)).await {
            Ok(Some(pod)) => {
                leader.uid.clone_from(&pod.metadata.uid);
                if pod.metadata.deletion_timestamp.is_some() {
                    leader.spared = Some(format!("its pod {name} is ending already"));
                }
                match answered(async { Ok(owners.component(&pod).await) }).await {
                    Ok(component) => return (component.name, leader),
                    Err(error) => {
                        leader.spared =
                            Some(explain(error, &format!("find the owner of {name:?}"), "").to_string());
                    }
                }
            }
            Ok(None) => {
                let held = leader
                    .leases
                    .iter()
                    .map(|lease| (&lease.name, lease.holder.as_deref().unwrap_or_default()));
                self.said.extend(
                    held.map(|(lease, holder)| What::NoPod {
                        lease: lease.clone(),
                        holder: holder.to_owned(),
                    }),
                );
                leader.spared = Some(format!("its holder {} is no pod that exists", plain(holder)));
            }
            // What may not be read may still be deleted, as Knative does: its name says what it belongs to.
            Err(Error::Api(status)) if status.code == 403 => {}
            Err(error) => {
                let why = explain(error, &format!("get the pod {name:?}"), "").to_string();
                leader.spared = Some(why);
            }
        }
        (component_by_name(name).name, leader)
    }
}

impl Leader {
    /// Who strikes Leases needs no pods.
    fn for_mode(mut self, mode: Mode) -> Self {
        if matches!(mode, Mode::Lease | Mode::Steal) {
            self.spared = None;
        }
        self
    }
}
