//! The place of a pod, and what its environment may get wrong.

use le_core::NamespacedName;
use le_statefulset::{Placement, PlacementError};

use crate::{WHOLE, env, whole_but};

fn refusal(variable: &str, value: Option<&str>) -> String {
    Placement::from_env(whole_but(variable, value), 3).unwrap_err().to_string()
}

#[test]
fn a_bucket_is_named_by_the_address_of_its_pod() {
    let placement = Placement::from_env(env(&WHOLE), 3).unwrap();
    assert_eq!(placement.ordinal(), 1);
    assert_eq!(placement.bucket().name().as_str(), "https://as-1.svc.ns.svc.example.test:8080");
    assert_eq!(placement.names().len(), 3);
    assert_eq!(placement.names()[2].as_str(), "https://as-2.svc.ns.svc.example.test:8080");
}

#[test]
fn port_and_protocol_have_defaults() {
    let placement = Placement::from_env(whole_but("STATEFUL_SERVICE_PORT", None), 3).unwrap();
    assert_eq!(placement.bucket().name().as_str(), "https://as-1.svc.ns.svc.example.test:80");
    let placement = Placement::from_env(whole_but("STATEFUL_SERVICE_PROTOCOL", None), 3).unwrap();
    assert_eq!(placement.bucket().name().as_str(), "http://as-1.svc.ns.svc.example.test:8080");
}

#[test]
fn every_pod_has_its_own_bucket_and_all_keys_have_one_pod() {
    // With more than ten pods the order of the ordinals is not that of the names.
    let placements: Vec<_> = (0..25)
        .map(|i| {
            Placement::from_env(whole_but("STATEFUL_CONTROLLER_ORDINAL", Some(&format!("as-{i}"))), 25)
                .unwrap()
        })
        .collect();
    for (i, placement) in placements.iter().enumerate() {
        assert_eq!(placement.ordinal() as usize, i);
        assert_eq!(
            placement.bucket().name().as_str(),
            format!("https://as-{i}.svc.ns.svc.example.test:8080")
        );
        assert_eq!(placement.names()[i], *placement.bucket().name());
    }
    for i in 0..500 {
        let key = NamespacedName::new("ns", format!("object-{i}"));
        assert_eq!(placements.iter().filter(|placement| placement.bucket().has(&key)).count(), 1, "{key:?}");
    }
}

#[test]
fn an_ordinal_without_a_bucket_is_out_of_range() {
    for (pod, ordinal, buckets) in
        [("as-3", 3, 3), ("as-10", 10, 9), ("as-0", 0, 0), ("as-4294967296", 1u64 << 32, 1)]
    {
        let error =
            Placement::from_env(whole_but("STATEFUL_CONTROLLER_ORDINAL", Some(pod)), buckets).unwrap_err();
        assert_eq!(error, PlacementError::OutOfRange { ordinal, buckets, value: pod.to_owned() });
    }
    let said = refusal("STATEFUL_CONTROLLER_ORDINAL", Some("as-3"));
    assert_eq!(
        said,
        "ordinal 3 is out of range [0, 3): STATEFUL_CONTROLLER_ORDINAL \"as-3\" has no bucket; \
         raise the number of buckets or lower that of the replicas"
    );
}

#[test]
fn a_required_variable_that_is_missing_is_named() {
    for variable in ["STATEFUL_CONTROLLER_ORDINAL", "STATEFUL_SERVICE_NAME"] {
        assert_eq!(
            refusal(variable, None),
            format!(
                "{variable} is not set: set it for every pod of the StatefulSet, or no STATEFUL_* variable at all"
            )
        );
    }
}

#[test]
fn a_variable_set_to_nothing_is_never_a_default() {
    for variable in [
        "STATEFUL_CONTROLLER_ORDINAL",
        "STATEFUL_SERVICE_NAME",
        "STATEFUL_SERVICE_PORT",
        "STATEFUL_SERVICE_PROTOCOL",
    ] {
        let expected = format!("{variable} is set but empty: give it a value, or leave it out");
        assert_eq!(refusal(variable, Some("")), expected);
    }
}

