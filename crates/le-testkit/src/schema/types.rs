//! The tables: which fields there are.

use super::{Schema, Type};

const STRINGS: Type = Type::Map(&Type::String);

/// `metadata`, which every kind has. `managedFields` is not kept, as it is not served.
pub(crate) static META: Schema = Schema {
    name: "ObjectMeta",
    fields: &[
        ("name", Type::String),
        ("generateName", Type::String),
        ("namespace", Type::String),
        ("selfLink", Type::String),
        ("uid", Type::String),
        ("resourceVersion", Type::String),
        ("generation", Type::Int64),
        ("creationTimestamp", Type::Time),
        ("deletionTimestamp", Type::Pointer(&Type::Time)),
        ("deletionGracePeriodSeconds", Type::Pointer(&Type::Int64)),
        ("labels", STRINGS),
        ("annotations", STRINGS),
        ("ownerReferences", Type::List(&Type::Struct(&OWNER))),
        ("finalizers", Type::List(&Type::String)),
        ("managedFields", Type::List(&Type::Any)),
    ],
};

static OWNER: Schema = Schema {
    name: "OwnerReference",
    fields: &[
        ("apiVersion", Type::Pointer(&Type::String)),
        ("kind", Type::Pointer(&Type::String)),
        ("name", Type::Pointer(&Type::String)),
        ("uid", Type::Pointer(&Type::String)),
        ("controller", Type::Pointer(&Type::Bool)),
        ("blockOwnerDeletion", Type::Pointer(&Type::Bool)),
    ],
};

macro_rules! top {
    ($name:literal, $($field:expr),* $(,)?) => {
        Schema {
            name: $name,
            fields: &[
                ("apiVersion", Type::String),
                ("kind", Type::String),
                ("metadata", Type::Struct(&META)),
                $($field),*
            ],
        }
    };
}

pub(crate) static LEASE: Schema = top!("Lease", ("spec", Type::Struct(&LEASE_SPEC)));

static LEASE_SPEC: Schema = Schema {
    name: "LeaseSpec",
    fields: &[
        ("holderIdentity", Type::Pointer(&Type::String)),
        ("leaseDurationSeconds", Type::Pointer(&Type::Int32)),
        ("acquireTime", Type::Pointer(&Type::MicroTime)),
        ("renewTime", Type::Pointer(&Type::MicroTime)),
        ("leaseTransitions", Type::Pointer(&Type::Int32)),
        ("strategy", Type::Pointer(&Type::String)),
        ("preferredHolder", Type::Pointer(&Type::String)),
    ],
};

pub(crate) static CONFIG_MAP: Schema = top!(
    "ConfigMap",
    ("data", STRINGS),
    ("binaryData", Type::Map(&Type::Bytes)),
    ("immutable", Type::Pointer(&Type::Bool)),
);

pub(crate) static SECRET: Schema = top!(
    "Secret",
    ("data", Type::Map(&Type::Bytes)),
    ("stringData", STRINGS),
    ("type", Type::String),
    ("immutable", Type::Pointer(&Type::Bool)),
);

pub(crate) static NAMESPACE: Schema = top!(
    "Namespace",
    ("spec", Type::Struct(&NAMESPACE_SPEC)),
    ("status", Type::Struct(&NAMESPACE_STATUS)),
);

static NAMESPACE_SPEC: Schema =
    Schema { name: "NamespaceSpec", fields: &[("finalizers", Type::List(&Type::String))] };

static NAMESPACE_STATUS: Schema = Schema {
    name: "NamespaceStatus",
    fields: &[("phase", Type::String), ("conditions", Type::List(&Type::Any))],
};
