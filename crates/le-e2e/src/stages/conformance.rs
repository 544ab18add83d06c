//! The suite that the embedded server passes, on the real one.

use super::{Context, Outcome};
use crate::conformance::{self, Server};
use crate::plane::{ADMIN, Plane};

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    // A server of its own: what the cases make there stays.
    let plane = Plane::start(&context.binaries).await?;
    let report = conformance::run(plane.client(ADMIN).await?, Server::Real, "", |_| {}).await?;
    let mut outcome = Outcome { passed: report.passed, ..Outcome::default() };
    outcome.failed =
        report.failures.iter().map(|failure| format!("{}: {}", failure.case, failure.message)).collect();
    plane.shutdown().await?;
    Ok(outcome)
}
