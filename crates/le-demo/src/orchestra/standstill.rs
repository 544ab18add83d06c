//! Makes one leader stand still, and looks at all replicas before, during and after.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, sleep_until};

use super::input::Input;
use super::probe::{self, Look};
use crate::fault::{Fault, Findings, Logged, Metric, Phases, Seen};
use crate::report::Replica;

/// How long everything must be calm before.
pub(super) const CALM: Duration = Duration::from_secs(2);
/// How long before the end it is looked how things are.
const EARLY: Duration = Duration::from_millis(500);
/// How long a replica may take to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after it is back it is looked again: facts reach the metrics within a second.
const LATER: Duration = Duration::from_millis(1500);

/// What is looked at of whoever stood still, and of whoever took over. `LABEL` stands for the label with the bucket.
const LEADER: [&str; 3] = [
    "leader_election_master_status{LABEL}",
    "leader_election_buckets_led",
    "leader_election_terms_ended_total{LABEL,reason=\"deadline_passed\"}",
];
const FOLLOWER: [&str; 3] = [
    "leader_election_master_status{LABEL}",
    "leader_election_terms_begun_total{LABEL,how=\"expired\"}",
    "leader_election_handover_duration_seconds_count{LABEL}",
];
const SINCE_RENEWAL: &str = "time() - leader_election_last_renewal_timestamp_seconds{LABEL}";

/// What happens next.
#[derive(Debug)]
pub(super) enum Step {
    /// The leader is to stand still from now on.
    Strike,
    /// It may go on.
    Lift,
    /// All has been looked at. What was logged is not in it.
    Over(Box<Findings>),
}

/// A fault as it is planned, and as it goes.
#[derive(Debug)]
pub(super) struct Standstill {
    pub(super) fault: Fault,
    lasts: Duration,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Stage {
    Waiting,
    /// This leader stands still, or is about to; what was logged since.
    Playing(Replica, Vec<Logged>),
    Over,
}

impl Standstill {
    pub(super) fn new(fault: Fault, lasts: Duration) -> Self {
        Self { fault, lasts, stage: Stage::Waiting }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// A replica has logged a line.
    pub(super) fn logged(&mut self, replica: Replica, line: &str) {
        if let Stage::Playing(_, log) = &mut self.stage {
            log.push(Logged { replica, line: line.to_owned() });
        }
    }

    /// Begins with this leader of this bucket. The steps come as inputs.
    pub(super) fn begin(
        &mut self,
        victim: Replica,
        bucket: String,
        replicas: BTreeMap<Replica, SocketAddr>,
        inputs: UnboundedSender<Input>,
    ) -> impl Future<Output = ()> + use<> {
        self.stage = Stage::Playing(victim, Vec::new());
        let (fault, lasts) = (self.fault, self.lasts);
        async move {
            // Whoever conducts is there until the last step.
            let step = |step| drop(inputs.send(Input::Standstill(step)));
            let before = look(&replicas).await;
            let began = Instant::now();
            step(Step::Strike);
            sleep_until(began + lasts - EARLY).await;
            let during = look(&replicas).await;
            sleep_until(began + lasts).await;
            step(Step::Lift);
            let after = until_back(&replicas, victim).await;
            let looks = [before, during, after];
            step(Step::Over(Box::new(find(fault, victim, bucket, lasts, &replicas, &looks))));
        }
    }
}

type Looks = BTreeMap<Replica, Look>;

async fn look(replicas: &BTreeMap<Replica, SocketAddr>) -> Looks {
    let looks = replicas.iter().map(async |(replica, address)| (*replica, Look::at(*address).await));
    join_all(looks).await.into_iter().collect()
}

async fn until_back(replicas: &BTreeMap<Replica, SocketAddr>, victim: Replica) -> Looks {
    let began = Instant::now();
    while began.elapsed() < PATIENCE && !look(replicas).await.get(&victim).is_some_and(Look::is_live) {
        sleep(EARLY / 10).await;
    }
    sleep(LATER).await;
    look(replicas).await
}

fn find(
    fault: Fault,
    victim: Replica,
    bucket: String,
    lasts: Duration,
    replicas: &BTreeMap<Replica, SocketAddr>,
    looks: &Phases<Looks>,
) -> Findings {
    let leads = |replica: &&Replica| {
        looks[1]
            .get(replica)
            .and_then(|look| look.value(FOLLOWER[0], &bucket))
            .is_some_and(|value| value > 0.0)
    };
    let follower = replicas.keys().filter(|replica| **replica != victim).find(leads);
    let seen = |replica: Replica, series: &[&'static str]| {
        let looks = looks.each_ref().map(|looks| &looks[&replica]);
        let metrics = series.iter().map(|series| Metric {
            series: probe::series(series, &bucket),
            values: looks.map(|look| look.value(series, &bucket)),
            is_time: false,
        });
        let since = Metric {
            series: probe::series(SINCE_RENEWAL, &bucket),
            values: looks.map(|look| look.since_renewal(&bucket)),
            is_time: true,
        };
        let metrics = metrics.chain([since]).collect();
        Seen { replica, livez: looks.map(|look| look.livez(&bucket)), metrics }
    };
    let mut seen_of = vec![seen(victim, &LEADER)];
    seen_of.extend(follower.map(|follower| seen(*follower, &FOLLOWER)));
    Findings {
        fault,
        replica: victim,
        seconds: lasts.as_secs_f64(),
        replicas: seen_of,
        log: Vec::new(),
        bucket,
    }
}
