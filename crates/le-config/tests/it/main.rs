//! Tests of the whole crate from outside.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod component;
mod duration;
mod env;
mod mistakes;
mod names;
mod properties;
mod timing;
mod vectors;

#[cfg(feature = "k8s-openapi")]
mod config_map;
#[cfg(feature = "yaml")]
mod yaml;
