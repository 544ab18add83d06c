//! Who holds each Lease, as the cluster tells it, and what is waited for.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use kube::api::DynamicObject;
use kube::runtime::watcher;
use le_cli::{Connection, LeaseView, lease_api};
use tokio::time::{Instant, sleep};

/// How often Leases are read where they may not be watched.
const POLL: Duration = Duration::from_millis(500);

/// One reading of a Lease, or why there is none.
#[derive(Debug)]
pub(crate) enum News {
    Seen(Box<LeaseView>),
    Failed(String),
}

/// A hand-over that is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Awaited {
    pub(crate) component: String,
    pub(crate) before: LeaseView,
    pub(crate) since: Instant,
    /// It was told that this takes too long.
    pub(crate) overdue: bool,
}

/// What is waited for, by Lease.
#[derive(Debug, Default)]
pub(crate) struct Awaiting(HashMap<String, Awaited>);

impl Awaiting {
    /// Waits for a new holder of a Lease. One that is waited for already has been without a holder for longer.
    pub(crate) fn expect(&mut self, component: &str, before: &LeaseView, since: Instant) {
        let awaited =
            Awaited { component: component.to_owned(), before: before.clone(), since, overdue: false };
        self.0.entry(before.name.clone()).or_insert(awaited);
    }

    pub(crate) fn is_waited_for(&self, lease: &str) -> bool {
        self.0.contains_key(lease)
    }

    /// Ends the waiting if this is a new holder, or a new term.
    pub(crate) fn arrived(&mut self, now: &LeaseView, at: Instant) -> Option<Awaited> {
        let awaited = self.0.get(&now.name)?;
        // What was seen before the strike has nothing to do with it.
        let is_later = at >= awaited.since && version(now) > version(&awaited.before);
        (is_later && is_new_term(&awaited.before, now)).then(|| self.0.remove(&now.name))?
    }

    /// Those that take longer than the bound, each once.
    pub(crate) fn overdue(&mut self, bound: Duration) -> Vec<Awaited> {
        let late = self.0.values_mut().filter(|awaited| !awaited.overdue && awaited.since.elapsed() > bound);
        late.map(|awaited| {
            awaited.overdue = true;
            awaited.clone()
        })
        .collect()
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = &Awaited> {
        self.0.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().all(|awaited| awaited.overdue)
    }
}

/// The API server numbers all writes in one ascending row.
fn version(lease: &LeaseView) -> Option<u64> {
    lease.version.as_deref()?.parse().ok()
}

/// Another holder, or the same one in a term that began later. The stranger of this program is nobody.
fn is_new_term(before: &LeaseView, now: &LeaseView) -> bool {
    let Some(holder) = now.holder.as_deref().filter(|holder| !holder.starts_with(super::strike::STRANGER))
    else {
        return false;
    };
    before.holder.as_deref() != Some(holder)
        || before.uid != now.uid
        || before.acquire_time != now.acquire_time
        || before.transitions != now.transitions
}

/// Follows all Leases of a namespace: by a watch, or by reading them where that is refused.
pub(crate) fn follow(connection: &Connection) -> BoxStream<'static, News> {
    let namespace = connection.namespace.clone();
    let api = lease_api(connection, Some(&namespace));
    let watch = watcher(api.clone(), watcher::Config::default().any_semantic());
    let seen = |lease: DynamicObject| News::Seen(Box::new(LeaseView::read(&lease)));
    let watched = watch.filter_map(move |event| async move {
        match event {
            Ok(watcher::Event::Apply(lease) | watcher::Event::InitApply(lease)) => Some(Ok(seen(lease))),
            Ok(watcher::Event::Delete(_) | watcher::Event::Init | watcher::Event::InitDone) => None,
            Err(error) => Some(Err(error)),
        }
    });
    let polled = futures::stream::unfold(connection.clone(), |connection| async move {
        sleep(POLL).await;
        let news = match le_cli::leases(&connection, Some(&connection.namespace)).await {
            Ok(leases) => leases.into_iter().map(|lease| News::Seen(Box::new(lease))).collect(),
            Err(error) => vec![News::Failed(format!("{error:#}"))],
        };
        Some((futures::stream::iter(news), connection))
    })
    .flatten();
    // Until a watch is refused, then by reading. A watch that fails for another reason is tried again, after a pause.
    let watched = watched.scan(false, |refused, news| {
        let was_refused = *refused;
        *refused = matches!(&news, Err(error) if is_refused(error));
        let news = match news {
            Ok(news) => news,
            Err(error) => News::Failed(format!("the watch of Leases: {error}")),
        };
        futures::future::ready((!was_refused).then_some(news))
    });
    let paced = watched.then(|news| async move {
        if matches!(news, News::Failed(_)) {
            sleep(POLL).await;
        }
        news
    });
    paced.chain(polled).boxed()
}

fn is_refused(error: &watcher::Error) -> bool {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status)) => status,
        watcher::Error::WatchError(status) => status,
        _ => return false,
    };
    status.code == 403
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lease(version: u32, holder: &str, transitions: u32) -> LeaseView {
        let lease = json!({
            "metadata": { "name": "lock", "uid": "u", "resourceVersion": version.to_string() },
            "spec": { "holderIdentity": holder, "leaseTransitions": transitions },
        });
        LeaseView::read(&serde_json::from_value(lease).unwrap())
    }

    #[test]
    fn what_was_so_before_the_strike_is_no_hand_over() {
        let since = Instant::now();
        let (before, later) = (since - Duration::from_millis(1), since + Duration::from_millis(1));
        let mut awaiting = Awaiting::default();
        awaiting.expect("c", &lease(10, "a", 1), since);
        for (now, at) in [
            (lease(9, "b", 0), later),
            (lease(11, "b", 2), before),
            (lease(11, "a", 1), later),
            (lease(11, "", 1), later),
            (lease(11, "chaosduck_1", 2), later),
        ] {
            assert!(awaiting.arrived(&now, at).is_none(), "{now:?}");
        }
        let arrived = awaiting.arrived(&lease(11, "a", 2), later).unwrap();
        assert_eq!(arrived.before.holder.as_deref(), Some("a"));
        assert!(awaiting.arrived(&lease(12, "b", 3), later).is_none(), "it is waited for once");
    }
}
