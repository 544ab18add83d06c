//! Enters what happens in the books, and shows it.

use std::collections::BTreeSet;
use std::time::Duration;

use le_config::Config;
use le_core::{BucketName, NamespacedName};
use le_hash::BucketSet;

use super::churn::Change;
use super::cluster::Cluster;
use super::fleet::{Fleet, describe};
use super::input::{Exit, LeaseSeen};
use crate::fault::{Fault, Findings};
use crate::ledger::{Kind, Ledger, Source, Summary, Written};
use crate::object::{OPERATOR, QUEUE, Record};
use crate::report::{Line, Replica, Report};
use crate::stamp::Stamp;
use crate::view::{Board, Counts, Event, View};

/// Of so many overlaps each is told of; there are either none or many.
const TOLD: usize = 5;

/// The books and the views.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) ledger: Ledger,
    board: Board,
    view: View,
    buckets: BucketSet,
    namespace: String,
    troubles: usize,
}

impl Scene {
    pub(super) fn new(
        config: &Config,
        cluster: &Cluster,
        view: View,
        duration: Duration,
    ) -> anyhow::Result<Self> {
        let names = config.component(OPERATOR).lease_names(QUEUE)?;
        let buckets = BucketSet::new(&names)?;
        let board = Board::new(buckets.names(), duration);
        let namespace = cluster.namespace().to_owned();
        let mut scene = Self { ledger: Ledger::default(), board, view, buckets, namespace, troubles: 0 };
        let event =
            Event::Cluster { server: cluster.server().to_owned(), namespace: scene.namespace.clone() };
        scene.tell(Stamp::now(), event);
        Ok(scene)
    }

    /// A replica reported.
    pub(super) fn report(&mut self, replica: Replica, line: Line) {
        let Line { at, report } = line;
        let mut handover = None;
        match &report {
            Report::Started { .. } => {}
            Report::Lead { bucket, token } => {
                let bucket = BucketName::from(bucket.as_str());
                self.board.led(&bucket, *token);
                handover = self.ledger.handovers.led(replica, bucket, *token, at);
            }
            Report::Stop { bucket, token, .. } => {
                self.ledger.handovers.stopped(replica, &bucket.as_str().into(), *token, at);
            }
            Report::Begin { object, .. } => self.ledger.hands.begin(replica, object.clone(), at),
            Report::End { object, .. } => self.ledger.hands.end(replica, object, at),
        }
        self.tell(at, Event::Report { replica, report });
        if let Some(done) = handover {
            let event = Event::Handover {
                kind: done.kind,
                bucket: done.bucket.to_string(),
                from: done.from,
                to: done.to,
                seconds: done.took.as_secs_f64(),
            };
            self.tell(at, event);
            self.board.handed_over(at, done);
        }
    }

    /// A replica gets a signal.
    pub(super) fn signal(&mut self, replica: Replica, kind: Kind, at: Stamp) {
        self.ledger.handovers.struck(replica, kind, at);
        self.tell(at, Event::Signal { kind, replica });
    }

    /// A leader is made to stand still.
    pub(super) fn stands_still(&mut self, replica: Replica, fault: Fault, at: Stamp) {
        self.ledger.hands.stands_still(replica, at);
        self.tell(at, Event::Standstill { fault, replica });
    }

    /// It goes on.
    pub(super) fn goes_on(&mut self, replica: Replica, at: Stamp) {
        self.ledger.hands.goes_on(replica, at);
    }

    /// All of a fault was seen.
    pub(super) fn found(&mut self, findings: Findings) {
        self.tell(Stamp::now(), Event::Found(findings));
    }

    /// A process has ended.
    pub(super) fn exited(&mut self, replica: Replica, exit: &Exit) {
        self.ledger.hands.died(replica, exit.at);
        self.ledger.handovers.died(replica);
        self.tell(exit.at, Event::Exited { replica, status: describe(exit) });
    }

    /// The API server has taken a change.
    pub(super) fn changed(&mut self, change: Change) {
        let generations = &mut self.ledger.generations;
        let event = match change {
            Change::Create { object } => {
                generations.created(&object);
                Event::Created { object }
            }
            Change::Update { object, generation } => {
                generations.changed(&object, generation);
                Event::Changed { object, generation }
            }
            Change::Delete { object } => {
                generations.deleted(&object);
                Event::Deleted { object }
            }
        };
        self.tell(Stamp::now(), event);
    }

    /// A record was written.
    pub(super) fn record(&mut self, object: &str, record: Record, source: Source) {
        // The bucket is looked up here: what a replica says of it is what is to be proved.
        let bucket = self.buckets.owner(&NamespacedName::new(self.namespace.as_str(), object));
        let said = format!("{} wrote the record of {object} under token {}", record.replica, record.token);
        self.ledger.generations.handled(object, record.generation);
        let written = self.ledger.records.written(object, bucket.clone(), record, source);
        self.board.written(&bucket, written);
        if written == Written::Stale {
            self.trouble(format!("{said}, after a newer one had written to {bucket}"));
        }
    }

    /// A Lease was written.
    pub(super) fn lease(&mut self, seen: LeaseSeen) {
        self.board.lease(seen.lease, seen.at);
    }

    /// Something went wrong.
    pub(super) fn trouble(&mut self, message: String) {
        self.troubles += 1;
        self.board.trouble(message.clone());
        self.tell(Stamp::now(), Event::Trouble { message });
    }

    /// Returns the buckets that wait for a leader, or for the next one after a signal.
    pub(super) fn waiting(&self) -> BTreeSet<BucketName> {
        let handovers = &self.ledger.handovers;
        let without = self.buckets.names().into_iter().filter(|bucket| !handovers.is_led(bucket));
        without.chain(handovers.pending().cloned()).collect()
    }

    /// Shows how things stand.
    pub(super) fn draw(&mut self, fleet: &Fleet) -> std::io::Result<()> {
        self.board.set_replicas(fleet.states(), fleet.living());
        self.board.count(Counts {
            objects: self.ledger.generations.objects(),
            generations: self.ledger.generations.count(),
            unhandled: self.ledger.generations.unhandled(),
            stale: self.ledger.records.stale(),
            resynced: self.ledger.records.resynced(),
        });
        let now = Stamp::now();
        for (bucket, state) in self.board.new_states(now) {
            self.tell(now, Event::Lease { bucket: bucket.to_string(), state });
        }
        self.view.draw(&self.board)
    }

    /// Ends the view without a verdict.
    pub(super) fn abandon(self) {
        self.view.finish(None);
    }

    /// Ends the view with the summary. Tells whether all went well.
    pub(super) fn conclude(mut self) -> bool {
        for overlap in self.ledger.hands.overlaps().into_iter().take(TOLD) {
            let (first, second) = overlap.replicas;
            self.trouble(format!("{} was in the hands of {first} when {second} took it", overlap.object));
        }
        let summary: Summary = self.ledger.summary();
        let clean = summary.is_clean() && self.troubles == 0;
        self.view.finish(Some(summary));
        clean
    }

    fn tell(&mut self, at: Stamp, event: Event) {
        self.view.event(at, &event);
    }
}
