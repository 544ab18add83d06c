//! Every version of every Lease, as a watch of the administrator tells of them.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::{Api, Client};
use tokio::task::JoinHandle;

use super::history::{Key, Seen};
use crate::fleet::now;

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Recorder {
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Book {
    seen: BTreeMap<Key, Vec<Seen>>,
    broken: Option<String>,
}

impl Recorder {
    pub(super) async fn start(client: Client) -> anyhow::Result<Self> {
        let leases: Api<Lease> = Api::all(client);
        let list = leases.list_metadata(&ListParams::default()).await.context("cannot list Leases")?;
        let version = list.metadata.resource_version.context("a list has no version")?;
        let book = Arc::<Mutex<Book>>::default();
        let pages = Arc::clone(&book);
        let task = tokio::spawn(async move {
            if let Err(error) = follow(&leases, version, &pages).await {
                pages.lock().unwrap_or_else(PoisonError::into_inner).broken = Some(format!("{error:#}"));
            }
        });
        Ok(Self { book, task })
    }

    /// Returns what was seen, unless something may have been missed.
    pub(super) fn seen(&self) -> anyhow::Result<BTreeMap<Key, Vec<Seen>>> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        match &book.broken {
            Some(why) => bail!("the record of the Leases has a gap: {why}"),
            None => Ok(book.seen.clone()),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(leases: &Api<Lease>, mut version: String, book: &Mutex<Book>) -> anyhow::Result<()> {
    loop {
        let mut events = pin!(leases.watch(&WatchParams::default(), &version).await?);
        while let Some(event) = events.next().await {
            match event? {
                WatchEvent::Added(lease) | WatchEvent::Modified(lease) => {
                    version = lease.metadata.resource_version.clone().context("a Lease has no version")?;
                    let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
                    book.seen.entry(key(&lease)).or_default().push(read(&lease));
                }
                WatchEvent::Deleted(lease) => bail!("{:?} was deleted", key(&lease)),
                WatchEvent::Bookmark(bookmark) => version = bookmark.metadata.resource_version,
                WatchEvent::Error(error) => bail!("the watch says {error:?}"),
            }
        }
    }
}

fn key(lease: &Lease) -> Key {
    let metadata = &lease.metadata;
    (metadata.namespace.clone().unwrap_or_default(), metadata.name.clone().unwrap_or_default())
}

fn read(lease: &Lease) -> Seen {
    let spec = lease.spec.clone().unwrap_or_default();
    Seen {
        version: lease.metadata.resource_version.clone().unwrap_or_default(),
        holder: spec.holder_identity.unwrap_or_default(),
        duration: f64::from(spec.lease_duration_seconds.unwrap_or_default()),
        renewed: spec.renew_time.as_ref().map_or(0.0, seconds),
        at: now(),
    }
}

/// The time in seconds, as the participants tell it.
fn seconds(time: &MicroTime) -> f64 {
    std::time::Duration::from_micros(time.0.as_microsecond().unsigned_abs()).as_secs_f64()
}
