//! The requests about objects, each answered as a real API server would.

mod apply;
mod body;
mod create;
mod delete;
mod go_json;
mod list;
mod options;
mod patch;
mod read;
mod shape;
mod update;
mod watch;
mod write;

pub(crate) use apply::Owners;
pub(crate) use body::LIMIT as BODY_LIMIT;
pub(crate) use shape::{Shape, json as json_response, partial};

use std::sync::Arc;

use axum::body::Body;
use http::{Method, Response};

use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::request::{Request, Target, Verb};
use crate::server::Shared;

/// A request about objects of a kind that the server knows.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) server: Arc<Shared>,
    pub(crate) request: Request,
    pub(crate) kind: Arc<Kind>,
    pub(crate) target: Target,
}

impl Call {
    /// Answers everything except watches, which never are a matter of one moment.
    pub(crate) fn answer(&self) -> Outcome<Response<Body>> {
        self.check_path()?;
        match self.request.verb() {
            Verb::Get => self.get(),
            Verb::List => self.list(),
            Verb::Create => self.create(),
            Verb::Update => self.update(),
            Verb::Patch => self.patch(),
            Verb::Delete => self.delete(),
            Verb::DeleteCollection => self.delete_collection(),
            Verb::Other if self.kind.rules.custom && *self.request.method() == Method::POST => self.create(),
            Verb::Watch | Verb::Other => Err(self.method_not_allowed()),
        }
    }

    /// Refuses paths and methods that do not fit the kind.
    pub(crate) fn check_path(&self) -> Outcome<()> {
        let target = &self.target;
        if *self.request.method() == Method::HEAD && !self.kind.rules.custom {
            return Err(self.method_not_allowed());
        }
        let scoped = target.namespace.is_some() == self.kind.is_namespaced();
        let across = target.namespace.is_none() && target.name.is_none();
        if !scoped && !across {
            return Err(Failure::no_such_resource());
        }
        match target.subresource.as_deref() {
            None => {}
            Some("status") if self.kind.rules.status => {
                let method = self.request.method();
                if ![Method::GET, Method::PUT, Method::PATCH].contains(method) {
                    return Err(self.method_not_allowed());
                }
            }
            Some("finalize") if self.kind.resource() == "namespaces" => {
                let is_put = *self.request.method() == Method::PUT;
                is_put.then_some(()).ok_or_else(|| self.method_not_allowed())?;
            }
            Some(_) if self.kind.rules.custom => return Err(Failure::not_found(&self.kind, self.name())),
            Some(_) => return Err(Failure::no_such_resource()),
        }
        if self.kind.rules.custom && target.name.is_none() {
            if across && self.kind.is_namespaced() && self.request.verb().is_write() {
                return Err(Failure::no_such_path());
            }
            if [Method::PUT, Method::PATCH].contains(self.request.method()) {
                return Err(Failure::bad_request("name must be provided"));
            }
        }
        let needs_one = matches!(self.request.verb(), Verb::Create | Verb::DeleteCollection);
        let all_namespaces =
            self.kind.resource() == "namespaces" && self.request.verb() == Verb::DeleteCollection;
        if (needs_one && across && self.kind.is_namespaced()) || all_namespaces {
            return Err(self.method_not_allowed());
        }
        Ok(())
    }

    fn method_not_allowed(&self) -> Failure {
        if !self.kind.rules.custom {
            return Failure::method_not_allowed();
        }
        let action = match *self.request.method() {
            Method::POST => "create",
            Method::PUT => "update",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            _ => "",
        };
        Failure::not_supported(&self.kind, action)
    }

    fn namespace(&self) -> &str {
        self.target.namespace.as_deref().unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.target.name.as_deref().unwrap_or_default()
    }

    fn writes_status(&self) -> bool {
        self.target.subresource.as_deref() == Some("status")
    }
}
