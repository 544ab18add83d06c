//! What is seen of an election from outside, on the real control plane.

mod names;
mod scrape;

use super::{Context, Outcome};
use crate::plane::Plane;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let plane = Plane::start(&context.binaries).await?;
    let mut outcome = Outcome::default();
    names::run(&context, &plane, &mut outcome).await?;
    plane.shutdown().await?;
    Ok(outcome)
}
