//! A manifest in YAML.

use std::error::Error as _;

use le_config::{Config, ConfigError, Parser, data_from_yaml};

fn with_data(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-leader-election\ndata:{data}\n")
}

fn refusal(text: &str) -> String {
    Config::from_yaml(text).unwrap_err().to_string()
}

#[test]
fn the_manifest_that_operators_ship_is_read() {
    let text = with_data(
        "\n  _example: |\n    lease-duration: \"nonsense\"\n  lease-duration: 90s\n  buckets: \"3\"\n  map-lease-prefix.a.b: c.d",
    );
    let config = Config::from_yaml(&text).unwrap();
    assert_eq!(config.buckets(), 3);
    assert_eq!(config.timing().lease_duration().as_secs(), 90);
    assert_eq!(config.map_lease_prefix()["a.b"], "c.d");
}

#[test]
fn missing_and_empty_data_give_the_defaults() {
    for text in [
        "kind: ConfigMap",
        "kind: ConfigMap\ndata:",
        "kind: ConfigMap\ndata: {}",
        "kind: ConfigMap\nbinaryData: {buckets: eA==}",
    ] {
        assert_eq!(Config::from_yaml(text).unwrap(), Config::default(), "{text}");
    }
}

#[test]
fn a_value_that_is_no_string_is_named_and_is_to_be_quoted() {
    assert_eq!(
        refusal(&with_data("\n  buckets: 3")),
        "value \"data.buckets\" of the ConfigMap is a number: quote it, every key and value must be a string"
    );
    for (value, found) in [
        ("true", "a boolean"),
        ("1.5", "a number"),
        ("", "empty"),
        ("[1]", "a list"),
        ("{a: b}", "a mapping"),
        ("!x y", "a value with a tag"),
    ] {
        let said = refusal(&with_data(&format!("\n  retry-period: {value}")));
        assert!(
            said.contains(&format!("\"data.retry-period\" of the ConfigMap is {found}: quote it")),
            "{said}"
        );
    }
    let said = refusal(&with_data("\n  1: x"));
    assert!(said.starts_with("key \"data.1\" of the ConfigMap is a number: quote it"), "{said}");
}

#[test]
fn all_values_that_are_no_strings_are_reported() {
    let errors =
        data_from_yaml(&with_data("\n  buckets: 3\n  retry-period: 10\n  lease-duration: 60s")).unwrap_err();
    let [ConfigError::NotString { key: first, .. }, ConfigError::NotString { key: second, .. }] =
        errors.as_slice()
    else {
        panic!("{errors}");
    };
    assert_eq!((first.as_str(), second.as_str()), ("buckets", "retry-period"));
}

#[test]
fn data_that_are_no_mapping_are_refused() {
    assert_eq!(
        refusal("kind: ConfigMap\ndata: [a]"),
        "\"data\" of the ConfigMap is a list: write a mapping of keys to strings"
    );
}

#[test]
fn a_text_that_is_no_yaml_is_refused_with_the_place() {
    let error = Config::from_yaml("kind: [").unwrap_err();
    assert_eq!(error.to_string(), "the configuration is no valid YAML");
    assert!(error.source().unwrap().to_string().contains(" line "));
    assert!(matches!(
        Config::from_yaml(&with_data("\n  a: b\n  a: c")).unwrap_err(),
        ConfigError::Yaml { .. }
    ));
    assert!(matches!(Config::from_yaml("kind: ConfigMap\n---\n[").unwrap_err(), ConfigError::Yaml { .. }));
}

#[test]
fn a_text_without_a_config_map_is_refused_with_what_it_has() {
    assert!(refusal("").contains("no document of kind ConfigMap (it is empty)"));
    assert!(refusal("# nothing").contains("(it is empty)"));
    assert!(refusal("just words").contains("(it has no kind)"));
    assert!(refusal("buckets: '3'").contains("(it has no kind)"));
    assert!(refusal("kind: Secret\ndata: {}\n---\nkind: Service").contains("(it has Secret, Service)"));
}

#[test]
fn a_config_map_is_found_among_other_documents_but_not_among_others_of_its_kind() {
    let text = format!("---\n# a comment\n---\nkind: Service\n---\n{}---\n", with_data("\n  buckets: '2'"));
    assert_eq!(Config::from_yaml(&text).unwrap().buckets(), 2);
    let twice = format!("{text}\n{text}");
    assert_eq!(
        refusal(&twice),
        "the YAML has 2 documents of kind ConfigMap: keep the one for leader election"
    );
}

#[test]
fn merge_keys_are_resolved() {
    let text = "kind: ConfigMap\nusual: &usual {buckets: '4'}\ndata:\n  <<: *usual\n  retry-period: 5s";
    let config = Config::from_yaml(text).unwrap();
    assert_eq!((config.buckets(), config.timing().retry_period().as_secs()), (4, 5));
}

#[test]
fn mistakes_in_the_data_are_reported_as_ever() {
    assert_eq!(refusal(&with_data("\n  buckets: '11'")), "buckets: value must be between 1 <= 11 <= 10");
    assert_eq!(Parser::new(11).unwrap().yaml(&with_data("\n  buckets: '11'")).unwrap().buckets(), 11);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Config::from_yaml_file("no/such/file.yaml").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the configuration file \"no/such/file.yaml\": check that it is there and may be read"
    );
    assert!(error.source().is_some());
    // A folder is there, and no file.
    assert!(matches!(
        Config::from_yaml_file(env!("CARGO_MANIFEST_DIR")).unwrap_err(),
        ConfigError::File { .. }
    ));
}

#[test]
fn a_file_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/config-leader-election.yaml");
    assert_eq!(Config::from_yaml_file(path).unwrap().buckets(), 3);
}
