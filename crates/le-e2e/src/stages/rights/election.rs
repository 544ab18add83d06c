//! The rights of an election: each verb taken away, and granted again.

use anyhow::ensure;

use super::bench::{Bench, PATIENCE, Setting};
use super::config::Data;
use super::shown::{Right, Section};
use crate::plane::Plane;

/// A way of use, with the program that shows it.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The heading in the document.
    pub(super) heading: &'static str,
    pub(super) program: &'static str,
    pub(super) section: Section,
    /// How many Leases it has.
    pub(super) leases: usize,
    pub(super) config: Option<Data>,
}

impl Way {
    async fn bench<'a>(
        &self,
        plane: &'a Plane,
        without: &[Right],
        namespace: String,
        user: String,
    ) -> anyhow::Result<Bench<'a>> {
        let rules = self.section.without(without);
        let (program, config) = (self.program, self.config);
        Bench::start(Setting { plane, program, namespace, user, rules, config }).await
    }

    /// With everything that is shown it leads, and nothing is missing.
    pub(super) async fn whole(&self, plane: &Plane, namespace: String, user: String) -> anyhow::Result<()> {
        let mut bench = self.bench(plane, &[], namespace, user).await?;
        bench.until_leading(self.leases).await?;
        let (said, watched) = (bench.said(), self.section.rights().iter().any(|right| right.verb == "watch"));
        let known = "cannot be watched, so they are read every retry period";
        ensure!(
            said.matches("not allowed to").count() == usize::from(!watched),
            "something is missing: {said}"
        );
        ensure!(said.contains(known) != watched, "it is not said that there is no watch: {said}");
        bench.stop().await
    }

    /// Without one right it says what is shown, stays, and goes on by itself when it is granted.
    pub(super) async fn without(
        &self,
        plane: &Plane,
        right: &Right,
        namespace: String,
        user: String,
    ) -> anyhow::Result<()> {
        let message = self.section.message(right)?.to_owned();
        let mut missing = vec![right.clone()];
        if right.verb == "get" && right.resource == "leases" {
            // While there is a watch, what it would read is known.
            missing.push(Right { verb: "list".to_owned(), ..right.clone() });
        }
        let mut bench = self.bench(plane, &missing, namespace, user).await?;
        if right.resource == "configmaps" {
            return refused(bench, &message).await;
        }
        bench.until_said(&message).await?;
        for word in [&*right.verb, "grant the service account the verb", "coordination.k8s.io", "\"acme\""] {
            ensure!(message.contains(word), "it does not name {word:?}: {message}");
        }
        bench.must_be_calm(&message).await?;
        if right.verb == "list" || right.verb == "watch" {
            bench.until_leading(self.leases).await?;
        }
        plane.grant(&bench.namespace, &bench.user, &self.section.rules).await?;
        let again = match &*right.verb {
            "list" | "watch" => "leases in namespace \"acme\" are watched again",
            _ => "requests succeed again",
        };
        bench.until_said(again).await?;
        bench.until_leading(self.leases).await?;
        bench.stop().await
    }
}

/// It cannot begin: it says why, and ends with an error.
async fn refused(mut bench: Bench<'_>, message: &str) -> anyhow::Result<()> {
    let status = bench.process.end(PATIENCE).await?;
    ensure!(!status.success(), "it ended with {status}");
    bench.until_said(message).await?;
    let grant = "grant the service account the verb \"get\" on \"configmaps\" by a Role in that namespace";
    bench.until_said(grant).await
}
