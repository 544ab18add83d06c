//! The environment of a pod: what holds for any.

use le_statefulset::{Placement, PlacementError};

/// The variables in the order of the lines of a text; a line that is not there leaves its variable unset.
const VARIABLES: [&str; 4] = [
    "STATEFUL_CONTROLLER_ORDINAL",
    "STATEFUL_SERVICE_NAME",
    "STATEFUL_SERVICE_PORT",
    "STATEFUL_SERVICE_PROTOCOL",
];

/// Any environment gives a pod the bucket of its own ordinal, or a reason that names the variable and its value.
pub(crate) fn any_environment_gives_a_place_or_a_reason(text: &str) {
    let lines: Vec<&str> = text.split('\n').collect();
    let env = |key: &str| {
        let index = VARIABLES.iter().position(|variable| *variable == key)?;
        lines.get(index).map(|value| (*value).to_owned())
    };
    let namespace = lines.get(4).copied().unwrap_or("acme");
    let domain = lines.get(5).copied().unwrap_or("cluster.local");
    for buckets in [0, 1, 12, u32::MAX] {
        match Placement::new(env, namespace, domain, buckets) {
            Ok(placement) => is_in_its_place(&placement, lines[0], namespace, domain, buckets),
            Err(error) => gives_a_reason(&error, &lines, namespace, domain, buckets),
        }
    }
}

fn is_in_its_place(placement: &Placement, pod: &str, namespace: &str, domain: &str, buckets: u32) {
    let (set, ordinal) = pod.rsplit_once('-').expect("a pod's name has a hyphen");
    assert_eq!(Ok(u64::from(placement.ordinal())), ordinal.parse(), "{pod:?}");
    assert!(placement.ordinal() < buckets && !set.is_empty(), "{pod:?}");
    assert_eq!(placement.names().len(), buckets as usize);
    assert_eq!(&placement.names()[placement.ordinal() as usize], placement.bucket().name());
    let own = placement.bucket().name().as_str();
    assert!(own.contains(&format!("://{set}-{}.", placement.ordinal())), "{own} of {pod:?}");
    assert!(own.contains(&format!(".{namespace}.svc.{domain}:")), "{own}");
    assert!(!own.contains(char::is_whitespace), "{own:?}");
}

fn gives_a_reason(error: &PlacementError, lines: &[&str], namespace: &str, domain: &str, buckets: u32) {
    let said = error.to_string();
    let value_of = |variable: &str| match variable {
        "namespace" => Some(namespace),
        "CLUSTER_DOMAIN" => Some(domain),
        _ => {
            VARIABLES.iter().position(|known| *known == variable).and_then(|index| lines.get(index).copied())
        }
    };
    match error {
        PlacementError::Missing { variable } => assert_eq!(value_of(variable), None, "{said}"),
        PlacementError::Empty { variable } => assert_eq!(value_of(variable), Some(""), "{said}"),
        PlacementError::NoOrdinal { value, .. } => {
            assert_eq!(lines[0], value, "{said}");
            let (set, ordinal) = value.rsplit_once('-').unwrap_or_default();
            let is_count = !ordinal.starts_with("++") && ordinal.parse::<i64>().is_ok();
            assert!(set.is_empty() || !is_count, "{said}");
        }
        PlacementError::OutOfRange { ordinal, buckets: said_buckets, value } => {
            assert_eq!((lines[0], buckets), (value.as_str(), *said_buckets), "{said}");
            assert!(*ordinal >= buckets.into(), "{said}");
        }
        PlacementError::Invalid { variable, value, .. } => {
            // Of the pod's name it is the set's that is wrong.
            let whole = value_of(variable).expect("it is set");
            let is_set =
                *variable == VARIABLES[0] && whole.rsplit_once('-').is_some_and(|(set, _)| set == value);
            assert!(value == whole || is_set, "{said}");
            assert!(said.contains(&format!("{value:?}")), "{said}");
        }
        PlacementError::TooManyBuckets { buckets: said_buckets, most } => {
            assert_eq!((buckets, 2048), (*said_buckets, *most), "{said}");
            assert!(buckets > 2048, "{said}");
        }
        other => panic!("{other:?} is no reason here"),
    }
}
