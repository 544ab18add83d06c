//! What lies in `docs/`, and is compared with what is there.

pub(crate) const PAGE: &str = include_str!("../../../../docs/observability.md");
pub(crate) const ALERTS: &str = include_str!("../../../../docs/observability/alerts.yaml");
pub(crate) const ALERTS_TEST: &str = include_str!("../../../../docs/observability/alerts_test.yaml");
pub(crate) const DASHBOARD: &str = include_str!("../../../../docs/observability/dashboard.json");

/// The folder of the alerts and the dashboard.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability");
