//! The programs for people, on Leases of client-go, Knative and ours: `kubectl le`, and `chaosduck`.

mod look;
mod pond;
mod said;
mod strike;

use super::{Context, Outcome};
use crate::plane::Plane;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let plane = Plane::start(&context.binaries).await?;
    let mut outcome = Outcome::default();
    look::run(&context, &plane, &mut outcome).await?;
    strike::run(&context, &plane, &mut outcome).await?;
    plane.shutdown().await?;
    Ok(outcome)
}
