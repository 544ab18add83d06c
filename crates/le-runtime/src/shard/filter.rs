//! Lets a reconcile function see the keys of led buckets only.

use std::future::{Future, Ready, ready};
use std::hash::Hash;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, Either};
use kube::Resource;
use kube::runtime::controller::Action;
use le_core::Leadership;

use super::session::Dropped;
use super::{Shard, key_of};
use crate::Report;

/// What a wrapped reconcile function returns: a skipped key costs no allocation.
pub type Reconciling<E> = Either<Ready<Result<Action, E>>, BoxFuture<'static, Result<Action, E>>>;

impl<K> Shard<K>
where
    K: Resource + Clone + Send + Sync + 'static,
    K::DynamicType: Hash + Eq + Clone + Send + Sync,
{
    /// Wraps a reconcile function: it is called for keys whose bucket is led here at that moment, with the leadership of that
    /// bucket. All other keys are skipped, and not requeued: the promotion of their bucket enqueues them.
    ///
    /// What it is in the middle of when leadership is lost is dropped at its next await, or left to finish:
    /// [`Options::on_loss`](crate::Options::on_loss).
    pub fn reconciler<Ctx, F, Fut, E>(
        &self,
        reconcile: F,
    ) -> impl FnMut(Arc<K>, Arc<Ctx>) -> Reconciling<E> + use<K, Ctx, F, Fut, E>
    where
        F: FnMut(Arc<K>, Arc<Ctx>, Leadership) -> Fut,
        Fut: Future<Output = Result<Action, E>> + Send + 'static,
        E: Send + 'static,
    {
        self.route(reconcile, |_| skip())
    }

    /// Wraps a reconcile function as [`reconciler`](Self::reconciler) does, and has `observe` called for the keys that are led
    /// elsewhere: it may read and remember, and must not write. (Knative calls such a function `ObserveKind`.) It is dropped at
    /// its next await when its key is led here, so that nothing keeps the reconcile waiting.
    pub fn reconciler_and_observer<Ctx, F, Fut, E, O, Seen>(
        &self,
        reconcile: F,
        observe: O,
    ) -> impl FnMut(Arc<K>, Arc<Ctx>) -> Reconciling<E> + use<K, Ctx, F, Fut, E, O, Seen>
    where
        F: FnMut(Arc<K>, Arc<Ctx>, Leadership) -> Fut,
        O: Fn(Arc<K>) -> Seen,
        Fut: Future<Output = Result<Action, E>> + Send + 'static,
        Seen: Future<Output = ()> + Send + 'static,
        E: Send + 'static,
    {
        let shard = self.clone();
        self.route(reconcile, move |object| shard.observing(&object, observe(Arc::clone(&object))))
    }

    /// Runs an observer for as long as its object is led elsewhere.
    pub(crate) fn observing<E>(
        &self,
        object: &Arc<K>,
        observer: impl Future<Output = ()> + Send + 'static,
    ) -> Reconciling<E>
    where
        E: Send + 'static,
    {
        let (shard, object) = (self.clone(), Arc::clone(object));
        async move {
            let key = key_of(&*object);
            tokio::select! {
                biased;
                () = shard.inner.terms.until_led(&key) => {}
                () = observer => {}
            }
            Ok(Action::await_change())
        }
        .boxed()
        .right_future()
    }

    /// Wraps an error policy: an object whose bucket is not led here any more is not tried again here.
    pub fn error_policy<Ctx, E, F>(
        &self,
        policy: F,
    ) -> impl Fn(Arc<K>, &E, Arc<Ctx>) -> Action + use<K, Ctx, E, F>
    where
        F: Fn(Arc<K>, &E, Arc<Ctx>) -> Action,
    {
        let shard = self.clone();
        move |object, error, context| {
            if shard.leads(&object) { policy(object, error, context) } else { Action::await_change() }
        }
    }

    pub(crate) fn route<Ctx, F, Fut, E, O>(
        &self,
        mut reconcile: F,
        elsewhere: O,
    ) -> impl FnMut(Arc<K>, Arc<Ctx>) -> Reconciling<E> + use<K, Ctx, F, Fut, E, O>
    where
        F: FnMut(Arc<K>, Arc<Ctx>, Leadership) -> Fut,
        O: Fn(Arc<K>) -> Reconciling<E>,
        Fut: Future<Output = Result<Action, E>> + Send + 'static,
        E: Send + 'static,
    {
        let (shard, mut entrance) = (self.clone(), self.inner.terms.entrance());
        move |object, context| {
            let Some(pass) = entrance.enter(&key_of(&*object)) else { return elsewhere(object) };
            let work = reconcile(Arc::clone(&object), context, pass.leadership().clone());
            let shard = shard.clone();
            async move {
                let options = shard.options();
                pass.run(options.on_loss, work).await.unwrap_or_else(|dropped| {
                    if let Dropped::Lost = dropped {
                        let bucket = pass.leadership().bucket().name().clone();
                        options.report(Report::Cancelled { bucket, key: key_of(&*object).into_owned() });
                    }
                    Ok(Action::await_change())
                })
            }
            .boxed()
            .right_future()
        }
    }
}

pub(crate) fn skip<E>() -> Reconciling<E> {
    ready(Ok(Action::await_change())).left_future()
}
