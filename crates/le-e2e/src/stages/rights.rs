//! The configuration from a real ConfigMap, and the Roles of `docs/rbac.md`: with all that they grant everything works, and each
//! right is needed.

mod bench;
mod config;
mod controller;
mod election;
pub(super) mod shown;

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::PostParams;

use self::config::Data;
use self::election::Way;
use self::shown::Shown;
use super::operators::widgets;
use super::{Context, Outcome};
use crate::doc;
use crate::plane::{ADMIN, Plane, replica};

/// How many cases are tried at the same time.
const AT_ONCE: usize = 6;

/// Three buckets, and a timing that makes what is waited for come soon.
const QUICK: Data =
    &[("buckets", "3"), ("lease-duration", "5s"), ("renew-deadline", "3s"), ("retry-period", "500ms")];

const SLOWER: Data =
    &[("buckets", "3"), ("lease-duration", "30s"), ("renew-deadline", "20s"), ("retry-period", "2s")];

/// What each mistake is told by: the key and the value.
const MISTAKES: [(Data, &[&str]); 4] = [
    (&[("lease-duration", "flops")], &["\"config-leader-election\"", "\"lease-duration\"", "flops"]),
    (&[("buckets", "eleven")], &["\"buckets\"", "eleven"]),
    (&[("buckets", "11")], &["buckets: value must be between 1 <= 11 <= 10"]),
    (
        &[("lease-duration", "10s"), ("renew-deadline", "15s")],
        &["lease-duration", "10s", "renew-deadline", "15s"],
    ),
];

/// A claim, and what makes sure of it.
type Case<'a> = BoxFuture<'a, (String, anyhow::Result<()>)>;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let plane = Plane::start(&context.binaries).await?;
    let definition: CustomResourceDefinition = serde_json::from_value(widgets::definition().await?)?;
    let admin = plane.client(ADMIN).await?;
    Api::all(admin.clone()).create(&PostParams::default(), &definition).await?;
    widgets::until_established(admin, "widgets.acme.example.com").await?;
    let shown = Shown::read(&doc::read("rbac.md")?)?;
    let mut outcome = Outcome::default();

    let one = Way {
        heading: "One leader",
        program: "one_leader",
        section: shown.section("One leader")?,
        leases: 1,
        config: None,
    };
    let unwatched =
        Way { heading: "Without a watch", section: shown.section("Without a watch")?, ..one.clone() };
    let buckets = Way {
        heading: "Buckets",
        program: "operator",
        section: shown.section("Buckets")?,
        leases: 3,
        config: Some(QUICK),
    };
    let controller = shown.section("The controller itself")?;
    let desks = Desks::default();

    let mut cases: Vec<Case<'_>> = Vec::new();
    for way in [&one, &buckets, &unwatched] {
        let (namespace, user) = desks.next();
        plane.grant_everywhere(&user, &controller.rules).await?;
        let what = format!("{}: what is shown is enough", way.heading);
        cases.push(case(&context, what, way.whole(&plane, namespace, user)));
    }
    for way in [&one, &buckets] {
        for right in way.section.rights() {
            let (namespace, user) = desks.next();
            plane.grant_everywhere(&user, &controller.rules).await?;
            let what = format!("{}: without {right} it says so, and goes on once it is granted", way.heading);
            let plane = &plane;
            let tried = async move { way.without(plane, &right, namespace, user).await };
            cases.push(case(&context, what, tried));
        }
    }
    for (data, found, what) in [
        (None, (1, 60), "without a ConfigMap the defaults hold"),
        (Some(SLOWER), (3, 30), "buckets and durations are those of the ConfigMap"),
    ] {
        let (namespace, user) = desks.next();
        plane.grant_everywhere(&user, &controller.rules).await?;
        let tried = config::leads(&plane, &buckets.section, data, found, namespace, user);
        cases.push(case(&context, what.to_owned(), tried));
    }
    for (data, words) in MISTAKES {
        let (namespace, user) = desks.next();
        let tried = config::ends(&plane, &buckets.section, data, words, namespace, user);
        cases.push(case(&context, format!("{data:?} ends it with an error that says so"), tried));
    }
    let tried: Vec<_> = stream::iter(cases).buffer_unordered(AT_ONCE).collect().await;
    for (what, result) in tried {
        outcome.check(&what, result);
    }

    // Each of these sees to all Widgets there are, so that they come one after the other.
    for right in controller.rights() {
        let (namespace, user) = desks.next();
        let what = format!("the controller without {right} says so, and goes on once it is granted");
        context.progress.say(&format!("rights: {what}"));
        let tried = controller::without(&plane, &buckets, &controller, &right, namespace, user).await;
        outcome.check(&what, tried);
    }
    plane.shutdown().await?;
    Ok(outcome)
}

/// Tries something, and says so when it is its turn.
fn case<'a>(
    context: &'a Context,
    what: String,
    tried: impl Future<Output = anyhow::Result<()>> + Send + 'a,
) -> Case<'a> {
    Box::pin(async move {
        context.progress.say(&format!("rights: {what}"));
        (what, tried.await)
    })
}

/// Namespaces and users of which each is used once.
#[derive(Debug, Default)]
struct Desks(AtomicUsize);

impl Desks {
    fn next(&self) -> (String, String) {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        (format!("desk-{number}"), replica(number))
    }
}
