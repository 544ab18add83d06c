//! Leases as a person reads them, whatever was written into them.

use le_cli::{LeaseView, Place, harmless, plain};
use serde_json::{Value, json};

fn view(spec: Value) -> LeaseView {
    let lease = json!({ "metadata": { "namespace": "acme", "name": "c.q.00-of-01" }, "spec": spec });
    LeaseView::read(&serde_json::from_value(lease).expect("an object"))
}

fn with(more: Value) -> LeaseView {
    let mut spec = json!({
        "holderIdentity": "pod-1_x", "leaseDurationSeconds": 15, "leaseTransitions": 3,
        "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:10.000000Z",
    });
    spec.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    view(spec)
}

#[test]
fn a_lease_in_order_has_no_problems() {
    let lease = with(json!({}));
    assert_eq!(lease.problems, [] as [&str; 0]);
    assert_eq!((lease.holder.as_deref(), lease.pod()), (Some("pod-1_x"), Some("pod-1")));
    assert_eq!((lease.duration_seconds, lease.transitions), (Some(15), Some(3)));
    assert_eq!(lease.renewed().unwrap().duration_since(lease.acquired().unwrap()).as_secs(), 10);
    for free in [Value::Null, json!({}), json!({ "holderIdentity": null }), json!({ "holderIdentity": "" })] {
        let lease = view(free);
        assert_eq!((lease.holder, lease.problems), (None, Vec::new()));
    }
    // What Go writes, and what others do.
    for time in ["2026-01-01T00:00:10Z", "2026-01-01T00:00:10.000000001Z", "2026-01-01T01:00:10.5+01:00"] {
        assert_eq!(with(json!({ "renewTime": time })).problems, [] as [&str; 0], "{time}");
    }
}

#[test]
fn each_oddity_is_told_and_none_spoils_the_rest() {
    let missing = "leaseDurationSeconds is missing: each reader counts its own";
    for (spec, problem) in [
        (json!("text"), "spec is a text"),
        (json!([1, 2]), "spec is a list"),
        (json!(7), "spec is a number"),
        (json!({ "holderIdentity": 7 }), "holderIdentity is a number"),
        (json!({ "holderIdentity": "x", "renewTime": "2026-01-01T00:00:10Z" }), missing),
    ] {
        assert_eq!(view(spec.clone()).problems, [problem], "{spec}");
    }
    let own = "each reader counts its own";
    for (more, problem) in [
        (json!({ "leaseDurationSeconds": null }), missing.to_owned()),
        (json!({ "leaseDurationSeconds": 0 }), format!("leaseDurationSeconds is 0: {own}")),
        (json!({ "leaseDurationSeconds": -5 }), format!("leaseDurationSeconds is -5: {own}")),
        (json!({ "leaseDurationSeconds": i64::MIN }), format!("leaseDurationSeconds is {}: {own}", i64::MIN)),
        (
            json!({ "leaseDurationSeconds": 3_000_000_000_u64 }),
            format!("leaseDurationSeconds is 3000000000: {own}"),
        ),
        (json!({ "leaseDurationSeconds": 1.5 }), format!("leaseDurationSeconds is 1.5: {own}")),
        (json!({ "leaseDurationSeconds": "15" }), format!("leaseDurationSeconds is a text: {own}")),
        (json!({ "leaseDurationSeconds": true }), format!("leaseDurationSeconds is a boolean: {own}")),
        (
            json!({ "leaseDurationSeconds": i32::MAX }),
            "leaseDurationSeconds is 2147483647: a holder that crashes blocks it for 24855 days".to_owned(),
        ),
        (json!({ "renewTime": null }), "renewTime is missing".to_owned()),
        (json!({ "renewTime": 5 }), "renewTime is a number".to_owned()),
        (json!({ "renewTime": "" }), "renewTime is no time that can be read: ".to_owned()),
        (json!({ "renewTime": "yesterday" }), "renewTime is no time that can be read: yesterday".to_owned()),
        (
            json!({ "renewTime": "9999-12-31T23:59:59.999999Z" }),
            "renewTime is no time that can be read: 9999-12-31T23:59:59.999999Z".to_owned(),
        ),
        (json!({ "acquireTime": {} }), "acquireTime is an object".to_owned()),
        (json!({ "leaseTransitions": -1 }), "leaseTransitions is -1".to_owned()),
        (json!({ "leaseTransitions": 1e300 }), "leaseTransitions is 1e+300".to_owned()),
        (json!({ "leaseTransitions": "many" }), "leaseTransitions is a text".to_owned()),
        (json!({ "leaseTransitions": i32::MAX }), "leaseTransitions is at the top of its range".to_owned()),
        (json!({ "holderIdentity": " " }), "holderIdentity cannot be seen as text".to_owned()),
        (json!({ "holderIdentity": "a\u{0}b" }), "holderIdentity cannot be seen as text".to_owned()),
        (json!({ "holderIdentity": "x".repeat(254) }), "holderIdentity has 254 bytes".to_owned()),
    ] {
        let lease = with(more.clone());
        assert_eq!(lease.problems, [problem], "{more}");
        assert!(lease.holder.is_some(), "{more}");
    }
    // Neither of these is odd.
    for more in [
        json!({ "leaseDurationSeconds": 86_400 }),
        json!({ "leaseTransitions": null }),
        json!({ "leaseTransitions": 0 }),
    ] {
        assert_eq!(with(more.clone()).problems, [] as [&str; 0], "{more}");
    }
}

#[test]
fn a_name_is_taken_apart_only_where_it_is_a_buckets() {
    let place = |name| {
        let Place { component, queue, bucket, .. } = Place::of(name);
        (component, queue, bucket)
    };
    let expect = |component: &str, queue: &str, bucket| (component.to_owned(), queue.to_owned(), bucket);
    assert_eq!(place("a.b.c.02-of-10"), expect("a", "b.c", Some((2, 10))));
    assert_eq!(place("short.00-of-01"), expect("short", "", Some((0, 1))));
    assert_eq!(place("my.dotted.lock"), expect("my.dotted.lock", "", None));
}

#[test]
fn only_leases_of_elections_count() {
    let is = |metadata: Value| {
        LeaseView::is_of_election(&serde_json::from_value(json!({ "metadata": metadata })).unwrap())
    };
    assert!(is(json!({ "namespace": "kube-system", "name": "kube-scheduler" })));
    assert!(!is(json!({ "namespace": "kube-node-lease", "name": "n" })));
    assert!(!is(json!({ "name": "a", "labels": { "apiserver.kubernetes.io/identity": "kube-apiserver" } })));
    let owner = |kind: &str| json!([{ "apiVersion": "v1", "kind": kind, "name": "n", "uid": "u" }]);
    assert!(!is(json!({ "name": "n", "ownerReferences": owner("Node") })));
    assert!(is(json!({ "name": "n", "ownerReferences": owner("Pod") })));
}

#[test]
fn nothing_that_was_written_reaches_a_terminal_as_it_is() {
    assert_eq!(plain("a\u{1b}[31mb\n\u{202e}c\u{200b}ü"), "a\\u{1b}[31mb\\u{a}\\u{202e}c\\u{200b}ü");
    assert_eq!(plain(&"x".repeat(80)), "x".repeat(80));
    assert_eq!(plain(&"x".repeat(81)), "x".repeat(80) + "…");
}

#[test]
fn a_long_message_is_written_in_full_and_is_harmless_too() {
    let message = format!("{}\u{1b}[31m{}", "x".repeat(120), "y".repeat(120));
    assert_eq!(harmless(&message), format!("{}\\u{{1b}}[31m{}", "x".repeat(120), "y".repeat(120)));
}
