//! What ends a run.

use kube::runtime::controller::RunnerError;
use le_core::ElectorError;

/// Why a run ended without being told to. No error of an API server is a reason, nor is one of a reconcile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The elector cannot go on; its error says who must act.
    #[error("the election ended")]
    Election(#[from] ElectorError),
    /// Nobody fills the cache any more: the watch that the controller was made with is gone. The program is wrong.
    #[error("the controller's cache is filled by nobody")]
    Cache(#[from] RunnerError),
}