#[test]
fn a_pod_without_an_ordinal_is_named_with_the_reason() {
    assert_eq!(
        refusal("STATEFUL_CONTROLLER_ORDINAL", Some("as0")),
        "STATEFUL_CONTROLLER_ORDINAL \"as0\" is not <set>-<ordinal>: it has no hyphen; set it from metadata.name"
    );
    let said = refusal("STATEFUL_CONTROLLER_ORDINAL", Some("as-"));
    assert!(said.contains("what follows the last hyphen is no number"), "{said}");
    for pod in ["as-x", "as- 1", "as-1.0", "as-99999999999999999999", "-1"] {
        let said = refusal("STATEFUL_CONTROLLER_ORDINAL", Some(pod));
        assert!(
            said.starts_with(&format!("STATEFUL_CONTROLLER_ORDINAL \"{pod}\" is not <set>-<ordinal>: ")),
            "{said}"
        );
    }
}

#[test]
fn a_value_that_is_no_part_of_an_address_is_named() {
    for (variable, values) in [
        ("STATEFUL_CONTROLLER_ORDINAL", &["$(POD_NAME)-1", "As-1", "a s-1"][..]),
        ("STATEFUL_SERVICE_NAME", &[" svc", "svc\n", "Svc", "$(SERVICE)"]),
        ("STATEFUL_SERVICE_PORT", &["http", "0", "65536", "-1", "+80", "80 ", "8o", "٣"]),
        ("STATEFUL_SERVICE_PROTOCOL", &["http://", " http", "1http", "h t"]),
        ("SYSTEM_NAMESPACE", &["Ns", "n s"]),
        ("CLUSTER_DOMAIN", &["cluster local", "http://x"]),
    ] {
        for value in values {
            let said = refusal(variable, Some(value));
            assert!(said.starts_with(variable) && said.contains(" is not a"), "{said}");
        }
    }
    let said = Placement::new(env(&WHOLE), "n s", "x", 3).unwrap_err().to_string();
    assert_eq!(said, "namespace \"n s\" is not a namespace: lower-case letters, digits and '-'");
}

#[test]
fn the_least_and_the_greatest_port_are_ports() {
    for port in ["1", "65535", "080"] {
        let placement = Placement::from_env(whole_but("STATEFUL_SERVICE_PORT", Some(port)), 3).unwrap();
        assert!(placement.bucket().name().as_str().ends_with(&format!(":{port}")));
    }
}

#[test]
fn the_namespace_is_the_systems_or_else_the_pods() {
    let with = |variables: &[(&str, &str)]| {
        let rest = WHOLE.into_iter().filter(|(key, _)| *key != "SYSTEM_NAMESPACE");
        Placement::from_env(env(&rest.chain(variables.iter().copied()).collect::<Vec<_>>()), 3)
    };
    for (variables, namespace) in [
        (&[("SYSTEM_NAMESPACE", "a"), ("POD_NAMESPACE", "b")][..], "a"),
        (&[("SYSTEM_NAMESPACE", ""), ("POD_NAMESPACE", "b")], "b"),
        (&[("POD_NAMESPACE", "b")], "b"),
    ] {
        let placement = with(variables).unwrap();
        assert!(
            placement.bucket().name().as_str().contains(&format!(".svc.{namespace}.svc.")),
            "{placement:?}"
        );
    }
    assert_eq!(with(&[]).unwrap_err(), PlacementError::NoNamespace);
    assert_eq!(
        with(&[("SYSTEM_NAMESPACE", ""), ("POD_NAMESPACE", "")]).unwrap_err(),
        PlacementError::NoNamespace
    );
    let said = with(&[("POD_NAMESPACE", "B")]).unwrap_err().to_string();
    assert!(said.starts_with("POD_NAMESPACE \"B\""), "{said}");
}

#[test]
fn there_are_at_most_2048_buckets() {
    assert_eq!(Placement::from_env(env(&WHOLE), 2048).unwrap().names().len(), 2048);
    for buckets in [2049, u32::MAX] {
        let error = Placement::from_env(env(&WHOLE), buckets).unwrap_err();
        assert_eq!(error, PlacementError::TooManyBuckets { buckets, most: 2048 });
    }
}
