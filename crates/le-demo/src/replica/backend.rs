//! The election backend of this process.

use std::sync::Arc;

use le_config::HolderIdentity;
use le_core::{ElectorBuilder, Observers, Unopposed};

use crate::cli::ReplicaArgs;
use crate::object::OPERATOR;

/// The one line that changes with the backend.
pub(super) fn builder(
    args: &ReplicaArgs,
    client: kube::Client,
    observers: Observers,
) -> anyhow::Result<Arc<dyn ElectorBuilder>> {
    if args.without_election {
        return Ok(Arc::new(Unopposed.observed_by(observers)));
    }
    let identity = HolderIdentity::new(args.identity.to_string())?;
    let component = args.config()?.component(OPERATOR).with_identity(identity);
    let builder = le_lease::Builder::new(client, component).in_namespace(&args.namespace);
    Ok(Arc::new(builder.observed_by(observers)))
}
