//! How often the admission policy refused something, as the API server counts it.

use http::Request;

use super::policy::RECORDS;
use crate::plane::{ADMIN, Plane};

/// The refusals so far. A server that was started again counts from nothing, so that this is asked before it is killed.
#[derive(Debug, Default)]
pub(super) struct Denials {
    pub(super) count: u64,
    last: u64,
}

impl Denials {
    /// Adds what there was since the last time. Where the server does not say, it is added at the next time.
    pub(super) async fn take(&mut self, plane: &Plane) {
        let Ok(client) = plane.client(ADMIN).await else { return };
        let Ok(request) = Request::get("/metrics").body(Vec::new()) else { return };
        let Ok(metrics) = client.request_text(request).await else { return };
        let now = denied(&metrics, RECORDS);
        self.count += now.checked_sub(self.last).unwrap_or(now);
        self.last = now;
    }
}

/// Counts what a policy has denied.
fn denied(metrics: &str, policy: &str) -> u64 {
    let name = format!("policy={policy:?}");
    let lines = metrics.lines().filter(|line| {
        line.starts_with("apiserver_validating_admission_policy_check_total{")
            && line.contains(&name)
            && line.contains("enforcement_action=\"deny\"")
    });
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_policy_denied_is_counted() {
        let line = |policy: &str, action: &str, count: u8| {
            format!(
                "apiserver_validating_admission_policy_check_total{{enforcement_action=\"{action}\",policy=\"{policy}\"}} {count}\n"
            )
        };
        let metrics = line("a", "deny", 3) + &line("a", "allow", 5) + &line("b", "deny", 7);
        assert_eq!(denied(&metrics, "a"), 3);
    }
}
