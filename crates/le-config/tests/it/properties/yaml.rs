//! A manifest in YAML: what holds for any text.

use std::collections::BTreeMap;

use le_config::{Parser, data_from_yaml};

/// Any text has the data of one ConfigMap, or is refused with a reason; data that are written read back as they were.
pub(crate) fn any_text_is_a_config_map_or_refused(text: &str) {
    let parser = Parser::default();
    match data_from_yaml(text) {
        Ok(data) => {
            let (whole, parts) = (parser.yaml(text), parser.parse(&data));
            assert_eq!(whole.map_err(|error| error.to_string()), parts.map_err(|error| error.to_string()));
            if data.iter().all(|(key, value)| is_plain(key) && is_plain(value)) {
                assert_eq!(data_from_yaml(&manifest(&data)).ok(), Some(data));
            }
        }
        Err(errors) => {
            let first = parser.yaml(text).expect_err("it was refused").to_string();
            assert_eq!(first, errors.as_slice()[0].to_string());
            assert!(errors.as_slice().iter().all(|error| !error.to_string().is_empty()));
        }
    }
}

/// Writes a manifest. JSON is YAML.
fn manifest(data: &BTreeMap<String, String>) -> String {
    serde_json::json!({ "kind": "ConfigMap", "data": data }).to_string()
}

/// Tells whether YAML takes a text as it is between quotes: it folds line ends, and refuses some control characters. A merge key
/// is no text, and a key of more than 1024 characters none of a mapping.
fn is_plain(text: &str) -> bool {
    text != "<<" && text.len() < 1000 && text.chars().all(|c| matches!(c, ' '..='~'))
}
