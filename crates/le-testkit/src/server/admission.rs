//! Who decides whether an object may be stored.

use std::sync::{Arc, PoisonError};

use serde_json::Value;

use super::{ApiServer, Shared};
use crate::failure::{Failure, Outcome};
use crate::kind::Kind;
use crate::request::Request;

/// Decides about a request, what is stored so far, and what is to be stored.
pub(crate) type Policy = Arc<dyn Fn(&Request, Option<&Value>, &Value) -> Result<(), String> + Send + Sync>;

impl ApiServer {
    /// Asks this before any object is created or changed, as an admission policy is asked: with the request, the object that is there,
    /// if one is, and the object that would be. An error refuses the write, with 422 and these words.
    ///
    /// Nothing is stored between the answer and the write, so that what it compares cannot change meanwhile. Where several are
    /// given, all must agree.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # use k8s_openapi::api::core::v1::ConfigMap;
    /// # use kube::api::{Api, PostParams};
    /// let server = le_testkit::ApiServer::new();
    /// server.admit(|_request, _old, new| match new["data"]["size"].as_str() {
    ///     Some("huge") => Err("it is too big".to_owned()),
    ///     _ => Ok(()),
    /// });
    /// # let maps: Api<ConfigMap> = Api::default_namespaced(server.client("a"));
    /// # let mut map = ConfigMap::default();
    /// # map.metadata.name = Some("m".to_owned());
    /// # maps.create(&PostParams::default(), &map).await.expect("nothing is wrong with it");
    /// # map.data = Some([("size".to_owned(), "huge".to_owned())].into());
    /// # let refused = maps.replace("m", &PostParams::default(), &map).await.expect_err("it is too big");
    /// # assert!(refused.to_string().contains("configmaps \"m\" is forbidden: it is too big"), "{refused}");
    /// # }
    /// ```
    pub fn admit(
        &self,
        policy: impl Fn(&Request, Option<&Value>, &Value) -> Result<(), String> + Send + Sync + 'static,
    ) -> &Self {
        self.0.policies.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(policy));
        self
    }
}

impl Shared {
    /// Asks all policies.
    pub(crate) fn admits(
        &self,
        request: &Request,
        kind: &Kind,
        name: &str,
        old: Option<&Value>,
        new: &Value,
    ) -> Outcome<()> {
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        for policy in &*policies {
            policy(request, old, new).map_err(|why| Failure::denied(kind, name, &why))?;
        }
        Ok(())
    }
}
