//! The programs that are built.

/// One program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What it is, in the rows.
    pub(crate) what: &'static str,
    /// Its `[dependencies]` beside those of the program that it is built upon, with `{crates}` for the folder of ours.
    dependencies: &'static [&'static str],
    pub(crate) main: &'static str,
    /// The program in whose folder of built things it is built, so that only what it adds is built then. It may turn on no feature of
    /// what both have: that would be built twice, which nobody who builds it alone does.
    pub(crate) upon: Option<&'static Program>,
}

impl Program {
    /// Returns the program that is built from nothing: the lowest of those that this one is built upon.
    pub(crate) fn base(&self) -> &Self {
        self.upon.map_or(self, Self::base)
    }

    /// Returns all of its `[dependencies]`.
    pub(crate) fn dependencies(&self) -> Vec<&'static str> {
        let mut all = self.upon.map(Self::dependencies).unwrap_or_default();
        all.extend(self.dependencies);
        all
    }
}

/// What each operator with a controller has in its `src` too.
pub(crate) const CONTROLLER: &str = include_str!("../../../pulled/controller.rs");

/// What operators choose themselves.
const TOKIO: &str = r#"tokio = { version = "1", features = ["full"] }"#;
const STOP: &str = r#"tokio-util = { version = "0.7", default-features = false }"#;
const OPENAPI: &str =
    r#"k8s-openapi = { version = "0.29", default-features = false, features = ["latest"] }"#;
const KUBE: &str = r#"kube = { version = "5", features = ["client", "runtime", "rustls-tls", "ring"] }"#;
/// Two features that ours turn on. An operator that has them has no crate to build anew for ours.
const RECONCILE_ON: &str =
    r#"kube-runtime = { version = "5", features = ["unstable-runtime-reconcile-on"] }"#;
const BITFLAGS: &str = r#"bitflags = { version = "2", features = ["std"] }"#;
const FUTURES: &str = r#"futures = "0.3""#;
const JSON: &str = r#"serde_json = "1""#;

const CORE: &str = r#"le-core = { path = "{crates}/le-core", default-features = false }"#;
const LEASE: &str = r#"le-lease = { path = "{crates}/le-lease" }"#;
const CONFIG: &str = r#"le-config = { path = "{crates}/le-config" }"#;

pub(crate) static HASH: Program = Program {
    name: "hash",
    what: "le-hash",
    dependencies: &[CORE, r#"le-hash = { path = "{crates}/le-hash" }"#],
    main: include_str!("../../../pulled/hash.rs"),
    upon: None,
};

pub(crate) static SETTINGS: Program = Program {
    name: "config",
    what: "le-config",
    dependencies: &[CONFIG],
    main: include_str!("../../../pulled/config.rs"),
    upon: None,
};

pub(crate) static MACHINE: Program = Program {
    name: "machine",
    what: "le-lease without its driver",
    dependencies: &[CONFIG, CORE, r#"le-lease = { path = "{crates}/le-lease", default-features = false }"#],
    main: include_str!("../../../pulled/machine.rs"),
    upon: None,
};

pub(crate) static DRIVER: Program = Program {
    name: "driver",
    what: "le-lease with its driver, no TLS and no controller",
    dependencies: &[
        CORE,
        LEASE,
        r#"kube = { version = "5", default-features = false, features = ["client"] }"#,
        OPENAPI,
        TOKIO,
        STOP,
    ],
    main: include_str!("../../../pulled/driver.rs"),
    upon: None,
};

pub(crate) static PLAIN: Program = Program {
    name: "plain",
    what: "an operator, kube 5",
    dependencies: &[KUBE, RECONCILE_ON, BITFLAGS, OPENAPI, TOKIO, FUTURES, JSON],
    main: include_str!("../../../pulled/plain.rs"),
    upon: None,
};

pub(crate) static WITH_LEASE: Program = Program {
    name: "with-lease",
    what: "the operator with le-lease",
    dependencies: &[STOP, LEASE],
    main: include_str!("../../../pulled/lease.rs"),
    upon: Some(&PLAIN),
};

pub(crate) static WITH_RUNTIME: Program = Program {
    name: "with-runtime",
    what: "the operator with le-lease and le-runtime",
    dependencies: &[CORE, r#"le-runtime = { path = "{crates}/le-runtime" }"#],
    main: include_str!("../../../pulled/runtime.rs"),
    upon: Some(&WITH_LEASE),
};

pub(crate) static WITH_MANAGER: Program = Program {
    name: "with-manager",
    what: "the operator with kube-lease-manager 0.13.1",
    dependencies: &[r#"kube-lease-manager = "=0.13.1""#],
    main: include_str!("../../../pulled/manager.rs"),
    upon: Some(&PLAIN),
};

/// Kubert's newest version is for this version of kube.
const OLD_KUBE: &str =
    r#"kube = { version = "1.1", features = ["client", "runtime", "rustls-tls", "ring"] }"#;
const OLD_OPENAPI: &str =
    r#"k8s-openapi = { version = "0.25", default-features = false, features = ["latest"] }"#;

pub(crate) static OLD_PLAIN: Program = Program {
    name: "plain-1",
    what: "an operator, kube 1.1",
    dependencies: &[OLD_KUBE, OLD_OPENAPI, TOKIO, FUTURES, JSON],
    main: PLAIN.main,
    upon: None,
};

pub(crate) static WITH_KUBERT: Program = Program {
    name: "with-kubert",
    what: "the operator with kubert 0.25.0",
    dependencies: &[r#"kubert = { version = "=0.25.0", default-features = false, features = ["lease"] }"#],
    main: include_str!("../../../pulled/kubert.rs"),
    upon: Some(&OLD_PLAIN),
};
