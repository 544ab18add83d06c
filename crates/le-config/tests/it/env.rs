//! What the environment says.

use le_config::{config_map_name, namespace};

fn env<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |key| variables.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
}

#[test]
fn the_config_map_has_its_usual_name_unless_the_environment_gives_one() {
    assert_eq!(config_map_name(env(&[])), "config-leader-election");
    assert_eq!(config_map_name(env(&[("CONFIG_LEADERELECTION_NAME", "")])), "config-leader-election");
    assert_eq!(config_map_name(env(&[("CONFIG_LEADERELECTION_NAME", "mine")])), "mine");
}

#[test]
fn the_system_namespace_comes_before_the_pods() {
    assert_eq!(namespace(env(&[])), None);
    assert_eq!(namespace(env(&[("SYSTEM_NAMESPACE", "a"), ("POD_NAMESPACE", "b")])).as_deref(), Some("a"));
    assert_eq!(namespace(env(&[("SYSTEM_NAMESPACE", ""), ("POD_NAMESPACE", "b")])).as_deref(), Some("b"));
    assert_eq!(namespace(env(&[("SYSTEM_NAMESPACE", ""), ("POD_NAMESPACE", "")])), None);
}
