//! What is counted now, beside what is kept.

use std::collections::BTreeSet;
use std::fmt;

use super::file::{Kept, Toolchain};

/// By how much a count may differ, in percent.
const MOST: u64 = 5;

/// The comparison.
#[derive(Debug)]
pub(super) struct Verdict {
    kept: Toolchain,
    now: Toolchain,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    kept: Option<u64>,
    now: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Little,
    Grown,
    Shrunk,
    New,
    Gone,
}

impl Verdict {
    pub(super) fn new(kept: &Kept, now: &Kept) -> Self {
        let names: BTreeSet<&String> = kept.counts.keys().chain(now.counts.keys()).collect();
        let count = |of: &Kept, name: &String| of.counts.get(name).copied();
        let rows = names.into_iter().map(|name| Row {
            name: name.clone(),
            kept: count(kept, name),
            now: count(now, name),
        });
        Self { rows: rows.collect(), kept: kept.toolchain.clone(), now: now.toolchain.clone() }
    }

    /// Tells whether a count has grown, or cannot be compared though it should be.
    pub(super) fn fails(&self) -> bool {
        let fails = |row: &Row| matches!(row.change(), Change::Grown | Change::New | Change::Gone);
        self.is_same_target() && self.rows.iter().any(fails)
    }

    /// Each kind of processor has instructions of its own.
    fn is_same_target(&self) -> bool {
        self.kept.target == self.now.target
    }

    fn names(&self, change: Change) -> Option<String> {
        let rows = self.rows.iter().filter(|row| row.change() == change);
        let names: Vec<String> = rows.map(|row| format!("`{}`", row.name)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl Row {
    fn change(&self) -> Change {
        let (Some(kept), Some(now)) = (self.kept, self.now) else {
            return if self.now.is_some() { Change::New } else { Change::Gone };
        };
        let exceeds = |more: u64, less: u64| more.saturating_sub(less) * 100 > kept * MOST;
        match () {
            () if exceeds(now, kept) => Change::Grown,
            () if exceeds(kept, now) => Change::Shrunk,
            () => Change::Little,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<30} {:>12} {:>12} {:>9}", "instructions", "kept", "now", "change")?;
        let text = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
        for row in &self.rows {
            let change = match (row.kept, row.now) {
                (Some(kept), Some(now)) if kept > 0 => {
                    format!("{:+.2} %", (now as f64 / kept as f64 - 1.0) * 100.0)
                }
                _ => "-".to_owned(),
            };
            writeln!(f, "{:<30} {:>12} {:>12} {change:>9}", row.name, text(row.kept), text(row.now))?;
        }
        let (kept, now) = (&self.kept, &self.now);
        if kept.target.is_empty() {
            return writeln!(f, "nothing was kept until now");
        }
        if !self.is_same_target() {
            return writeln!(
                f,
                "kept for `{}`, and this is {}: nothing is compared",
                kept.target, now.target
            );
        }
        if let Some(names) = self.names(Change::Grown) {
            writeln!(f, "grown by more than {MOST} %: {names}")?;
        }
        if let Some(names) = self.names(Change::Shrunk) {
            writeln!(f, "shrunk by more than {MOST} %: {names}; write the file anew, so that this is kept")?;
        }
        if let Some(names) = self.names(Change::New) {
            writeln!(f, "counted, and not kept: {names}")?;
        }
        if let Some(names) = self.names(Change::Gone) {
            writeln!(f, "kept, and not counted: {names}")?;
        }
        if kept.rustc != now.rustc {
            writeln!(
                f,
                "kept with Rust {}, and this is {}: that alone can change them",
                kept.rustc, now.rustc
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Kept {
        let toolchain = Toolchain { target: "here".to_owned(), rustc: "1.95.0".to_owned() };
        Kept { toolchain, counts: counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect() }
    }

    #[test]
    fn growth_of_five_percent_passes_and_more_fails() {
        let kept = counts(&[("a", 1_000), ("b", 1_000)]);
        assert!(!Verdict::new(&kept, &counts(&[("a", 1_050), ("b", 1_000)])).fails());
        let verdict = Verdict::new(&kept, &counts(&[("a", 1_051), ("b", 1_000)]));
        assert!(verdict.fails());
        assert!(verdict.to_string().contains("grown by more than 5 %: `a`\n"), "{verdict}");
    }

    #[test]
    fn what_shrinks_passes_and_asks_to_be_kept() {
        let verdict = Verdict::new(&counts(&[("a", 1_000)]), &counts(&[("a", 949)]));
        assert!(!verdict.fails());
        assert!(verdict.to_string().contains("shrunk by more than 5 %: `a`; write"), "{verdict}");
    }

    #[test]
    fn what_one_side_lacks_fails() {
        assert!(Verdict::new(&counts(&[]), &counts(&[("a", 1)])).fails());
        assert!(Verdict::new(&counts(&[("a", 1)]), &counts(&[])).fails());
    }

    #[test]
    fn another_compiler_is_told_and_another_target_is_not_compared() {
        let kept = counts(&[("a", 1_000)]);
        let mut now = counts(&[("a", 2_000)]);
        now.toolchain.rustc = "1.96.0".to_owned();
        let verdict = Verdict::new(&kept, &now);
        assert!(verdict.fails() && verdict.to_string().contains("kept with Rust 1.95.0"), "{verdict}");
        now.toolchain.target = "there".to_owned();
        let verdict = Verdict::new(&kept, &now);
        assert!(!verdict.fails() && verdict.to_string().contains("nothing is compared"), "{verdict}");
    }
}
