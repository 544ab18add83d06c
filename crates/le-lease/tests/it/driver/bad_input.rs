//! Bad input: a clear error that names the value and what to do, before anything is sent.

use std::error::Error;
use std::sync::Arc;

use le_config::{Config, HolderIdentity};
use le_core::{ElectorBuilder, Enqueue, LedBuckets};
use le_lease::{Builder, Election};
use le_testkit::ApiServer;
use tokio_util::sync::CancellationToken;

use super::bench::timing;
use super::look::{secs, sleep};

/// An error with all its causes, as a program prints it.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The error of building an elector.
async fn refusal(queue: &str, change: impl FnOnce(Builder) -> Builder, name: Option<&'static str>) -> String {
    let server = ApiServer::new();
    let mut component = Config::new(3, timing()).unwrap().component("controller");
    if let Some(name) = name {
        component = component.with_lease_name(move |_| name.to_owned());
    }
    let builder = change(Builder::new(server.client("a"), component).in_namespace("default"));
    let error = builder.build(queue, Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap_err();
    sleep(secs(10)).await;
    assert!(server.log().is_empty(), "{}", server.log());
    chain(&error)
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_makes_no_object_name_is_refused() {
    let error = refusal("my_queue", |builder| builder, None).await;
    assert_eq!(
        error,
        "the elector for \"my_queue\" cannot be built: the leases cannot be named: lease name \"controller.my_queue.00-of-03\" has \
         '_' in it: use lower-case letters, digits, '-' and '.' only"
    );
    let error = refusal("", |builder| builder, None).await;
    assert!(
        error.contains("lease name \"controller..00-of-03\" has the part \"\": begin and end every part"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_makes_the_name_too_long_is_refused() {
    let queue = "q".repeat(240);
    let error = refusal(&queue, |builder| builder, None).await;
    assert!(error.contains(&queue) && error.contains("has 260 bytes: shorten it to 253 or fewer"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn two_buckets_of_one_name_are_refused() {
    let error = refusal("widgets", |builder| builder, Some("same")).await;
    assert!(
        error.ends_with(
            "buckets 0 and 1 both have the lease name \"same\": give every bucket a name of its own"
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_name_that_is_no_object_name_is_refused() {
    for (name, expected) in [
        ("", "a lease name is empty: give the Lease a name"),
        ("a/b", "lease name \"a/b\" has '/' in it"),
        ("-a", "lease name \"-a\" has the part \"-a\""),
        ("ä", "lease name \"ä\" has 'ä' in it"),
    ] {
        let error = refusal("widgets", |builder| builder, Some(name)).await;
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_cannot_be_one_is_refused() {
    let long = "n".repeat(64);
    for namespace in ["", "Team", "team_a", "-team", "team-", "a.b", "../x", "a/b", "tÿam", long.as_str()] {
        let owned = namespace.to_owned();
        let error = refusal("widgets", |builder| builder.in_namespace(owned), None).await;
        assert!(
            error.contains(&format!(
                "namespace {namespace:?} cannot be one: use at most 63 lower-case letters"
            )),
            "{error}"
        );

        let server = ApiServer::new();
        let election = Election::new(server.client("a"), "lease").unwrap().in_namespace(namespace);
        let ended = election.run_while_leading(CancellationToken::new(), |_| std::future::ready(())).await;
        assert!(chain(&ended.unwrap_err()).contains(&format!("namespace {namespace:?} cannot be one")));
        assert!(server.log().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_one_letter_are_names() {
    let server = ApiServer::new();
    server.create_namespace("n");
    let election = Election::new(server.client("a"), "l").unwrap().in_namespace("n");
    election.run_while_leading(CancellationToken::new(), |_| std::future::ready(())).await.unwrap();
    assert_eq!(
        server.log().count(|entry| entry.namespace() == "n" && entry.name() == "l"),
        2,
        "taken and released"
    );
}

#[test]
fn an_identity_that_is_empty_or_too_long_is_refused_before_there_is_an_election() {
    let empty = HolderIdentity::new("").unwrap_err().to_string();
    assert!(empty.contains("identity is empty"), "{empty}");
    let long = "i".repeat(254);
    let too_long = HolderIdentity::new(long.as_str()).unwrap_err().to_string();
    assert!(too_long.contains(&long) && too_long.contains("253"), "{too_long}");
}

#[tokio::test(start_paused = true)]
async fn a_lease_name_that_is_no_object_name_is_refused_by_the_simple_form() {
    let server = ApiServer::new();
    let long = "l".repeat(254);
    for (name, expected) in [
        ("", "a lease name is empty"),
        ("My-Operator", "lease name \"My-Operator\" has 'M' in it"),
        ("a..b", "has the part \"\""),
        (long.as_str(), "has 254 bytes: shorten it"),
    ] {
        let error = chain(&Election::new(server.client("a"), name).unwrap_err());
        assert!(error.starts_with("the leases cannot be named: ") && error.contains(expected), "{error}");
    }
}
