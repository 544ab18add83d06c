//! An operator over an embedded API server, and what the tests ask of it.

mod cache;
mod journal;
mod replica;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use le_config::{Config, HolderIdentity, Timing};
use le_core::{Bucket, NamespacedName};
use le_hash::BucketSet;
use le_testkit::ApiServer;
use serde_json::json;

pub(crate) use cache::{Cache, Still, promote};
pub(crate) use journal::{Journal, What};
pub(crate) use replica::{Operator, Refused, Replica};

/// The Leases of a builder of [`lease_builder`] are named like this, and so are the buckets of [`buckets`].
const COMPONENT: &str = "op";

/// Ten buckets that divide all keys.
pub(crate) fn buckets() -> Vec<Bucket> {
    divided("objects", 10).buckets()
}

fn divided(queue: &str, count: usize) -> BucketSet {
    BucketSet::new((0..count).map(|i| format!("{COMPONENT}.{queue}.{i:02}-of-{count:02}"))).unwrap()
}

/// The bucket of an object in the namespace `default`.
pub(crate) fn bucket_of(object: &str) -> Bucket {
    buckets().into_iter().find(|bucket| has(bucket, object)).unwrap()
}

pub(crate) fn has(bucket: &Bucket, object: &str) -> bool {
    bucket.has(&NamespacedName::new("default", object))
}

/// The first few names whose objects a bucket has.
pub(crate) fn names_in(bucket: &Bucket, count: usize) -> Vec<String> {
    (0..).map(|i| format!("object-{i}")).filter(|name| has(bucket, name)).take(count).collect()
}

pub(crate) fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|i| format!("object-{i}"))
}

/// Those of some names that a bucket has, each once.
pub(crate) fn of_bucket(bucket: &Bucket, count: usize) -> BTreeMap<String, usize> {
    names(count).filter(|name| has(bucket, name)).map(|name| (name, 1)).collect()
}

pub(crate) fn object(name: &str) -> ConfigMap {
    let mut object = ConfigMap::default();
    object.metadata.name = Some(name.to_owned());
    object.metadata.namespace = Some("default".to_owned());
    object
}

pub(crate) fn api(server: &ApiServer) -> Api<ConfigMap> {
    Api::default_namespaced(server.client("test"))
}

pub(crate) async fn create(server: &ApiServer, names: impl IntoIterator<Item = impl AsRef<str>>) {
    for name in names {
        api(server).create(&PostParams::default(), &object(name.as_ref())).await.unwrap();
    }
}

/// Writes a number into an object, so that it changes.
pub(crate) async fn change(server: &ApiServer, name: &str, number: u64) {
    let patch = json!({ "data": { "number": number.to_string() } });
    api(server).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
}

/// The number that stands in an object.
pub(crate) fn number(object: &ConfigMap) -> u64 {
    let number = object.data.as_ref().and_then(|data| data.get("number"));
    number.map_or(0, |number| number.parse().unwrap())
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Lets everything happen that happens by itself.
pub(crate) async fn settle() {
    tokio::time::sleep(millis(100)).await;
}

/// Waits for what must come to an end.
pub(crate) async fn ended<F: Future>(work: F) -> F::Output {
    tokio::time::timeout(secs(1000), work).await.expect("it comes to its end")
}

/// A builder over the Leases of a server. The client is named as the replica, and so is the holder.
pub(crate) fn lease_builder(server: &ApiServer, name: &str, buckets: u32) -> le_lease::Builder {
    lease_builder_with(server, name, buckets, le_lease::Options::default())
}

pub(crate) fn lease_builder_with(
    server: &ApiServer,
    name: &str,
    buckets: u32,
    options: le_lease::Options,
) -> le_lease::Builder {
    let timing = Timing::new(secs(15), secs(10), secs(2)).unwrap();
    let component = Config::new(buckets, timing).unwrap().component(COMPONENT);
    let component = component.with_identity(HolderIdentity::new(name).unwrap());
    le_lease::Builder::new(server.client(name), component)
        .in_namespace("default")
        .with_options(options)
        .with_seed(name.bytes().map(u64::from).sum())
}

/// The name of the only Lease of a queue with one bucket.
pub(crate) fn lease(queue: &str) -> String {
    format!("{COMPONENT}.{queue}.00-of-01")
}

/// The binary of an example, which `cargo test` builds, and `cargo test --test it` does not.
pub(crate) fn binary(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.ancestors().nth(2).unwrap().join("examples").join(example);
    if !binary.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut build = std::process::Command::new(cargo);
        build.args(["build", "-q", "-p", "le-runtime", "--all-features", "--example", example]);
        assert!(build.status().unwrap().success() && binary.exists(), "{} is not there", binary.display());
    }
    binary
}
