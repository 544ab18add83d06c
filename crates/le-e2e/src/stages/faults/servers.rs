//! etcd and kube-apiserver are stopped and killed under fleets that have them to themselves.

use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use rustix::process::Signal;
use tokio::time::sleep;

use super::crew::Crew;
use super::scene::quick;
use crate::fleet::{Event, Extra, Fleet, Settings, now};
use crate::plane::Plane;
use crate::stages::{Context, Outcome};

/// Longer than the renew deadlines of both fleets.
const LONG: Duration = Duration::from_secs(9);

/// Longer than several attempts of the patient fleet, and shorter than its renew deadline.
const SHORT: Duration = Duration::from_secs(2);

/// What the participants go through.
struct Sufferers {
    plane: Plane,
    quick: Crew,
    patient: Crew,
}

/// Disrupts the control plane in one way after the other.
pub(super) async fn run(context: &Context, plane: Plane) -> Outcome {
    let mut outcome = Outcome::default();
    let sufferers = match start(context, plane).await {
        Ok(sufferers) => sufferers,
        Err(error) => {
            outcome.check("fleets that have servers to themselves lead", Err(error));
            return outcome;
        }
    };
    suffer(context, sufferers, &mut outcome).await;
    outcome
}

async fn suffer(context: &Context, mut all: Sufferers, outcome: &mut Outcome) {
    let mut check = |name: &str, result: anyhow::Result<()>, all: &Sufferers| {
        context.progress.say(name);
        outcome.check(name, result.map_err(|error| anyhow!("{error:#}\n{}", all.last_words())));
    };
    let result = all.etcd_for_a_short_time().await;
    check(
        "nobody patient loses a Lease while etcd is stopped for less than the renew deadline",
        result,
        &all,
    );
    let result = all.etcd_for_a_long_time().await;
    check("nobody acts beyond the deadline while etcd is stopped, and all is led soon after", result, &all);
    let result = all.api_server_stopped().await;
    check(
        "nobody acts beyond the deadline while the API server is stopped, and all is led soon after",
        result,
        &all,
    );
    let result = all.api_server_killed().await;
    check(
        "nobody acts beyond the deadline while there is no API server, and all is led soon after",
        result,
        &all,
    );
    let result = all.finish().await;
    check("nobody acted beside another while the servers failed", result, &all);
    let result = all.plane.shutdown().await;
    outcome.check("the servers that were stopped and killed end in order", result);
}

async fn start(context: &Context, plane: Plane) -> anyhow::Result<Sufferers> {
    let patient = Settings {
        lease: Duration::from_secs(10),
        renew: Duration::from_secs(8),
        retry: Duration::from_secs(1),
        buckets: 3,
        ..quick()
    };
    let mut crews = Vec::new();
    for (name, settings) in [("quick", Settings { buckets: 3, ..quick() }), ("patient", patient)] {
        let mut crew = Crew::new(Fleet::new(&plane, &context.binaries, name, settings).await?);
        for _ in 0..3 {
            crew.start(Extra::default())?;
        }
        crew.until_led(|_| true).await?;
        crews.push(crew);
    }
    let (Some(patient), Some(quick)) = (crews.pop(), crews.pop()) else { return Err(anyhow!("no fleets")) };
    Ok(Sufferers { plane, quick, patient })
}

impl Sufferers {
    async fn etcd_for_a_short_time(&mut self) -> anyhow::Result<()> {
        let mark = self.patient.fleet.journal.mark();
        self.plane.etcd().signal(Signal::STOP)?;
        sleep(SHORT).await;
        self.plane.etcd().signal(Signal::CONT)?;
        self.until_led().await?;
        sleep(SHORT).await;
        let entries = self.patient.fleet.journal.entries();
        let lost = entries[mark..].iter().find(|entry| matches!(entry.event, Event::Stop { .. }));
        ensure!(lost.is_none(), "somebody lost a Lease: {lost:?}");
        Ok(())
    }

    async fn etcd_for_a_long_time(&mut self) -> anyhow::Result<()> {
        self.plane.etcd().signal(Signal::STOP)?;
        let stopped = now();
        sleep(LONG).await;
        let silent = self.silent_since(stopped);
        self.plane.etcd().signal(Signal::CONT)?;
        silent?;
        self.until_led().await
    }

    async fn api_server_stopped(&mut self) -> anyhow::Result<()> {
        self.plane.api_server().signal(Signal::STOP)?;
        let stopped = now();
        sleep(LONG).await;
        let silent = self.silent_since(stopped);
        self.plane.api_server().signal(Signal::CONT)?;
        silent?;
        self.until_led().await
    }

    async fn api_server_killed(&mut self) -> anyhow::Result<()> {
        self.plane.api_server().kill().await?;
        let killed = now();
        sleep(LONG).await;
        let silent = self.silent_since(killed);
        self.plane.api_server().start_again()?;
        silent?;
        self.plane.until_ready().await?;
        self.until_led().await
    }

    /// Makes sure that nobody acted beyond the renew deadline, nor began to lead.
    fn silent_since(&self, moment: f64) -> anyhow::Result<()> {
        for crew in [&self.quick, &self.patient] {
            crew.acted_no_later(|_| true, moment)?;
            // What the server had done by then may have been answered a moment later.
            let began = crew.next_terms(|_| true, moment + 1.0);
            ensure!(began.is_empty(), "somebody began to lead without a server, after {began:?} s");
        }
        Ok(())
    }

    async fn until_led(&self) -> anyhow::Result<()> {
        for crew in [&self.quick, &self.patient] {
            crew.until_led(|_| true).await.context("the servers are back")?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> anyhow::Result<()> {
        let (quick, patient) = (self.quick.finish().await, self.patient.finish().await);
        quick.and(patient)
    }

    fn last_words(&self) -> String {
        format!("{}\n{}", self.quick.fleet.last_words(), self.patient.fleet.last_words())
    }
}
