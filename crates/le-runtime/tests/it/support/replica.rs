//! A replica of an operator that notes what it does.

use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::runtime::controller::Action;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client};
use le_core::{ElectorBuilder, Leadership};
use le_runtime::{Options, Report, RunError, Shard, Sharded};
use le_testkit::ApiServer;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Journal, What, ended};

type Habit = dyn Fn(Arc<ConfigMap>, Leadership) -> BoxFuture<'static, Result<Action, Refused>> + Send + Sync;

/// Why a reconcile failed.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// An operator before it runs. Without further words its reconciles do nothing but to be noted.
pub(crate) struct Operator {
    name: &'static str,
    queue: &'static str,
    journal: Journal,
    controller: Controller<ConfigMap>,
    options: Options,
    habit: Arc<Habit>,
    policy: Arc<dyn Fn() -> Action + Send + Sync>,
    observed: Option<Duration>,
}

/// An operator that runs.
pub(crate) struct Replica {
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), RunError>>,
    pub(crate) shard: Shard<ConfigMap>,
    reports: Arc<Mutex<Vec<Report>>>,
}

impl Operator {
    pub(crate) fn new(server: &ApiServer, name: &'static str, journal: &Journal) -> Self {
        Self::of(server.client(name), name, journal)
    }

    pub(crate) fn of(client: Client, name: &'static str, journal: &Journal) -> Self {
        Self {
            name,
            queue: "objects",
            journal: journal.clone(),
            controller: Controller::new(Api::default_namespaced(client), watcher::Config::default()),
            options: Options::default(),
            habit: Arc::new(|_, _| ready(Ok(Action::await_change())).boxed()),
            policy: Arc::new(Action::await_change),
            observed: None,
        }
    }

    pub(crate) fn queue(mut self, queue: &'static str) -> Self {
        self.queue = queue;
        self
    }

    pub(crate) fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    pub(crate) fn controller(
        mut self,
        change: impl FnOnce(Controller<ConfigMap>) -> Controller<ConfigMap>,
    ) -> Self {
        self.controller = change(self.controller);
        self
    }

    /// What a reconcile does.
    pub(crate) fn habit<Fut>(
        mut self,
        habit: impl Fn(Arc<ConfigMap>, Leadership) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<Action, Refused>> + Send + 'static,
    {
        self.habit = Arc::new(move |object, leadership| habit(object, leadership).boxed());
        self
    }

    /// How long a reconcile takes.
    pub(crate) fn taking(self, time: Duration) -> Self {
        self.habit(move |_, _| async move {
            sleep(time).await;
            Ok(Action::await_change())
        })
    }

    /// What the error policy says.
    pub(crate) fn policy(self, action: Action) -> Self {
        self.policy_with(move || action.clone())
    }

    pub(crate) fn policy_with(mut self, policy: impl Fn() -> Action + Send + Sync + 'static) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Has an observer, which takes this long.
    pub(crate) fn observing(mut self, time: Duration) -> Self {
        self.observed = Some(time);
        self
    }

    pub(crate) fn start(self, builder: &(impl ElectorBuilder + ?Sized)) -> Replica {
        self.start_until(builder, &CancellationToken::new())
    }

    pub(crate) fn start_until(
        self,
        builder: &(impl ElectorBuilder + ?Sized),
        stop: &CancellationToken,
    ) -> Replica {
        let stop = stop.clone();
        let (run, shard, reports) = self.prepare(builder, &stop);
        Replica { running: tokio::spawn(run), stop, shard, reports }
    }

    /// Returns the run itself.
    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    pub(crate) fn prepare(
        self,
        builder: &(impl ElectorBuilder + ?Sized),
        stop: &CancellationToken,
    ) -> (BoxFuture<'static, Result<(), RunError>>, Shard<ConfigMap>, Arc<Mutex<Vec<Report>>>) {
        let Self { name, queue, journal, controller, options, habit, policy, observed } = self;
        let reports: Arc<Mutex<Vec<Report>>> = Arc::default();
        let told = Arc::clone(&reports);
        let options = options.on_report(move |report| told.lock().unwrap().push(report.clone()));
        let mut sharded = Sharded::with_options(controller, builder, queue, options).unwrap();
        if let Some(time) = observed {
            let journal = journal.clone();
            sharded = sharded.observe(move |object| {
                let note = Note::new(&journal, name, What::Observed, object.name_any(), 0);
                async move {
                    sleep(time).await;
                    note.end();
                }
            });
        }
        let shard = sharded.shard().clone();
        let failures = journal.clone();
        let error_policy = move |object: Arc<ConfigMap>, _: &Refused, _: Arc<()>| {
            failures.write(name, What::Failed, &object.name_any(), 0);
            policy()
        };
        let reconcile = move |object: Arc<ConfigMap>, _: Arc<()>, leadership: Leadership| {
            let (journal, habit) = (journal.clone(), Arc::clone(&habit));
            async move {
                let (namespace, object_name) = (object.namespace().unwrap_or_default(), object.name_any());
                journal.begin(name, &namespace, &object_name, &leadership);
                let note = Note { journal, who: name, object: object_name, token: leadership.token().get() };
                let done = habit(object, leadership).await;
                note.end();
                done
            }
        };
        let run = sharded.run(reconcile, error_policy, Arc::new(()), stop.clone());
        (run.boxed(), shard, reports)
    }
}

impl Replica {
    pub(crate) fn reports(&self) -> Vec<Report> {
        self.reports.lock().unwrap().clone()
    }

    /// Stops it, and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        ended(self.running).await.unwrap().unwrap();
    }
}

/// Notes how something goes on that began.
struct Note {
    journal: Journal,
    who: &'static str,
    object: String,
    token: u64,
}

impl Note {
    fn new(journal: &Journal, who: &'static str, what: What, object: String, token: u64) -> Self {
        journal.write(who, what, &object, token);
        Self { journal: journal.clone(), who, object, token }
    }

    fn end(self) {
        self.journal.write(self.who, What::Ended, &self.object, self.token);
        std::mem::forget(self);
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.journal.write(self.who, What::Dropped, &self.object, self.token);
    }
}
