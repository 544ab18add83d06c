//! The kinds that are there from the start.

use crate::kind::{Kind, Names, Rules};
use crate::schema::{CONFIG_MAP, EVENT, EVENT_V1, LEASE, NAMESPACE, SECRET};

/// The kinds that are there from the start.
pub(crate) fn kinds() -> Vec<Kind> {
    let plain = Rules::BUILT_IN;
    let workload = Rules { status: true, generation: true, ..plain };
    let event = Rules { create_on_update: true, schema: Some(&EVENT), ..plain };
    vec![
        Kind::cluster("", "v1", "Namespace", "namespaces").short_name("ns").with_rules(Rules {
            status: true,
            returns_deleted: true,
            names: Names::Label,
            schema: Some(&NAMESPACE),
            ..plain
        }),
        Kind::namespaced("", "v1", "ConfigMap", "configmaps")
            .short_name("cm")
            .with_rules(Rules { schema: Some(&CONFIG_MAP), ..plain }),
        Kind::namespaced("", "v1", "Secret", "secrets").with_rules(Rules { schema: Some(&SECRET), ..plain }),
        Kind::namespaced("", "v1", "Event", "events").short_name("ev").with_rules(event),
        Kind::namespaced("", "v1", "Pod", "pods")
            .short_name("po")
            .with_rules(Rules { returns_deleted: true, ..workload }),
        Kind::namespaced("", "v1", "Service", "services").short_name("svc").with_rules(Rules {
            status: true,
            create_on_update: true,
            returns_deleted: true,
            names: Names::Label1035,
            ..plain
        }),
        Kind::namespaced("", "v1", "ServiceAccount", "serviceaccounts")
            .short_name("sa")
            .with_rules(Rules { returns_deleted: true, ..plain }),
        Kind::namespaced("apps", "v1", "Deployment", "deployments").short_name("deploy").with_rules(workload),
        Kind::namespaced("apps", "v1", "ReplicaSet", "replicasets").short_name("rs").with_rules(workload),
        Kind::namespaced("apps", "v1", "StatefulSet", "statefulsets").short_name("sts").with_rules(workload),
        Kind::namespaced("coordination.k8s.io", "v1", "Lease", "leases").with_rules(Rules {
            create_on_update: true,
            unconditional_update: false,
            schema: Some(&LEASE),
            ..plain
        }),
        Kind::namespaced("events.k8s.io", "v1", "Event", "events")
            .short_name("ev")
            .with_rules(Rules { schema: Some(&EVENT_V1), ..event }),
    ]
}
