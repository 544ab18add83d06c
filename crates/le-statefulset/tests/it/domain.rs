//! Where the cluster's domain comes from.

use le_statefulset::{cluster_domain, search_domain};

use crate::env;

#[test]
fn the_variable_comes_first() {
    assert_eq!(cluster_domain(env(&[("CLUSTER_DOMAIN", "example.test")])), "example.test");
}

#[test]
fn without_the_variable_there_still_is_a_domain() {
    // What the resolver's file of this machine says is not known here, but nothing is ever empty.
    for variables in [&[][..], &[("CLUSTER_DOMAIN", "")]] {
        assert_ne!(cluster_domain(env(variables)), "");
    }
}

#[test]
fn the_domain_is_the_search_entry_of_services() {
    for (text, expected) in [
        (
            "search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.0.0.10",
            Some("cluster.local"),
        ),
        ("nameserver 10.0.0.10\nsearch svc.example.test.\n", Some("example.test")),
        ("search svc.first svc.second", Some("first")),
        ("search other\nsearch svc.later", Some("later")),
        ("search\tns.svc.tab\tsvc.tab\r\noptions ndots:5\r\n", Some("tab")),
        ("search svc. svc.. svc.real", Some("real")),
        ("search svc.two..", Some("two.")),
        ("", None),
        ("search", None),
        ("search ns.svc.cluster.local cluster.local", None),
        ("searching svc.no", None),
        (" search svc.no", None),
        ("# search svc.no", None),
        ("domain svc.no", None),
        ("options search svc.no", None),
    ] {
        assert_eq!(search_domain(text), expected, "{text:?}");
    }
}
