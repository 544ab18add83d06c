//! Writes a ConfigMap with the keys of today.

use anyhow::{Context as _, bail};
use le_cli::{ConnectionArgs, Format, go_form};
use le_config::{Parser, keys};
use serde_json::json;
use serde_yaml::Value;

use super::findings::SPELLINGS;
use super::{ConvertArgs, read};
use crate::config_map::Data;
use crate::{Code, config_map};

/// Where client-go's durations stand in the configuration of a component.
const SECTION: &str = "leaderElection";

/// Runs `config convert`.
pub(crate) fn convert(at: &ConnectionArgs, args: &ConvertArgs, format: Format) -> anyhow::Result<Code> {
    let old = match &args.file {
        Some(path) => of_text(&read(path)?)?,
        None => of_flags(args),
    };
    let data = renamed(old);
    // What cannot elect is not written: nobody would find the mistake later.
    let parser = Parser::new(le_config::MOST_BUCKETS)?;
    parser.parse_all(&data).context("this is no configuration that can elect")?;
    let mut metadata = json!({ "name": args.name.clone().unwrap_or_else(config_map::name) });
    if let Some(namespace) = &at.namespace {
        metadata["namespace"] = json!(namespace);
    }
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
    let written = match format {
        Format::Json => serde_json::to_string_pretty(&map)? + "\n",
        _ => serde_yaml::to_string(&map)?,
    };
    le_cli::print(&written)?;
    Ok(Code::Done)
}

fn of_flags(args: &ConvertArgs) -> Data {
    let given = [
        (keys::LEASE_DURATION, args.lease_duration),
        (keys::RENEW_DEADLINE, args.renew_deadline),
        (keys::RETRY_PERIOD, args.retry_period),
    ];
    let given = given.into_iter().filter_map(|(key, given)| Some((key.to_owned(), go_form(given?))));
    with_defaults_of_client_go(given.collect())
}

/// What is not said is what client-go takes, not what we do.
fn with_defaults_of_client_go(mut data: Data) -> Data {
    for ((new, legacy), default) in SPELLINGS.iter().zip(["15s", "10s", "2s"]) {
        if !data.contains_key(*legacy) {
            data.entry((*new).to_owned()).or_insert_with(|| default.to_owned());
        }
    }
    data
}

fn of_text(text: &str) -> anyhow::Result<Data> {
    let value: Result<Value, _> = serde_yaml::from_str(text);
    if let Ok(value) = &value
        && value.get("kind").and_then(Value::as_str) != Some("ConfigMap")
    {
        let section = value.get(SECTION).unwrap_or(value);
        let found: Data = SPELLINGS
            .iter()
            .filter_map(|(_, legacy)| {
                Some(((*legacy).to_owned(), section.get(*legacy)?.as_str()?.to_owned()))
            })
            .collect();
        if !found.is_empty() {
            return Ok(with_defaults_of_client_go(found));
        }
        if value.get("kind").is_some() {
            bail!(
                "there is no ConfigMap in it, nor any of {:?}, at the top or under {SECTION}",
                SPELLINGS.map(|(_, legacy)| legacy)
            );
        }
    }
    Ok(le_config::data_from_yaml(text)?)
}

/// Puts old spellings into new ones. Where both are there the new one counts, as it does for who reads them.
fn renamed(mut data: Data) -> Data {
    for (new, legacy) in SPELLINGS {
        if let Some(value) = data.remove(legacy) {
            data.entry(new.to_owned()).or_insert(value);
        }
    }
    data
}
