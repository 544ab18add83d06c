//! What came out.

use std::collections::BTreeMap;
use std::fmt;

use le_cli::{Table, harmless, plain};
use serde::Serialize;

/// What came out of a run, by component.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// One row for each component that was seen.
    pub components: BTreeMap<String, Row>,
    /// How many rounds there were.
    pub rounds: u64,
    /// What chance was drawn from: with it, the same is drawn again.
    pub seed: u64,
}

/// What came out for one component. Times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Row {
    /// How often one of its leaders was struck.
    pub kills: u64,
    /// How many Leases went to a new holder.
    pub handed_over: usize,
    /// Half of the hand-overs took no longer.
    pub p50: Option<f64>,
    /// Nine of ten hand-overs took no longer.
    pub p90: Option<f64>,
    /// The longest hand-over.
    pub max: Option<f64>,
    /// How many Leases were without a holder for longer than the bound.
    pub never_came_back: usize,
    /// How many hand-overs had not been seen when the run ended.
    pub open: usize,
    /// Why it was not touched, the last time that it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untouched: Option<String>,
    #[serde(skip)]
    times: Vec<f64>,
}

impl Summary {
    /// Whether every Lease that was taken from its holder came back within the bound.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.components.values().all(|row| row.never_came_back == 0)
    }

    pub(crate) fn row(&mut self, component: &str) -> &mut Row {
        self.components.entry(component.to_owned()).or_default()
    }
}

impl Row {
    pub(crate) fn handed_over(&mut self, seconds: f64) {
        let place = self.times.partition_point(|time| *time < seconds);
        self.times.insert(place, seconds);
        self.handed_over = self.times.len();
        self.p50 = self.quantile(0.5);
        self.p90 = self.quantile(0.9);
        self.max = self.times.last().copied();
    }

    fn quantile(&self, share: f64) -> Option<f64> {
        // The least value that so large a share of all does not exceed.
        let rank = (self.times.len() as f64 * share).ceil() as usize;
        self.times.get(rank.saturating_sub(1)).copied()
    }
}

/// A table, with `{:#}` for a terminal.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            Table::new(["COMPONENT", "KILLS", "HANDED OVER", "P50", "P90", "MAX", "NEVER BACK", "NOTE"])
                .breaking(7);
        let time = |time: Option<f64>| time.map_or("-".to_owned(), |time| format!("{time:.3}s"));
        for (component, row) in &self.components {
            let open = (row.open > 0).then(|| format!("{} not yet seen", row.open));
            let note: Vec<String> = row.untouched.as_deref().map(harmless).into_iter().chain(open).collect();
            table.row([
                plain(component),
                row.kills.to_string(),
                row.handed_over.to_string(),
                time(row.p50),
                time(row.p90),
                time(row.max),
                row.never_came_back.to_string(),
                note.join("; "),
            ]);
        }
        table.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let mut row = Row::default();
        assert_eq!((row.p50, row.max), (None, None));
        for seconds in [3.0, 1.0, 2.0, 10.0, 5.0, 4.0, 6.0, 7.0, 8.0, 9.0] {
            row.handed_over(seconds);
        }
        assert_eq!((row.p50, row.p90, row.max), (Some(5.0), Some(9.0), Some(10.0)));
    }
}
