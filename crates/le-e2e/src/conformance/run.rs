//! Runs the cases, some at a time.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use kube::Client;
use tokio::time::{Instant, timeout};

use super::*;

/// How many cases run at a time: watches on a real server wait for seconds, and do so side by side.
const AT_A_TIME: usize = 8;

/// How long a case may take.
const LIMIT: Duration = Duration::from_secs(30);

/// The cases of all files.
const ALL: &[&[Case]] = &[
    apply::CASES,
    apply_fields::CASES,
    collection::CASES,
    config_maps::CASES,
    create::CASES,
    custom::CASES,
    delete::CASES,
    discovery::CASES,
    events::CASES,
    get::CASES,
    json_patch::CASES,
    lease::CASES,
    lease_times::CASES,
    lease_update::CASES,
    list::CASES,
    media::CASES,
    merge_patch::CASES,
    metadata::CASES,
    names::CASES,
    namespaces::CASES,
    paging::CASES,
    paths::CASES,
    pods::CASES,
    preconditions::CASES,
    protobuf::CASES,
    secrets::CASES,
    selectors::CASES,
    strategic::CASES,
    tables::CASES,
    unknown_fields::CASES,
    update::CASES,
    versions::CASES,
    watch::CASES,
    watch_options::CASES,
    watch_selectors::CASES,
    workloads::CASES,
];

/// Returns all cases, file by file.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    ALL.iter().copied().flatten()
}

/// How one case went.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Which one.
    pub case: &'static Case,
    /// How long it took.
    pub took: Duration,
    /// What was not as it should be; `None` where all was.
    pub failure: Option<String>,
}

/// A case that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Which one.
    pub case: &'static Case,
    /// What was not as it should be.
    pub message: String,
}

/// How all of them went.
#[derive(Debug, Default)]
#[must_use = "it says whether the server is as it should be"]
#[non_exhaustive]
pub struct Report {
    /// How many passed.
    pub passed: usize,
    /// Those that did not, in the order of the files.
    pub failures: Vec<Failure>,
    /// How long it took in all.
    pub took: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{}: {}", failure.case, failure.message)?;
        }
        let seconds = self.took.as_secs_f64();
        write!(f, "{} passed, {} failed in {seconds:.1} s", self.passed, self.failures.len())
    }
}

/// Runs the cases whose `group::name` contains `only`, and tells of each as soon as it is done.
///
/// The client must be an administrator's, and must not repeat requests by itself (`default_retry` off): cases provoke the answers
/// that kube would try again after.
///
/// # Errors
///
/// When the server cannot be prepared for the cases, or when no case has such a name. Cases that fail are in the report.
pub async fn run(
    client: Client,
    server: Server,
    only: &str,
    mut progress: impl FnMut(&Outcome) + Send,
) -> Result<Report> {
    let start = Instant::now();
    let chosen: Vec<&'static Case> = cases().filter(|case| case.to_string().contains(only)).collect();
    anyhow::ensure!(!chosen.is_empty(), "no case has {only:?} in its name");
    if server == Server::Real {
        kinds::define(&client).await.context("the custom resource cannot be defined")?;
    }
    let running: Vec<BoxFuture<'static, Outcome>> =
        chosen.into_iter().map(|case| one(case, client.clone(), server).boxed()).collect();
    let mut outcomes = stream::iter(running).buffer_unordered(AT_A_TIME);
    let mut report = Report::default();
    while let Some(outcome) = outcomes.next().await {
        progress(&outcome);
        match outcome.failure {
            None => report.passed += 1,
            Some(message) => report.failures.push(Failure { case: outcome.case, message }),
        }
    }
    report.failures.sort_by_key(|failure| cases().position(|case| std::ptr::eq(case, failure.case)));
    report.took = start.elapsed();
    Ok(report)
}

async fn one(case: &'static Case, client: Client, server: Server) -> Outcome {
    let start = Instant::now();
    let proof = AssertUnwindSafe(async {
        let bench = Bench::new(client, server).await?;
        (case.run)(bench).await
    });
    let failure = match timeout(LIMIT, proof.catch_unwind()).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(error))) => Some(format!("{error:#}")),
        Ok(Err(panic)) => Some(panic_message(&*panic).to_string()),
        Err(_) => Some(format!("was not done after {LIMIT:?}")),
    };
    Outcome { case, took: start.elapsed(), failure }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    anyhow!("panicked: {}", text.unwrap_or("without a message"))
}
