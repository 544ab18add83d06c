//! What the ConfigMap in the cluster says, and what comes of it.

use anyhow::{Context as _, ensure};
use kube::ResourceExt as _;

use super::bench::{Bench, PATIENCE, Setting};
use super::shown::Section;
use crate::plane::Plane;

/// What stands in a ConfigMap.
pub(super) type Data = &'static [(&'static str, &'static str)];

/// With this in the ConfigMap, or without one, there are so many Leases of this duration.
pub(super) async fn leads(
    plane: &Plane,
    section: &Section,
    data: Option<Data>,
    (buckets, seconds): (usize, i32),
    namespace: String,
    user: String,
) -> anyhow::Result<()> {
    // The names of the Leases follow from the number of buckets; what they are restricted to is tried elsewhere.
    let rules: Vec<_> = section
        .rules
        .iter()
        .cloned()
        .map(|mut rule| {
            if rule.resources.as_ref().is_some_and(|resources| resources.contains(&"leases".to_owned())) {
                rule.resource_names = None;
            }
            rule
        })
        .collect();
    let setting = Setting { plane, program: "operator", namespace, user, rules, config: data };
    let mut bench = Bench::start(setting).await?;
    let leases = bench.until_leading(buckets).await?;
    let expected: Vec<_> =
        (0..buckets).map(|index| format!("widgets-operator.widgets.{index:02}-of-{buckets:02}")).collect();
    let names: Vec<_> = leases.iter().map(|lease| lease.name_any()).collect();
    ensure!(names == expected, "the Leases are {names:?}, and not {expected:?}");
    for lease in &leases {
        let duration = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
        ensure!(duration == Some(seconds), "the duration of {} is {duration:?}", lease.name_any());
    }
    bench.stop().await
}

/// With this in the ConfigMap it ends with an error that has all of these words.
pub(super) async fn ends(
    plane: &Plane,
    section: &Section,
    data: Data,
    words: &[&str],
    namespace: String,
    user: String,
) -> anyhow::Result<()> {
    let setting = Setting {
        plane,
        program: "operator",
        namespace,
        user,
        rules: section.rules.clone(),
        config: Some(data),
    };
    let mut bench = Bench::start(setting).await?;
    let status = bench.process.end(PATIENCE).await?;
    ensure!(!status.success(), "it ended with {status}");
    for word in words {
        bench.until_said(word).await.with_context(|| format!("{word:?} is missing"))?;
    }
    let leases = bench.leases().await?;
    ensure!(leases.is_empty(), "it made {} Leases", leases.len());
    Ok(())
}
