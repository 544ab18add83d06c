//! What the environment says. It is a look-up that is passed in: nothing here reads the process's own.

/// The variable that names the ConfigMap.
pub const CONFIG_MAP_NAME_ENV: &str = "CONFIG_LEADERELECTION_NAME";

/// The name of the ConfigMap where [`CONFIG_MAP_NAME_ENV`] is unset or empty.
pub const DEFAULT_CONFIG_MAP_NAME: &str = "config-leader-election";

/// The variable that names the namespace of the ConfigMap and the Leases.
pub const SYSTEM_NAMESPACE_ENV: &str = "SYSTEM_NAMESPACE";

/// The variable that is asked where [`SYSTEM_NAMESPACE_ENV`] is unset or empty.
pub const POD_NAMESPACE_ENV: &str = "POD_NAMESPACE";

/// Returns the name of the ConfigMap to read.
///
/// ```
/// let name = le_config::config_map_name(|key| std::env::var(key).ok());
/// assert_eq!(name, "config-leader-election");
/// ```
pub fn config_map_name(env: impl Fn(&str) -> Option<String>) -> String {
    not_empty(&env, CONFIG_MAP_NAME_ENV).unwrap_or_else(|| DEFAULT_CONFIG_MAP_NAME.to_owned())
}

/// Returns the namespace to work in; `None` leaves it to the client's default.
///
/// ```
/// let namespace = le_config::namespace(|key| (key == "POD_NAMESPACE").then(|| "acme".to_owned()));
/// assert_eq!(namespace.as_deref(), Some("acme"));
/// ```
pub fn namespace(env: impl Fn(&str) -> Option<String>) -> Option<String> {
    not_empty(&env, SYSTEM_NAMESPACE_ENV).or_else(|| not_empty(&env, POD_NAMESPACE_ENV))
}

/// An empty variable counts as unset: a manifest that is filled in from a template easily sets one.
fn not_empty(env: impl Fn(&str) -> Option<String>, key: &str) -> Option<String> {
    env(key).filter(|value| !value.is_empty())
}
