//! A label on the pod of a leader, for a Service to select.

mod labelled;
mod worker;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kube::Client;
use le_core::{Bucket, ElectorBuilder, LeaderAware, Leadership};
use tokio::sync::watch;
use tokio::time::timeout;

pub use labelled::{Labelled, LabelledBuilder};

use worker::{Pod, Wearer, Worker, Worn};

/// How long the end of a term waits for the label to be away. A request that was under way has to end first; each may take half.
const PATIENCE: Duration = Duration::from_secs(2);

/// A label that this pod carries while it leads, so that a Service can select the leader. Cheap to clone; the clones are one.
///
/// ```no_run
/// # fn example(client: kube::Client, builder: le_core::Unopposed) {
/// # use le_observe::PodLabel;
/// let label = PodLabel::new(client, "acme.example.com/role", "leader");
/// let builder = label.around_all_of(builder); // to be used in its place
/// # let _ = builder;
/// # }
/// ```
///
/// With it, a Service with the selector `acme.example.com/role: leader` has the leader as its only endpoint. In order:
///
/// - The work is promoted first, and the label follows: nobody is sent to a leader that has not begun.
/// - At the end both go at the same moment: the label is taken away while the work winds down, so that neither waits for the other,
///   and the Lease is released after both. A label that cannot be taken away holds up the release for two seconds at most.
/// - It is there while the pod leads at least one bucket. A Service cannot tell buckets apart by it: for that take a label, and a
///   process, for each.
///
/// Requests are made by a task, one after the other, each for a second at most; no election waits for the label to be set, or fails
/// for it. What goes wrong is logged once, with what to grant, and is tried again: after five seconds, or after a minute where it is
/// forbidden. It takes the verb `patch` on `pods`. RBAC cannot say which label, and rarely which pod, for the names of a Deployment's
/// pods are not known before.
///
/// # Crashes
///
/// A leader that crashes, or is cut off, cannot take its label away. A process that starts anew in the same pod does so first of all.
/// A pod that is gone, or not ready, is no endpoint of a Service whatever its labels are. What remains is a pod that stays ready
/// while it neither leads nor reaches the API server: for as long as that lasts there may be two with the label, an old and a new
/// one. Where that matters, let readiness depend on leading ([`Leadership::is_valid`]), or address the leader by name
/// ([`le_core::Leaders`]), and let whoever is asked say whether it leads.
///
/// The same holds for a write whose answer was lost, should it arrive after the one that takes the label away.
#[derive(Clone)]
pub struct PodLabel {
    pod: Pod,
    worker: Arc<OnceLock<Handle>>,
}

/// The way to the task.
struct Handle {
    worn: watch::Sender<Worn>,
    settled: watch::Receiver<u64>,
}

