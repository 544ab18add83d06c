//! Leader election seen from outside: metrics with client-go's names, health that fails only when it must, Events, and a label on
//! the leader's pod.
//!
//! Three lines wire up everything. What remains is to serve it: with whatever the program serves HTTP, as the example `observed`
//! does with axum, or by [`Observe::serve`] where it serves none.
//!
//! ```
//! # #[cfg(all(feature = "health", feature = "metrics"))]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use prometheus_client::registry::Registry;
//!
//! let mut registry = Registry::default();
//! let observe = le_observe::Observe::new(&mut registry);
//! let builder = le_core::Unopposed.observed_by(observe.observers()); // or that of any backend
//!
//! // `/livez` and `/readyz`: an error says in words what is wrong.
//! observe.health().live()?;
//! // `/metrics`:
//! let mut text = String::new();
//! prometheus_client::encoding::text::encode(&mut text, &registry)?;
//! assert!(text.contains("leader_election_master_status"));
//! # let _ = builder;
//! # Ok(())
//! # }
//! # #[cfg(all(feature = "health", feature = "metrics"))]
//! # example().unwrap();
//! ```
//!
//! # Metrics
//!
//! The first two are client-go's, so that dashboards and alerts made for Go work unchanged. `name` is that of the bucket, which is
//! that of its Lease. A duration is in seconds.
//!
//! | metric | type | labels | meaning |
//! |---|---|---|---|
//! | `leader_election_master_status` | gauge | `name` | 1 while this replica leads, else 0 |
//! | `leader_election_slowpath_total` | counter | `name` | a leader had to read the Lease before it could write again |
//! | `leader_election_last_renewal_timestamp_seconds` | gauge | `name` | unix time of the last write that began or renewed a term |
//! | `leader_election_renewal_duration_seconds` | histogram | `name` | how long a renewal took |
//! | `leader_election_renewal_margin_seconds` | histogram | `name` | how long the right would have held on without that renewal |
//! | `leader_election_attempts_failed_total` | counter | `name`, `reason` | requests that came to nothing: [`FailReason`](le_core::FailReason) |
//! | `leader_election_terms_begun_total` | counter | `name`, `how` | [`Won`](le_core::Won) |
//! | `leader_election_terms_ended_total` | counter | `name`, `reason` | [`StopReason`](le_core::StopReason) |
//! | `leader_election_handover_duration_seconds` | histogram | `name` | from the last sign of another leader until this replica led |
//! | `leader_election_drain_duration_seconds` | histogram | `name` | how long the work of a term took to wind down |
//! | `leader_election_buckets_led` | gauge | | buckets that this replica leads |
//! | `leader_election_buckets_without_leader` | gauge | | buckets that it competes for, and of which it knows no leader |
//! | `leader_election_watches_lost_total` | counter | | the watch of Leases was lost |
//! | `leader_election_watches_regained_total` | counter | | it came back |
//! | `leader_election_observer_facts_missed_total` | counter | | facts dropped because observers were too slow |
//!
//! What leads is asked of the candidates at each scrape and does not go through the queue of facts, so a process that was paused does
//! not show a leadership that has run out.
//!
//! **Cardinality.** Every series is there with 0 from when its candidate begins, before the first election, and none comes later: 76
//! for each bucket that a replica competes for, whoever leads it, and 5 for the process. There is no label whose values come from
//! outside. Ten buckets are 765 series in each replica, a hundred 7605.
//!
//! # Features
//!
//! `health` and `metrics`, both on by default, each bring what their name says, and only what that needs. [`Observe`] is there with
//! both; `serve`, on by default too, serves them with hyper, which programs with kube have. `events` ([`Events`]) and `label` ([`PodLabel`]) ask the API server for something, and so they are off: each takes rights
//! that an election does not. Who leads is known without any of it, by [`le_core::Leaders`].

#[cfg(any(feature = "events", feature = "label"))]
mod attempt;
#[cfg(feature = "events")]
mod events;
#[cfg(feature = "health")]
mod health;
#[cfg(feature = "label")]
mod label;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(all(feature = "health", feature = "metrics"))]
mod observe;
#[cfg(feature = "serve")]
mod serve;

#[cfg(feature = "events")]
pub use events::Events;
#[cfg(feature = "health")]
pub use health::{Health, NotReady, Wedged};
#[cfg(feature = "label")]
pub use label::{Labelled, LabelledBuilder, PodLabel};
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
#[cfg(all(feature = "health", feature = "metrics"))]
pub use observe::Observe;
