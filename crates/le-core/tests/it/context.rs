//! What a program knows about its election.

use std::sync::{Arc, Mutex};

use le_core::{
    Bucket, BuildError, ElectionContext, Elector, ElectorBuilder, Enqueue, LeaderAware, LedBuckets,
    StandingElector,
};

/// Notes for which queues it was asked, and refuses one.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Vec<String>>>);

impl ElectorBuilder for Noting {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        self.0.lock().unwrap().push(queue.to_owned());
        if queue == "bad" {
            return Err(BuildError::new(queue, "this queue is refused"));
        }
        Ok(Box::new(StandingElector::new(Bucket::whole("noted"), aware, Some(enqueue))))
    }
}

fn build<C>(context: &ElectionContext<C>, queue: &str) -> Result<Vec<Bucket>, BuildError> {
    let elector = context.build_elector(queue, Arc::new(LedBuckets::new()), Enqueue::nowhere())?;
    Ok(elector.initial_buckets())
}

#[test]
fn without_a_builder_there_is_no_election_and_one_replica_leads_everything() {
    let context = ElectionContext::new();
    assert!(!context.has_leader_election() && context.config().is_none());
    assert_eq!(build(&context, "queue").unwrap(), [Bucket::universal()]);
}

#[test]
fn with_a_builder_it_is_the_one_that_builds() {
    let noting = Noting::default();
    let context = ElectionContext::new().with_builder(noting.clone()).with_config(7_u32);
    assert!(context.has_leader_election());
    assert_eq!(context.config(), Some(&7));
    assert_eq!(build(&context.clone(), "queue").unwrap(), [Bucket::whole("noted")]);
    assert_eq!(*noting.0.lock().unwrap(), ["queue"]);
}

#[test]
fn what_the_builder_refuses_is_an_error_that_names_the_queue_and_keeps_the_cause() {
    let context = ElectionContext::new().with_builder(Arc::new(Noting::default()));
    let error = build(&context, "bad").unwrap_err();
    assert_eq!(error.to_string(), "the elector for \"bad\" cannot be built");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "this queue is refused");
}

#[test]
fn a_configuration_alone_elects_nobody() {
    let context = ElectionContext::new().with_config("config");
    assert!(!context.has_leader_election());
    assert_eq!(context.config(), Some(&"config"));
}