impl PodLabel {
    /// Makes the label `key: value` for the pod that this process runs in: the one that the environment variables `POD_NAMESPACE`
    /// and `POD_NAME` name, else of the client's default namespace and the host's name, which are the pod's unless it uses the
    /// network of its node.
    ///
    /// Nothing is sent before it is used.
    pub fn new(client: Client, key: impl Into<String>, value: impl Into<String>) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let namespace = variable("POD_NAMESPACE").unwrap_or_else(|| client.default_namespace().to_owned());
        let host = || hostname::get().unwrap_or_default().to_string_lossy().into_owned();
        let name = variable("POD_NAME").unwrap_or_else(host);
        let pod = Pod { client, namespace, name, key: key.into(), value: value.into() };
        Self { pod, worker: Arc::default() }
    }

    /// Sets the pod. What was made from this before goes on with the one it had.
    #[must_use]
    pub fn on_pod(mut self, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        (self.pod.namespace, self.pod.name) = (namespace.into(), name.into());
        self.worker = Arc::default();
        self
    }

    /// Wraps whoever is told that leadership begins and ends: the label follows its promotions and demotions.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, on which the task of the label is started.
    pub fn around(&self, inner: Arc<dyn LeaderAware>) -> Labelled {
        self.handle();
        Labelled { inner, label: self.clone(), wearer: Wearer::new() }
    }

    /// Wraps a builder of electors, so that the label follows the promotions and demotions of all that it builds: for whoever gives
    /// a builder to something else, such as `Sharded` of le-runtime.
    pub fn around_all_of<B: ElectorBuilder>(&self, inner: B) -> LabelledBuilder<B> {
        LabelledBuilder { inner, label: self.clone() }
    }

    /// Runs the work of a leader with the label on: for `Election::run_while_leading` of le-lease, which has no [`LeaderAware`].
    ///
    /// The label is taken away once the work is told to wind down or ends by itself, and this returns when both have happened. To
    /// have it away before the release give the election `Ending::Tell`: with `Ending::Drop`, its default, this is dropped with the
    /// work, and label and Lease are given back at the same time.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// # use le_lease::{Election, Ending};
    /// # use le_observe::PodLabel;
    /// # let (client, stop) = (kube::Client::try_default().await?, tokio_util::sync::CancellationToken::new());
    /// let label = PodLabel::new(client.clone(), "acme.example.com/role", "leader");
    /// let election = Election::new(client, "my-operator")?.with_ending(Ending::Tell(Duration::from_secs(30)));
    /// let work = |leadership: le_core::Leadership| async move { leadership.stopping().await };
    /// election.run_while_leading(stop, |leadership| label.while_leading(leadership.clone(), work(leadership))).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As for [`around`](Self::around).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the work, and takes the label away in the background.
    pub fn while_leading<F: Future>(
        &self,
        leadership: Leadership,
        work: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let label = self.clone();
        // Here, and not when it is polled: it is the caller who is told of a panic.
        label.handle();
        async move {
            let (wearer, bucket) = (Wearer::new(), leadership.bucket().clone());
            let on = PutOn { label: &label, wearer, bucket: &bucket };
            label.put_on(wearer, leadership.clone());
            let takes_off = async {
                leadership.stopping().await;
                label.until_settled(label.take_off(wearer, &bucket)).await;
            };
            let (mut work, mut takes_off) = (std::pin::pin!(work), std::pin::pin!(takes_off));
            let output = tokio::select! {
                biased;
                output = &mut work => output,
                () = &mut takes_off => return work.await,
            };
            drop(on);
            label.until_settled(label.take_off(wearer, &bucket)).await;
            output
        }
    }

    fn handle(&self) -> &Handle {
        self.worker.get_or_init(|| {
            let (worn, seen) = watch::channel(Worn::default());
            let (settles, settled) = watch::channel(0);
            tokio::spawn(Worker::new(self.pod.clone(), seen, settles).run());
            Handle { worn, settled }
        })
    }

    /// Says that a bucket is led, from which the label follows.
    fn put_on(&self, who: Wearer, leadership: Leadership) {
        self.handle().worn.send_modify(|worn| worn.put_on(who, leadership));
    }

    /// Says that a bucket is not led any more. Returns which change that is.
    fn take_off(&self, who: Wearer, bucket: &Bucket) -> u64 {
        let mut change = 0;
        self.handle().worn.send_modify(|worn| change = worn.take_off(who, bucket));
        change
    }

    /// Waits until the label is as it was to be after this change, or could not be made so; for a bounded time.
    async fn until_settled(&self, change: u64) {
        let mut settled = self.handle().settled.clone();
        let _ = timeout(PATIENCE, settled.wait_for(|settled| *settled >= change)).await;
    }
}

/// Takes the label away when the work is dropped.
struct PutOn<'a> {
    label: &'a PodLabel,
    wearer: Wearer,
    bucket: &'a Bucket,
}

impl Drop for PutOn<'_> {
    fn drop(&mut self) {
        self.label.take_off(self.wearer, self.bucket);
    }
}

impl fmt::Debug for PodLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodLabel")
            .field("namespace", &self.pod.namespace)
            .field("pod", &self.pod.name)
            .field("key", &self.pod.key)
            .field("value", &self.pod.value)
            .finish_non_exhaustive()
    }
}
