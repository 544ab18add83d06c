//! What users may do.

use anyhow::Context as _;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;

use super::{ADMIN, Plane};

impl Plane {
    /// Makes a namespace.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn make_namespace(&self, name: &str) -> anyhow::Result<()> {
        let api: Api<Namespace> = Api::all(self.client(ADMIN).await?);
        let namespace = serde_json::from_value(json!({ "metadata": { "name": name } }))?;
        api.create(&PostParams::default(), &namespace)
            .await
            .with_context(|| format!("cannot make the namespace {name}"))?;
        Ok(())
    }

    /// Takes a namespace away, with all Leases and rights in it, as the controllers do that do not run here: first nothing new is
    /// let in, then everything goes.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn remove_namespace(&self, name: &str) -> anyhow::Result<()> {
        let client = self.client(ADMIN).await?;
        let api: Api<Namespace> = Api::all(client.clone());
        let (once, all) = (DeleteParams::default(), ListParams::default());
        api.delete(name, &once).await.context("cannot delete a namespace")?;
        Api::<Lease>::namespaced(client.clone(), name).delete_collection(&once, &all).await?;
        Api::<RoleBinding>::namespaced(client.clone(), name).delete_collection(&once, &all).await?;
        Api::<Role>::namespaced(client.clone(), name).delete_collection(&once, &all).await?;
        let body = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name }, "spec": { "finalizers": [] },
        });
        let request = http::Request::put(format!("/api/v1/namespaces/{name}/finalize"));
        let request =
            request.header("content-type", "application/json").body(body.to_string().into_bytes())?;
        client.request_text(request).await.context("cannot finish the deletion of a namespace")?;
        Ok(())
    }

    /// Grants a user these rules in a namespace, and nothing else that was granted before.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn grant(&self, namespace: &str, user: &str, rules: &[PolicyRule]) -> anyhow::Result<()> {
        let (client, name) = (self.client(ADMIN).await?, object_name(user));
        let apply = PatchParams::apply("e2e").force();
        let roles: Api<Role> = Api::namespaced(client.clone(), namespace);
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": name }, "rules": rules,
        });
        roles.patch(&name, &apply, &Patch::Apply(role)).await.context("cannot make a Role")?;
        let bindings: Api<RoleBinding> = Api::namespaced(client, namespace);
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": name },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user }],
        });
        bindings.patch(&name, &apply, &Patch::Apply(binding)).await.context("cannot bind a Role")?;
        Ok(())
    }

    /// Grants a user these rules everywhere, and nothing else that was granted so before.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn grant_everywhere(&self, user: &str, rules: &[PolicyRule]) -> anyhow::Result<()> {
        let (client, name) = (self.client(ADMIN).await?, object_name(user));
        let apply = PatchParams::apply("e2e").force();
        let roles: Api<ClusterRole> = Api::all(client.clone());
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": { "name": name }, "rules": rules,
        });
        roles.patch(&name, &apply, &Patch::Apply(role)).await.context("cannot make a ClusterRole")?;
        let bindings: Api<ClusterRoleBinding> = Api::all(client);
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": { "name": name },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user }],
        });
        bindings.patch(&name, &apply, &Patch::Apply(binding)).await.context("cannot bind a ClusterRole")?;
        Ok(())
    }

    /// Takes away what a user was granted in a namespace.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn revoke(&self, namespace: &str, user: &str) -> anyhow::Result<()> {
        let bindings: Api<RoleBinding> = Api::namespaced(self.client(ADMIN).await?, namespace);
        bindings.delete(&object_name(user), &DeleteParams::default()).await.context("cannot revoke")?;
        Ok(())
    }
}

/// What an election over Leases needs, as `docs/rbac.md` lists it.
#[must_use]
pub fn lease_rules() -> Vec<PolicyRule> {
    vec![rule("coordination.k8s.io", &["leases"], &["get", "list", "watch", "create", "update"])]
}

/// A rule that allows these verbs on these resources.
#[must_use]
pub fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> PolicyRule {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(owned(resources)),
        verbs: owned(verbs),
        ..PolicyRule::default()
    }
}

fn object_name(user: &str) -> String {
    user.replace(':', "-")
}
