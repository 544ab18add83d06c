//! A ConfigMap at hand.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::ConfigMap;
use le_config::{Config, Parser};

fn with(data: &[(&str, &str)]) -> ConfigMap {
    let data = data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    ConfigMap { data: Some(data), ..ConfigMap::default() }
}

#[test]
fn an_absent_config_map_and_one_without_data_give_the_defaults() {
    assert_eq!(Config::from_config_map(None).unwrap(), Config::default());
    assert_eq!(Config::from_config_map(&ConfigMap::default()).unwrap(), Config::default());
    assert_eq!(Config::from_config_map(Some(&with(&[]))).unwrap(), Config::default());
}

#[test]
fn its_data_are_read_and_its_binary_data_are_not() {
    let binary_data = Some(BTreeMap::from([("buckets".to_owned(), ByteString(b"x".to_vec()))]));
    let config_map = ConfigMap { binary_data, ..with(&[("buckets", "3")]) };
    assert_eq!(Config::from_config_map(&config_map).unwrap().buckets(), 3);
}

#[test]
fn the_parsers_limit_holds() {
    assert!(Config::from_config_map(&with(&[("buckets", "11")])).is_err());
    assert_eq!(Parser::new(11).unwrap().config_map(&with(&[("buckets", "11")])).unwrap().buckets(), 11);
}
