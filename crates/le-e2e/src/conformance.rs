//! One suite for two servers: what `le-testkit`'s API server promises, asked of it and of a real kube-apiserver.
//!
//! A [`Case`] is a claim. It sends requests in a namespace of its own and compares what comes back with what is written in the case,
//! to the byte where the bytes matter. [`run`] runs all of them, some at a time. The two servers are never compared with each
//! other: both must be what the cases say.
//!
//! What is known to differ has its row in `docs/testing.md`; a case that touches such a difference says so, and a test holds the
//! two together.

mod answer;
mod bench;
mod kinds;
mod run;
mod stream;

mod apply;
mod apply_fields;
mod collection;
mod config_maps;
mod create;
mod custom;
mod delete;
mod discovery;
mod events;
mod get;
mod json_patch;
mod lease;
mod lease_times;
mod lease_update;
mod list;
mod media;
mod merge_patch;
mod metadata;
mod names;
mod namespaces;
mod paging;
mod paths;
mod pods;
mod preconditions;
mod protobuf;
mod secrets;
mod selectors;
mod strategic;
mod tables;
mod unknown_fields;
mod update;
mod versions;
mod watch;
mod watch_options;
mod watch_selectors;
mod workloads;

use std::fmt;

use futures::future::BoxFuture;

use bench::Bench;
pub use kinds::widget;
pub use run::{Failure, Outcome, Report, cases, run};

/// What a case gives: nothing, or what was not as it should be.
pub(crate) type Done = anyhow::Result<()>;

/// Which server is asked. Only where a difference is known does a case look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Server {
    /// `le-testkit`'s; the kind of [`widget`] must be registered there.
    Embedded,
    /// A kube-apiserver without controllers, which will not be used after: what the cases make there stays.
    Real,
}

/// A claim about the server, with what proves it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Case {
    /// What it is about: the file that it stands in.
    pub group: &'static str,
    /// The claim.
    pub name: &'static str,
    /// Where it expects one thing of the one server and another of the other: why.
    pub differs: Option<&'static str>,
    run: fn(Bench) -> BoxFuture<'static, Done>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.group, self.name)
    }
}

/// Makes the table of a file's cases from the names of its functions.
macro_rules! claims {
    ($group:literal: $($name:ident $(differs $why:literal)?),* $(,)?) => {
        pub(super) const CASES: &[$crate::conformance::Case] = &[$($crate::conformance::Case {
            group: $group,
            name: stringify!($name),
            differs: $crate::conformance::why!($($why)?),
            run: |bench| Box::pin($name(bench)),
        }),*];
    };
}

macro_rules! why {
    () => {
        None
    };
    ($why:literal) => {
        Some($why)
    };
}

pub(crate) use {claims, why};
