//! Events on Leases, for `kubectl get events` and `kubectl describe lease`.

mod post;
mod words;

use std::fmt;
use std::time::Duration;

use kube::Client;
use le_core::{Began, Candidate, Observer, Observers, Stopped, Won};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use post::{Mail, Post};
use words::Notice;

/// How many Events may wait to be sent.
const QUEUE: usize = 256;

/// Who reports, where nobody says otherwise.
const CONTROLLER: &str = "leader-election";

/// Writes an Event on the Lease whenever this replica begins or stops to lead. Cheap to clone; the clones are one.
///
/// It is an [`Observer`], off unless it is added:
///
/// ```no_run
/// # #[cfg(all(feature = "events", feature = "health", feature = "metrics"))]
/// # async fn example(client: kube::Client) {
/// # use std::time::Duration;
/// # use le_observe::{Events, Observe};
/// # let mut registry = prometheus_client::registry::Registry::default();
/// let events = Events::new(client, "acme").reported_by("widget-operator");
/// let observe = Observe::new(&mut registry).with(events.clone());
/// // ... the elections run, and end ...
/// events.flush(&observe.observers(), Duration::from_secs(5)).await;
/// # }
/// ```
///
/// The Events are of `events.k8s.io/v1`, by kube-runtime's recorder. As client-go's, their reason is `LeaderElection`, and their notes
/// begin with `<identity> became leader` and `<identity> stopped leading`; after a colon it says how the Lease was won, or why the
/// term ended. An end that nobody asked for is a `Warning`. What happens again within six minutes is counted on the first Event of
/// its kind.
///
/// They take the verbs `create` and `patch` on `events` of the API group `events.k8s.io`. Where that is forbidden, it is logged once
/// with what to grant, nothing is sent for an hour, and then the next Event is tried again without a word. Any other failure is
/// logged once, too, and the Event is lost.
///
/// Requests are sent by a task, one after the other, each for five seconds at most. For every Event the Lease is read, if that is
/// allowed, since `kubectl describe` finds only Events that have its uid. No election waits for any of it; where more than 256
/// Events wait, further ones are dropped. Without a Lease, which is by ordinal or unopposed, there are no Events.
#[derive(Clone)]
pub struct Events {
    client: Client,
    namespace: String,
    mail: mpsc::Sender<Mail>,
}

impl Events {
    /// Makes an observer that writes Events on the Leases in `namespace`, into the same namespace, as the controller
    /// `leader-election`. The instance that reports is the identity of the candidate.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, on which its task is started. It ends with the last clone.
    pub fn new(client: Client, namespace: impl Into<String>) -> Self {
        Self::start(client, namespace.into(), CONTROLLER.to_owned())
    }

    /// Sets the controller that reports; usually the name of the Deployment.
    ///
    /// # Panics
    ///
    /// As for [`new`](Self::new).
    #[must_use]
    pub fn reported_by(self, controller: impl Into<String>) -> Self {
        Self::start(self.client, self.namespace, controller.into())
    }

    fn start(client: Client, namespace: String, controller: String) -> Self {
        let (mail, received) = mpsc::channel(QUEUE);
        let post = Post::new(client.clone(), namespace.clone(), controller);
        tokio::spawn(post.run(received));
        Self { client, namespace, mail }
    }

    /// Waits until all that candidates told so far has been sent, for `at_most` at most: before a program ends, which takes the
    /// task with it. Returns false when that took longer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn flush(&self, observers: &Observers, at_most: Duration) -> bool {
        let (until, observers) = (Instant::now() + at_most, observers.clone());
        let told = tokio::task::spawn_blocking(move || observers.flush(at_most));
        if !matches!(told.await, Ok(true)) {
            return false;
        }
        let (done, sent) = oneshot::channel();
        let flush = async { self.mail.send(Mail::Flush(done)).await.is_ok() && sent.await.is_ok() };
        timeout_at(until, flush).await.unwrap_or(false)
    }

    fn send(&self, notice: Notice) {
        if self.mail.try_send(Mail::Notice(notice)).is_err() {
            tracing::debug!("an Event was dropped: too many wait to be sent");
        }
    }
}

impl Observer for Events {
    fn began(&self, candidate: &Candidate, term: &Began) {
        if term.won != Won::Standing {
            self.send(Notice::began(candidate, term));
        }
    }

    fn stopped(&self, candidate: &Candidate, term: &Stopped) {
        // A right that does not run out comes without a Lease.
        if term.left.is_some() {
            self.send(Notice::stopped(candidate, term));
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}
