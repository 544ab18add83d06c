//! Stub.

use super::{Context, Outcome};

pub(super) async fn run(_: Context) -> anyhow::Result<Outcome> {
    anyhow::bail!("not there yet")
}
