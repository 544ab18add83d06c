//! A search through all that can happen, and what came of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Path};

use crate::journal::Coverage;
use crate::model::Candidates;
use crate::scope::Scope;
use crate::{rules, story};

/// How often whoever waits is told how far it is.
const GLANCE: Duration = Duration::from_millis(20);

/// How far a search is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// How many states were met that are unlike.
    pub unique: usize,
    /// How many states were met, one for each step.
    pub total: usize,
    /// How many steps the longest path has; the search is breadth-first.
    pub depth: usize,
    /// How long it has taken.
    pub time: Duration,
}

/// What is known of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// It holds in all that can happen.
    Holds,
    /// It does not.
    Violated,
    /// The search ended before it was known.
    Undecided,
}

/// What came of a search.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How far it went.
    pub progress: Progress,
    /// The properties, in order.
    pub verdicts: Vec<(&'static str, Verdict)>,
    /// How many steps the shortest way to a violation has.
    pub steps: Option<usize>,
    /// What happens on that way, a line each.
    pub story: Vec<String>,
    /// What happened how often.
    pub coverage: Arc<Coverage>,
    /// What never happened, where the search was through and began with all setups: then it is not worth what it seems.
    pub never: Vec<&'static str>,
}

impl Outcome {
    /// Whether every property holds, and all happened that can.
    pub fn is_sound(&self) -> bool {
        self.verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Holds) && self.never.is_empty()
    }

    /// Returns the properties that are violated.
    pub fn violated(&self) -> impl Iterator<Item = &'static str> {
        self.verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Violated).map(|(name, _)| *name)
    }
}

/// Searches through all that can happen within the scope, until it is through, a property is violated, or `stopped` is set.
pub fn search(
    scope: Scope,
    threads: usize,
    stopped: &Arc<AtomicBool>,
    mut tell: impl FnMut(Progress),
) -> Outcome {
    let model = Candidates::new(scope, Arc::clone(stopped));
    let coverage = Arc::clone(&model.coverage);
    let begin = Instant::now();
    let checker = model.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs();
    let look = |checker: &dyn Look| checker.look(begin.elapsed());
    while !checker.is_done() {
        thread::sleep(GLANCE);
        tell(look(&checker));
    }
    let checker = checker.join();
    let progress = look(&checker);
    // Once it was stopped no world has a next, and each looks like an end.
    let stopped = stopped.load(Ordering::Relaxed);
    let found = if stopped { HashMap::new() } else { checker.discoveries() };
    let found_none = found.is_empty();
    let verdict = |name| match found.contains_key(name) {
        true => Verdict::Violated,
        false if found_none && !stopped => Verdict::Holds,
        false => Verdict::Undecided,
    };
    let verdicts =
        rules::properties().iter().map(|property| (property.name, verdict(property.name))).collect();
    let shortest = found.into_values().map(Path::into_vec).min_by_key(Vec::len);
    let steps = shortest.as_ref().map(|path| path.len() - 1);
    let story = shortest.map(|path| story::tell(&path)).unwrap_or_default();
    let through = found_none && !stopped && scope.is_whole();
    let never = if through { coverage.never().collect() } else { Vec::new() };
    Outcome { progress, verdicts, steps, story, coverage, never }
}

/// Looks how far a checker is.
trait Look {
    fn look(&self, time: Duration) -> Progress;
}

impl<C: Checker<Candidates>> Look for C {
    fn look(&self, time: Duration) -> Progress {
        Progress {
            unique: self.unique_state_count(),
            total: self.state_count(),
            depth: self.max_depth(),
            time,
        }
    }
}
