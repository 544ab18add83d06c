//! What can go wrong with an election, and who must act.

use le_config::{IdentityError, LeaseNameError};
use le_core::FailReason;

/// An election cannot begin: somebody must change the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ElectionError {
    /// The name of a Lease is no object name, or two buckets have one name. Whoever names the component or its queues must act.
    #[error("the leases cannot be named")]
    LeaseName(#[from] LeaseNameError),
    /// The identity cannot be written into a Lease. Whoever sets it, or the host's name, must act.
    #[error("the holder identity cannot be used")]
    Identity(#[from] IdentityError),
    /// The namespace is no name of a namespace. Whoever sets it must act.
    #[error(
        "namespace {namespace:?} cannot be one: use at most 63 lower-case letters, digits and '-', beginning and ending with a \
         letter or a digit"
    )]
    Namespace {
        /// The namespace.
        namespace: String,
    },
    /// The buckets cannot be told apart by their names.
    #[error("the buckets cannot be made")]
    Buckets(#[from] le_hash::BucketSetError),
}

/// A request about a Lease came to nothing. It is reported and tried again; no error of the API server ends an election.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseError {
    /// The API server does not let this replica in. Whoever deploys it must act.
    #[error(
        "not allowed to {verb} leases in namespace {namespace:?}: grant the service account the verb {verb:?} on \"leases\" of \
         the API group \"coordination.k8s.io\" by a Role in that namespace"
    )]
    Forbidden {
        /// The namespace of the Leases.
        namespace: String,
        /// What was tried: get, create, update, list or watch.
        verb: &'static str,
        /// What the server said.
        #[source]
        source: Box<kube::Error>,
    },
    /// The API server does not know who asks. Whoever deploys the replica must act.
    #[error(
        "the API server does not accept the credentials: check the service account's token or the kubeconfig"
    )]
    Unauthorized(#[source] Box<kube::Error>),
    /// The namespace does not exist, or is being deleted. Whoever deploys the replica must act.
    #[error(
        "there is no namespace {namespace:?}, or it is being deleted: create it, or set SYSTEM_NAMESPACE to another"
    )]
    NoNamespace {
        /// The namespace.
        namespace: String,
        /// What the server said.
        #[source]
        source: Box<kube::Error>,
    },
    /// The API server, or an admission webhook, refuses the Lease as it is. Whoever changed the Lease or the webhook must act.
    #[error("the API server refuses what this replica writes: mend or delete the lease")]
    Invalid(#[source] Box<kube::Error>),
    /// The API server asks for fewer requests. Nobody must act unless it lasts.
    #[error("the API server asks for fewer requests")]
    Throttled(#[source] Box<kube::Error>),
    /// The answer makes no sense. If it lasts, something between this replica and the API server is broken.
    #[error("the answer cannot be read")]
    Unreadable(#[source] Option<Box<kube::Error>>),
    /// There was no answer in time. Nobody must act unless it lasts.
    #[error("no answer in time")]
    TimedOut,
    /// The API server could not be reached, or failed. Nobody must act unless it lasts.
    #[error("the API server cannot be reached, or failed")]
    Unavailable(#[source] Box<kube::Error>),
}

impl LeaseError {
    /// Tells an error of the API server apart from others of its kind.
    pub(crate) fn new(namespace: &str, verb: &'static str, source: kube::Error) -> Self {
        let namespace = namespace.to_owned();
        let status = match &source {
            kube::Error::Api(status) => Some(status.clone()),
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
                return Self::Unreadable(Some(Box::new(source)));
            }
            kube::Error::Auth(_) => return Self::Unauthorized(Box::new(source)),
            _ => None,
        };
        let source = Box::new(source);
        let Some(status) = status else { return Self::Unavailable(source) };
        let causes = status.details.iter().flat_map(|details| &details.causes);
        let is_terminating = causes.into_iter().any(|cause| cause.reason == "NamespaceTerminating");
        match status.code {
            401 => Self::Unauthorized(source),
            403 if !is_terminating => Self::Forbidden { namespace, verb, source },
            403 | 404 => Self::NoNamespace { namespace, source },
            400 | 422 => Self::Invalid(source),
            429 => Self::Throttled(source),
            _ => Self::Unavailable(source),
        }
    }

    /// Returns what observers know it as.
    pub(crate) fn reason(&self) -> FailReason {
        match self {
            Self::Forbidden { .. } => FailReason::Forbidden,
            Self::Unauthorized(_) => FailReason::Unauthorized,
            Self::NoNamespace { .. } => FailReason::NoNamespace,
            Self::Invalid(_) => FailReason::Invalid,
            Self::Throttled(_) => FailReason::Throttled,
            Self::Unreadable(_) => FailReason::Unreadable,
            Self::TimedOut => FailReason::TimedOut,
            Self::Unavailable(_) => FailReason::Unreachable,
        }
    }

    /// Tells whether another error is of the same kind and asks for the same remedy, so that a row of them is told once.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Forbidden { verb: one, .. }, Self::Forbidden { verb: another, .. }) => one == another,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}
