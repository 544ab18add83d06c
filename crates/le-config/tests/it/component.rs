//! The view of one component: names and identity.

use le_config::{Component, Config, HolderIdentity, IdentityError, LeaseName, LeaseNameError, Timing};

fn component(name: &str, buckets: u32) -> Component {
    Config::new(buckets, Timing::default()).unwrap().component(name)
}

fn names(component: &Component, queue: &str) -> Vec<String> {
    component.lease_names(queue).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn names_are_made_of_component_queue_and_bucket() {
    let component = component("my-comp", 3);
    let expected =
        ["my-comp.queue-queue.00-of-03", "my-comp.queue-queue.01-of-03", "my-comp.queue-queue.02-of-03"];
    assert_eq!(names(&component, "queue-queue"), expected);
    assert_eq!(
        (component.name(), component.buckets(), component.timing()),
        ("my-comp", 3, Timing::default())
    );
}

#[test]
fn a_component_has_the_timing_and_the_buckets_of_its_configuration() {
    let config = Config::from_data([("lease-duration", "90s"), ("buckets", "4")]).unwrap();
    assert_ne!(config.timing(), Timing::default());
    let component = config.component("c");
    assert_eq!((component.timing(), component.buckets()), (config.timing(), 4));
}

#[test]
fn names_come_in_the_order_of_the_buckets() {
    let names = names(&component("c", 101), "q");
    assert_eq!(names.len(), 101);
    assert_eq!((names[9].as_str(), names[100].as_str()), ("c.q.09-of-101", "c.q.100-of-101"));
}

#[test]
fn a_mapped_prefix_replaces_component_and_queue_unless_it_is_empty() {
    let config =
        Config::from_data([("map-lease-prefix.C.Q", "Else.Where"), ("map-lease-prefix.C.R", "")]).unwrap();
    assert_eq!(names(&config.component("C"), "Q"), ["else.where.00-of-01"]);
    assert_eq!(names(&config.component("C"), "R"), ["c.r.00-of-01"]);
    // The prefix is looked up as it is, not in lower case.
    assert_eq!(names(&config.component("c"), "q"), ["c.q.00-of-01"]);
    assert_eq!(config.component("C").map_lease_prefix(), config.map_lease_prefix());
}

#[test]
fn a_lease_name_function_gives_the_whole_name() {
    let component = component("c", 2).with_lease_name(|bucket| format!("mine-{bucket}"));
    assert_eq!(names(&component, "any queue"), ["mine-0", "mine-1"]);
    assert_eq!(names(&component.clone(), "q").len(), 2);
    assert!(format!("{component:?}").contains("Fn(u32) -> String"));
}

#[test]
fn two_buckets_of_one_name_are_refused() {
    let error = component("c", 3)
        .with_lease_name(|bucket| format!("mine-{}", bucket % 2))
        .lease_names("q")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "buckets 0 and 2 both have the lease name \"mine-0\": give every bucket a name of its own"
    );
}

#[test]
fn a_name_that_no_object_can_have_is_refused_before_anything_is_sent() {
    let refusal = |component: &str, queue: &str| {
        self::component(component, 1).lease_names(queue).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("my_comp", "q"),
        "lease name \"my_comp.q.00-of-01\" has '_' in it: use lower-case letters, digits, '-' and '.' only"
    );
    assert_eq!(
        refusal("c", ""),
        "lease name \"c..00-of-01\" has the part \"\": begin and end every part between dots with a letter or a digit"
    );
    assert!(refusal("-c", "q").contains("has the part \"-c\""));
    assert!(refusal("c", "q-").contains("has the part \"q-\""));
    assert!(refusal("ç", "q").contains("has 'ç' in it"));
    assert!(refusal("c", &"q".repeat(300)).contains("has 311 bytes: shorten it to 253 or fewer"));
    let empty = component("c", 1).with_lease_name(|_| String::new()).lease_names("q").unwrap_err();
    assert_eq!(empty, LeaseNameError::Empty);
    assert!(component("c", 1).with_lease_name(|_| "Upper".to_owned()).lease_names("q").is_err());
}

#[test]
fn a_lease_name_has_at_most_253_bytes() {
    assert!(LeaseName::new("a".repeat(253)).is_ok());
    assert!(matches!(LeaseName::new("a".repeat(254)), Err(LeaseNameError::TooLong { .. })));
}

#[test]
fn only_a_dns_1123_subdomain_is_a_lease_name() {
    for name in ["a", "0", "a-b", "a--b", "a.b", "0.1.2-3"] {
        assert_eq!(LeaseName::new(name).unwrap().as_ref(), name);
    }
    for name in [
        "", ".", "-", "a.", ".a", "a..b", "a-", "-a", "a.-b", "a-.b", "A", "a b", "a\n", "a/b", "a_b",
        "\u{212a}",
    ] {
        assert!(name.parse::<LeaseName>().is_err(), "{name:?}");
        assert!(LeaseName::try_from(name.to_owned()).is_err(), "{name:?}");
    }
}

#[test]
fn an_identity_is_neither_empty_nor_too_long_for_the_field() {
    assert_eq!(HolderIdentity::new(""), Err(IdentityError::Empty));
    assert!(IdentityError::Empty.to_string().starts_with("the identity is empty: give one"));
    assert!(HolderIdentity::new("x".repeat(253)).is_ok());
    let error = HolderIdentity::try_from("é".repeat(127)).unwrap_err();
    assert!(error.to_string().contains("has 254 bytes: shorten it to 253 or fewer"), "{error}");
}

#[test]
fn an_identity_is_kept() {
    let identity: HolderIdentity = "pod_1".parse().unwrap();
    let component = component("c", 1);
    assert_eq!(component.identity(), None);
    assert_eq!(component.with_identity(identity.clone()).identity(), Some(&identity));
    assert_eq!(
        (identity.as_ref(), format!("{identity} {identity:?}")),
        ("pod_1", "pod_1 \"pod_1\"".to_owned())
    );
}
