//! What is seen of an election from outside, on the real API server.

mod events;
mod label;
mod names;
mod replica;
mod scrape;

use std::path::PathBuf;

use super::rights::shown::Shown;
use super::{Context, Outcome};
use crate::doc;
use crate::plane::{ADMIN, Plane};

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let plane = Plane::start(&context.binaries).await?;
    let ground = Ground {
        context: &context,
        plane: &plane,
        shown: Shown::read(&doc::read("rbac.md")?)?,
        admin: plane.kubeconfig(ADMIN)?,
    };
    let mut outcome = Outcome::default();
    events::run(&ground, &mut outcome).await?;
    label::run(&ground, &mut outcome).await?;
    names::run(&context, &plane, &mut outcome).await?;
    plane.shutdown().await?;
    Ok(outcome)
}

/// What all parts are given.
struct Ground<'a> {
    context: &'a Context,
    plane: &'a Plane,
    /// What `docs/rbac.md` grants.
    shown: Shown,
    admin: PathBuf,
}
