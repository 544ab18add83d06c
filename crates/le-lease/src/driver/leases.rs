//! The Leases of one namespace, asked for as the machine wants it.

use std::sync::Arc;

use kube::api::{DynamicObject, PostParams};
use kube::{Api, Client};
use le_config::LeaseName;

use super::error::LeaseError;
use super::kept::Kept;
use super::wire;
use crate::{Reply, Request};

/// The Leases of one namespace. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Leases {
    pub(crate) api: Api<DynamicObject>,
    pub(crate) namespace: Arc<str>,
}

/// What came of a request: the fact for the machine, the object that it came with, and the error for people.
pub(crate) struct Outcome {
    pub(crate) reply: Reply,
    pub(crate) object: Option<Kept>,
    pub(crate) error: Option<LeaseError>,
}

impl Leases {
    pub(crate) fn new(client: Client, namespace: &str) -> Self {
        Self { api: Api::namespaced_with(client, namespace, &*wire::RESOURCE), namespace: namespace.into() }
    }

    /// Sends one request. `base` is the object of the version that an update is computed from.
    ///
    /// Dropping the future does not undo the request: the server may have got it, or may get it yet.
    pub(crate) async fn send(self, name: LeaseName, request: Request, base: Option<Arc<Kept>>) -> Outcome {
        let parameters = PostParams::default();
        match (request, base) {
            (Request::Get, _) => self.outcome("get", self.api.get(name.as_str()).await),
            (Request::Create(write), _) => {
                let lease = wire::create(name.as_str(), &self.namespace, &write);
                self.outcome("create", self.api.create(&parameters, &lease).await)
            }
            (Request::Update { write, .. }, Some(base)) => {
                let lease = wire::update(base.unpack(), &write);
                self.outcome("update", self.api.replace(name.as_str(), &parameters, &lease).await)
            }
            // Without the object that the update is computed from nothing can be kept of it: read it first.
            (Request::Update { .. }, None) => Outcome { reply: Reply::Unknown, object: None, error: None },
        }
    }

    fn outcome(&self, verb: &'static str, result: kube::Result<DynamicObject>) -> Outcome {
        let lease = match result {
            Ok(lease) => lease,
            Err(error) => return self.failure(verb, error),
        };
        match wire::read(&lease) {
            Some(record) if verb == "get" => {
                Outcome { reply: Reply::Found(record), object: Some(Kept::new(lease)), error: None }
            }
            Some(record) => {
                Outcome { reply: Reply::Written(record), object: Some(Kept::new(lease)), error: None }
            }
            None => {
                let error = LeaseError::Unreadable(None);
                Outcome { reply: Reply::Unknown, object: None, error: Some(error) }
            }
        }
    }

    fn failure(&self, verb: &'static str, error: kube::Error) -> Outcome {
        let code = match &error {
            kube::Error::Api(status) => status.code,
            kube::Error::BuildRequest(_) => 400,
            _ => 0,
        };
        let (reply, expected) = match code {
            404 if verb != "create" => (Reply::NotFound, true),
            409 => (Reply::Conflict, true),
            // Something between that gave up waiting: nobody knows what became of the request.
            408 => (Reply::Unknown, false),
            400..500 => (Reply::Refused, false),
            _ => (Reply::Unknown, false),
        };
        let error = (!expected).then(|| LeaseError::new(&self.namespace, verb, error));
        Outcome { reply, object: None, error }
    }
}
