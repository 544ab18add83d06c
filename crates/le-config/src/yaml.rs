//! The configuration of a manifest: a YAML document of a ConfigMap.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize as _;
use serde_yaml::Value;

use crate::{Config, ConfigError, ConfigErrors, Parser};

impl Parser {
    /// Reads a YAML text, as [`data_from_yaml`] does, and the configuration in it.
    ///
    /// # Errors
    ///
    /// Reports what [`data_from_yaml`] and [`parse`](Self::parse) report.
    pub fn yaml(&self, text: &str) -> Result<Config, ConfigError> {
        self.parse(&data_from_yaml(text).map_err(ConfigErrors::into_first)?)
    }

    /// Reads a YAML file, as [`yaml`](Self::yaml) reads a text.
    ///
    /// # Errors
    ///
    /// Reports a file that cannot be read, and what [`yaml`](Self::yaml) reports.
    pub fn yaml_file(&self, path: impl AsRef<Path>) -> Result<Config, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        self.yaml(&text)
    }
}

impl Config {
    /// Reads a YAML text with one ConfigMap in it, which may ask for at most ten buckets.
    ///
    /// ```
    /// use le_config::Config;
    ///
    /// let config = Config::from_yaml("
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: config-leader-election }
    /// data:
    ///   buckets: '3'
    /// ")?;
    /// assert_eq!(config.buckets(), 3);
    /// # Ok::<(), le_config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Reports what [`Parser::yaml`] reports.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        Parser::default().yaml(text)
    }

    /// Reads a YAML file with one ConfigMap in it, which may ask for at most ten buckets.
    ///
    /// # Errors
    ///
    /// Reports what [`Parser::yaml_file`] reports.
    pub fn from_yaml_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Parser::default().yaml_file(path)
    }
}

/// Takes the data out of a YAML text: that of its one document of kind `ConfigMap`, whatever others there are beside it.
///
/// It is for programs that want [every mistake](Parser::parse_all) in a file. A ConfigMap without data has none, which is no
/// mistake, and `binaryData` is ignored.
///
/// # Errors
///
/// Refuses what is no YAML, what has no ConfigMap or several, and data with a key or a value that is no string, as the API
/// server does. All of these last are reported.
pub fn data_from_yaml(text: &str) -> Result<BTreeMap<String, String>, ConfigErrors> {
    let mut documents = documents(text).map_err(|source| ConfigError::Yaml { source })?;
    let kinds: Vec<_> = documents.iter().map(kind).collect();
    let mut found = (0..kinds.len()).filter(|index| kinds[*index] == "ConfigMap");
    let Some(first) = found.next() else {
        return Err(ConfigError::NoConfigMap { found: describe(&kinds) }.into());
    };
    match found.count() {
        0 => strings(documents.swap_remove(first).get("data").unwrap_or(&Value::Null)),
        more => Err(ConfigError::SeveralConfigMaps { count: 1 + more }.into()),
    }
}

/// Reads all documents but the empty ones, with merge keys (`<<`) resolved.
fn documents(text: &str) -> Result<Vec<Value>, serde_yaml::Error> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            let mut value = Value::deserialize(document)?;
            value.apply_merge()?;
            Ok(value)
        })
        .filter(|value| !matches!(value, Ok(Value::Null)))
        .collect()
}

fn kind(document: &Value) -> String {
    match document.get("kind") {
        Some(Value::String(kind)) => kind.clone(),
        _ => "no kind".to_owned(),
    }
}

fn describe(kinds: &[String]) -> String {
    if kinds.is_empty() { "it is empty".to_owned() } else { format!("it has {}", kinds.join(", ")) }
}

fn strings(data: &Value) -> Result<BTreeMap<String, String>, ConfigErrors> {
    let entries = match data {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Mapping(entries) => entries,
        other => return Err(ConfigError::DataNotMapping { found: noun(other) }.into()),
    };
    let (mut strings, mut errors) = (BTreeMap::new(), Vec::new());
    for (key, value) in entries {
        match (key, value) {
            (Value::String(key), Value::String(value)) => {
                strings.insert(key.clone(), value.clone());
            }
            (Value::String(_), other) => errors.push(not_string("value", key, other)),
            (other, _) => errors.push(not_string("key", key, other)),
        }
    }
    if errors.is_empty() { Ok(strings) } else { Err(ConfigErrors::new(errors)) }
}

fn not_string(what: &'static str, key: &Value, found: &Value) -> ConfigError {
    ConfigError::NotString { what, key: plain(key), found: noun(found) }
}

/// Writes a key for a person to find it.
fn plain(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim_end().to_owned(),
    }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Tagged(_) => "a value with a tag",
    }
}
