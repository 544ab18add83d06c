//! The parts of a run, each of which can be run alone.

mod commands;
mod conformance;
mod faults;
mod figures;
mod go;
mod observe;
mod operators;
mod rights;
mod smoke;
mod vectors;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;

use crate::progress::Progress;
use crate::tools::Binaries;

/// What a stage is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// The programs.
    pub binaries: Arc<Binaries>,
    /// Where to say how it goes.
    pub progress: Progress,
    /// What chance is drawn from.
    pub seed: u64,
}

/// What a stage says at its end.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// How many checks passed.
    pub passed: usize,
    /// What failed, in words.
    pub failed: Vec<String>,
    /// What is to be known, a line each: figures, and what others did.
    pub notes: Vec<String>,
    /// Measured figures.
    pub figures: Vec<Figure>,
}

/// One measured figure, beside client-go's.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// What was measured, with its unit.
    pub name: String,
    /// Ours.
    pub ours: f64,
    /// client-go's, in the same run.
    pub client_go: Option<f64>,
    /// What is to be reached, in words, where something is.
    pub target: Option<String>,
    /// Whether it is reached.
    pub met: Option<bool>,
}

impl Outcome {
    /// Counts a check, and keeps why it failed.
    pub fn check(&mut self, what: &str, result: anyhow::Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => self.failed.push(format!("{what}: {error:#}")),
        }
    }

    /// Adds what came out elsewhere.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.notes.extend(other.notes);
        self.figures.extend(other.figures);
    }
}

/// A part of a run.
#[derive(Clone, Copy)]
pub struct Stage {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// How long it may take before it counts as stuck.
    pub limit: Duration,
    /// Does it.
    pub run: fn(Context) -> BoxFuture<'static, anyhow::Result<Outcome>>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All of them, in the order of a run.
pub const STAGES: &[Stage] = &[
    stage("smoke", "one fleet hands over, by SIGTERM and by SIGKILL", 2, |context| {
        Box::pin(smoke::run(context))
    }),
    stage("vectors", "fresh golden vectors from the reference", 5, |context| Box::pin(vectors::run(context))),
    stage("conformance", "what the embedded server promises, asked of the real one", 5, |context| {
        Box::pin(conformance::run(context))
    }),
    stage("faults", "processes, network and servers fail under three participants", 15, |context| {
        Box::pin(faults::run(context))
    }),
    stage(
        "operators",
        "three operators of le-runtime write into a store that checks their tokens",
        10,
        |context| Box::pin(operators::run(context)),
    ),
    stage("rights", "the configuration from the cluster, and each right taken away in turn", 10, |context| {
        Box::pin(rights::run(context))
    }),
    stage("commands", "`kubectl le` and chaosduck on Leases of client-go, Knative and ours", 10, |context| {
        Box::pin(commands::run(context))
    }),
    stage(
        "observe",
        "what is seen from outside: client-go's two metrics, Events, and the label",
        10,
        |context| Box::pin(observe::run(context)),
    ),
    stage("go", "beside client-go and Knative on the same Leases", 15, |context| Box::pin(go::run(context))),
    stage("figures", "hand-over, take-over and requests beside client-go", 15, |context| {
        Box::pin(figures::run(context))
    }),
];

const fn stage(
    name: &'static str,
    about: &'static str,
    minutes: u64,
    run: fn(Context) -> BoxFuture<'static, anyhow::Result<Outcome>>,
) -> Stage {
    Stage { name, about, limit: Duration::from_secs(60 * minutes), run }
}
