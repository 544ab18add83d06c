//! Identities and lease names: texts that are known to be fit.

use std::collections::BTreeMap;

use le_config::{HolderIdentity, IdentityError, LeaseName, LeaseNameError};

#[test]
fn an_identity_is_its_text_however_it_was_made() {
    let made = [
        HolderIdentity::new("pod-1_x").unwrap(),
        "pod-1_x".parse().unwrap(),
        HolderIdentity::try_from("pod-1_x".to_owned()).unwrap(),
    ];
    for identity in made {
        assert_eq!((identity.as_str(), identity.as_ref()), ("pod-1_x", "pod-1_x"));
        assert_eq!(identity.to_string(), "pod-1_x");
        assert_eq!(format!("{identity:>8}|{identity:?}"), " pod-1_x|\"pod-1_x\"");
    }
    assert_eq!("".parse::<HolderIdentity>(), Err(IdentityError::Empty));
    assert_eq!(HolderIdentity::try_from(String::new()), Err(IdentityError::Empty));
}

#[test]
fn an_identity_has_at_most_253_bytes() {
    assert!(HolderIdentity::new("x".repeat(253)).is_ok());
    // Bytes, and not characters.
    for identity in ["x".repeat(254), "ä".repeat(127)] {
        let error = HolderIdentity::new(identity.clone()).unwrap_err();
        assert_eq!(error, IdentityError::TooLong { identity });
        assert!(error.to_string().contains("has 254 bytes: shorten it to 253"), "{error}");
    }
}

#[test]
fn a_lease_name_is_its_text_however_it_was_made() {
    let made = [
        LeaseName::new("a.b-1").unwrap(),
        "a.b-1".parse().unwrap(),
        LeaseName::try_from("a.b-1".to_owned()).unwrap(),
    ];
    for name in made {
        assert_eq!((name.as_str(), name.as_ref(), name.to_string().as_str()), ("a.b-1", "a.b-1", "a.b-1"));
        assert_eq!(format!("{name:>6}|{name:?}"), " a.b-1|\"a.b-1\"");
        // A map of names is asked with a text.
        let map = BTreeMap::from([(name, 1)]);
        assert_eq!((map.get("a.b-1"), map.get("a")), (Some(&1), None));
    }
    assert_eq!("".parse::<LeaseName>(), Err(LeaseNameError::Empty));
    assert_eq!(LeaseName::try_from(String::new()), Err(LeaseNameError::Empty));
}

#[test]
fn a_lease_name_is_what_the_api_server_takes_for_a_name() {
    let long = |bytes: usize| "a".repeat(bytes);
    for name in ["a", "0", "a-b", "a.0", "a--b", &long(253)] {
        assert!(LeaseName::new(name).is_ok(), "{name}");
    }
    for (name, said) in [
        ("A", "has 'A' in it"),
        ("a_b", "has '_' in it"),
        ("a b", "has ' ' in it"),
        ("-a", "has the part \"-a\""),
        ("a-", "has the part \"a-\""),
        ("a.-b", "has the part \"-b\""),
        ("a..b", "has the part \"\""),
        (".", "has the part \"\""),
        (&long(254), "has 254 bytes: shorten it to 253"),
    ] {
        let error = LeaseName::new(name).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn the_pod_behind_an_identity_is_what_stands_before_the_first_underscore() {
    for (identity, pod) in [
        ("pod-7d9c-x2x_0c9f", Some("pod-7d9c-x2x")),
        ("pod_a_b", Some("pod")),
        ("pod-1", Some("pod-1")),
        ("_x", None),
        ("", None),
        ("Pod_x", None),
        ("a b_x", None),
    ] {
        assert_eq!(le_config::pod_of_identity(identity), pod, "{identity:?}");
    }
}
