//! What needs a real control plane, real Go peers and real processes: `cargo xtask e2e`.
//!
//! The order of a run: [`tools`] finds or builds the programs, [`plane`] starts etcd and kube-apiserver, and each of the
//! [`stages`] does something there and says what came of it. [`conformance`] is what both this server and the embedded one promise. Participants are processes in a [`fleet`], with a [`proxy`] between
//! them and the API server where the network is to fail, and [`verdict`] decides from what they said whether anybody acted beside
//! another. A verdict can be had without any of the rest:
//!
//! ```
//! use le_e2e::fleet::{Kind, MemberId, Term};
//!
//! let term = |member, token, acts| Term {
//!     member: MemberId(member),
//!     kind: Kind::Rust,
//!     lease: "my-operator".to_owned(),
//!     token: Some(token),
//!     led: 0.0,
//!     acts: Some(acts),
//!     count: 10,
//!     stopped: None,
//!     odd: None,
//! };
//! assert!(le_e2e::verdict::judge(&[term(0, 7, (1.0, 2.0)), term(1, 9, (2.5, 3.0))]).is_clean());
//! assert!(!le_e2e::verdict::judge(&[term(0, 7, (1.0, 2.6)), term(1, 9, (2.5, 3.0))]).is_clean());
//! ```
#![expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "it is a library for the programs of this crate, and nobody else's"
)]

pub mod conformance;
pub mod doc;
pub mod fleet;
pub mod plane;
pub mod process;
pub mod progress;
pub mod proxy;
pub mod service;
pub mod stages;
pub mod tools;
pub mod verdict;
