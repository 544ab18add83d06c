//! The tables: which fields there are.

use super::{Schema, Type};

const STRINGS: Type = Type::Map(&Type::String);

/// `metadata`, which every kind has. `managedFields` is not kept, as it is not served.
pub(crate) static META: Schema = Schema {
    name: "ObjectMeta",
    fields: &[
        ("name", 1, Type::String),
        ("generateName", 2, Type::String),
        ("namespace", 3, Type::String),
        ("selfLink", 4, Type::String),
        ("uid", 5, Type::String),
        ("resourceVersion", 6, Type::String),
        ("generation", 7, Type::Int64),
        ("creationTimestamp", 8, Type::Time),
        ("deletionTimestamp", 9, Type::Pointer(&Type::Time)),
        ("deletionGracePeriodSeconds", 10, Type::Pointer(&Type::Int64)),
        ("labels", 11, STRINGS),
        ("annotations", 12, STRINGS),
        ("ownerReferences", 13, Type::List(&Type::Struct(&OWNER))),
        ("finalizers", 14, Type::List(&Type::String)),
        ("managedFields", 17, Type::List(&Type::Managed)),
    ],
};

static OWNER: Schema = Schema {
    name: "OwnerReference",
    fields: &[
        ("apiVersion", 5, Type::Pointer(&Type::String)),
        ("kind", 1, Type::Pointer(&Type::String)),
        ("name", 3, Type::Pointer(&Type::String)),
        ("uid", 4, Type::Pointer(&Type::String)),
        ("controller", 6, Type::Pointer(&Type::Bool)),
        ("blockOwnerDeletion", 7, Type::Pointer(&Type::Bool)),
    ],
};

macro_rules! top {
    ($name:literal, $($field:expr),* $(,)?) => {
        Schema {
            name: $name,
            fields: &[
                ("apiVersion", 0, Type::String),
                ("kind", 0, Type::String),
                ("metadata", 1, Type::Struct(&META)),
                $($field),*
            ],
        }
    };
}

pub(crate) static LEASE: Schema = top!("Lease", ("spec", 2, Type::Struct(&LEASE_SPEC)));

static LEASE_SPEC: Schema = Schema {
    name: "LeaseSpec",
    fields: &[
        ("holderIdentity", 1, Type::Pointer(&Type::String)),
        ("leaseDurationSeconds", 2, Type::Pointer(&Type::Int32)),
        ("acquireTime", 3, Type::Pointer(&Type::MicroTime)),
        ("renewTime", 4, Type::Pointer(&Type::MicroTime)),
        ("leaseTransitions", 5, Type::Pointer(&Type::Int32)),
        ("strategy", 6, Type::Pointer(&Type::String)),
        ("preferredHolder", 7, Type::Pointer(&Type::String)),
    ],
};

pub(crate) static CONFIG_MAP: Schema = top!(
    "ConfigMap",
    ("data", 2, STRINGS),
    ("binaryData", 3, Type::Map(&Type::Bytes)),
    ("immutable", 4, Type::Pointer(&Type::Bool)),
);

pub(crate) static SECRET: Schema = top!(
    "Secret",
    ("data", 2, Type::Map(&Type::Bytes)),
    ("stringData", 4, STRINGS),
    ("type", 3, Type::String),
    ("immutable", 5, Type::Pointer(&Type::Bool)),
);

pub(crate) static NAMESPACE: Schema = top!(
    "Namespace",
    ("spec", 2, Type::Struct(&NAMESPACE_SPEC)),
    ("status", 3, Type::Struct(&NAMESPACE_STATUS)),
);

static NAMESPACE_SPEC: Schema =
    Schema { name: "NamespaceSpec", fields: &[("finalizers", 1, Type::List(&Type::String))] };

static NAMESPACE_STATUS: Schema = Schema {
    name: "NamespaceStatus",
    fields: &[("phase", 1, Type::String), ("conditions", 2, Type::List(&Type::Any))],
};

const REFERENCE: Type = Type::Pointer(&Type::Struct(&OBJECT_REFERENCE));
const TIME: Type = Type::Pointer(&Type::Time);
const SOURCE: Type = Type::Pointer(&Type::Struct(&EVENT_SOURCE));
const SERIES: Type = Type::Pointer(&Type::Struct(&EVENT_SERIES));

pub(crate) static EVENT: Schema = top!(
    "Event",
    ("involvedObject", 2, REFERENCE),
    ("reason", 3, Type::String),
    ("message", 4, Type::String),
    ("source", 5, SOURCE),
    ("firstTimestamp", 6, TIME),
    ("lastTimestamp", 7, TIME),
    ("count", 8, Type::Int32),
    ("type", 9, Type::String),
    ("eventTime", 10, Type::Pointer(&Type::MicroTime)),
    ("series", 11, SERIES),
    ("action", 12, Type::String),
    ("related", 13, REFERENCE),
    ("reportingComponent", 14, Type::String),
    ("reportingInstance", 15, Type::String),
);

pub(crate) static EVENT_V1: Schema = top!(
    "Event",
    ("eventTime", 2, Type::Pointer(&Type::MicroTime)),
    ("series", 3, SERIES),
    ("reportingController", 4, Type::String),
    ("reportingInstance", 5, Type::String),
    ("action", 6, Type::String),
    ("reason", 7, Type::String),
    ("regarding", 8, REFERENCE),
    ("related", 9, REFERENCE),
    ("note", 10, Type::String),
    ("type", 11, Type::String),
    ("deprecatedSource", 12, SOURCE),
    ("deprecatedFirstTimestamp", 13, TIME),
    ("deprecatedLastTimestamp", 14, TIME),
    ("deprecatedCount", 15, Type::Int32),
);

static OBJECT_REFERENCE: Schema = Schema {
    name: "ObjectReference",
    fields: &[
        ("kind", 1, Type::String),
        ("namespace", 2, Type::String),
        ("name", 3, Type::String),
        ("uid", 4, Type::String),
        ("apiVersion", 5, Type::String),
        ("resourceVersion", 6, Type::String),
        ("fieldPath", 7, Type::String),
    ],
};

static EVENT_SOURCE: Schema =
    Schema { name: "EventSource", fields: &[("component", 1, Type::String), ("host", 2, Type::String)] };

static EVENT_SERIES: Schema = Schema {
    name: "EventSeries",
    fields: &[("count", 1, Type::Int32), ("lastObservedTime", 2, Type::Pointer(&Type::MicroTime))],
};

pub(crate) static DELETE_OPTIONS: Schema = Schema {
    name: "DeleteOptions",
    fields: &[
        ("apiVersion", 0, Type::String),
        ("kind", 0, Type::String),
        ("gracePeriodSeconds", 1, Type::Pointer(&Type::Int64)),
        ("preconditions", 2, Type::Pointer(&Type::Struct(&PRECONDITIONS))),
        ("orphanDependents", 3, Type::Pointer(&Type::Bool)),
        ("propagationPolicy", 4, Type::Pointer(&Type::String)),
        ("dryRun", 5, Type::List(&Type::String)),
    ],
};

static PRECONDITIONS: Schema = Schema {
    name: "Preconditions",
    fields: &[("uid", 1, Type::Pointer(&Type::String)), ("resourceVersion", 2, Type::Pointer(&Type::String))],
};
