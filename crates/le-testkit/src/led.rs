//! Waits for Leases: until one is led, or free.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::meta;
use crate::server::Shared;
use crate::store::{Key, Stored};

pub(crate) const LEASES: &str = "leases.coordination.k8s.io";
pub(crate) const LIMIT: Duration = Duration::from_secs(60 * 60);

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Waits until a Lease has a holder; made by [`ApiServer::until_led`](crate::ApiServer::until_led). Gives the holder's identity.
///
/// It follows the changes of the server and polls nothing. What counts is what stands in the Lease: whether the holder is alive,
/// nobody can know from there.
#[must_use = "it waits only when it is awaited"]
#[derive(Clone, Debug)]
pub struct UntilLed {
    search: Search,
    by: Option<String>,
}

/// Waits until a Lease has no holder, or is not there; made by [`ApiServer::until_free`](crate::ApiServer::until_free).
#[must_use = "it waits only when it is awaited"]
#[derive(Clone, Debug)]
pub struct UntilFree {
    search: Search,
}

#[derive(Clone, Debug)]
struct Search {
    server: Arc<Shared>,
    lease: String,
    namespace: Option<String>,
    limit: Duration,
}

impl UntilLed {
    pub(crate) fn new(server: Arc<Shared>, lease: &str) -> Self {
        Self { search: Search::new(server, lease), by: None }
    }

    /// Waits for this holder: one whose identity is `who`, or begins with `who_`, or that the client named `who` put there.
    pub fn by(mut self, who: &str) -> Self {
        self.by = Some(who.to_owned());
        self
    }

    /// Looks at the Lease of this namespace only. Without this, at those of the name in any.
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        self.search.namespace = Some(namespace.to_owned());
        self
    }

    /// Gives up, with a panic, after this time on tokio's clock. The default is one hour.
    pub fn within(mut self, limit: Duration) -> Self {
        self.search.limit = limit;
        self
    }
}

impl IntoFuture for UntilLed {
    type Output = String;
    type IntoFuture = Boxed<String>;

    /// # Panics
    ///
    /// The future panics when the time is up; its message says how the Lease stood.
    fn into_future(self) -> Boxed<String> {
        let Self { search, by } = self;
        let wanted = by.as_deref().map_or("anybody".to_owned(), |who| format!("{who:?}"));
        let what = format!("is led by {wanted}");
        Box::pin(search.wait(what, move |leases| {
            leases.iter().find_map(|lease| {
                let holder = holder(&lease.object)?;
                let fits = by.as_deref().is_none_or(|who| is(holder, &lease.holder_writer, who));
                fits.then(|| holder.to_owned())
            })
        }))
    }
}

impl UntilFree {
    pub(crate) fn new(server: Arc<Shared>, lease: &str) -> Self {
        Self { search: Search::new(server, lease) }
    }

    /// Looks at the Lease of this namespace only. Without this, at those of the name in any.
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        self.search.namespace = Some(namespace.to_owned());
        self
    }

    /// Gives up, with a panic, after this time on tokio's clock. The default is one hour.
    pub fn within(mut self, limit: Duration) -> Self {
        self.search.limit = limit;
        self
    }
}

impl IntoFuture for UntilFree {
    type Output = ();
    type IntoFuture = Boxed<()>;

    /// # Panics
    ///
    /// The future panics when the time is up; its message says how the Lease stood.
    fn into_future(self) -> Boxed<()> {
        Box::pin(self.search.wait("is free".to_owned(), |leases| {
            leases.iter().all(|lease| holder(&lease.object).is_none()).then_some(())
        }))
    }
}

impl Search {
    fn new(server: Arc<Shared>, lease: &str) -> Self {
        Self { server, lease: lease.to_owned(), namespace: None, limit: LIMIT }
    }

    /// Asks again at each change, until there is an answer.
    async fn wait<T>(self, what: String, found: impl Fn(&[Stored]) -> Option<T>) -> T {
        let mut changed = self.server.store().listen();
        let search = async {
            loop {
                changed.forget();
                if let Some(found) = found(&self.leases()) {
                    return found;
                }
                changed.rung().await;
            }
        };
        match timeout(self.limit, search).await {
            Ok(found) => found,
            Err(_) => panic!(
                "waited {:?} until lease {:?} {what}; it stands like this: {}",
                self.limit,
                self.lease,
                self.stand()
            ),
        }
    }

    fn leases(&self) -> Vec<Stored> {
        let store = self.server.store();
        if let Some(namespace) = &self.namespace {
            let key = Key::new(LEASES, namespace, &self.lease);
            return store.get(&key).cloned().into_iter().collect();
        }
        let all = store.range(LEASES, None);
        all.filter(|(key, _)| key.name == self.lease).map(|(_, stored)| stored.clone()).collect()
    }

    fn stand(&self) -> String {
        let stands: Vec<String> = self
            .leases()
            .iter()
            .map(|lease| format!("{}: {}", meta::text(&lease.object, "namespace"), lease.object["spec"]))
            .collect();
        if stands.is_empty() { "there is none".to_owned() } else { stands.join("; ") }
    }
}

fn holder(lease: &Value) -> Option<&str> {
    lease["spec"]["holderIdentity"].as_str().filter(|holder| !holder.is_empty())
}

fn is(holder: &str, writer: &str, who: &str) -> bool {
    holder == who || holder.strip_prefix(who).is_some_and(|rest| rest.starts_with('_')) || writer == who
}
