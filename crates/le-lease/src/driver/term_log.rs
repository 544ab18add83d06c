//! What a person wants to know when a leadership is lost, in one line.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::time::Duration;

use le_config::LeaseName;
use le_core::{FencingToken, Moment, StopReason};

use crate::Notice;

/// How many kinds of failure in a row are told; of more than that the newest.
const TOLD: usize = 5;

/// The present term, as far as its end may need explaining.
#[derive(Debug)]
pub(super) struct TermLog {
    token: FencingToken,
    /// When the right was last renewed.
    renewed: Moment,
    deadline: Moment,
    /// How many attempts have failed since then.
    failed: u32,
    /// What came of them.
    attempts: VecDeque<Attempts>,
    /// Whether the work has outlasted its bound, which was told.
    overran: bool,
}

/// Attempts in a row that failed in one way.
#[derive(Debug)]
struct Attempts {
    what: String,
    count: u32,
    /// How long the longest took.
    longest: Duration,
}

impl TermLog {
    pub(super) fn new(token: FencingToken, now: Moment, deadline: Moment) -> Self {
        let attempts = VecDeque::new();
        Self { token, renewed: now, deadline, failed: 0, attempts, overran: false }
    }

    pub(super) fn renewed(&mut self, now: Moment, deadline: Moment) {
        self.renewed = now;
        self.deadline = deadline;
        self.attempts.clear();
        self.failed = 0;
    }

    /// Takes in that nothing came of an attempt to renew.
    pub(super) fn failed(&mut self, what: &dyn fmt::Display, latency: Duration) {
        self.failed = self.failed.saturating_add(1);
        let what = what.to_string();
        match self.attempts.back_mut() {
            Some(last) if last.what == what => {
                last.count += 1;
                last.longest = last.longest.max(latency);
            }
            _ => {
                if self.attempts.len() == TOLD {
                    self.attempts.pop_front();
                }
                self.attempts.push_back(Attempts { what, count: 1, longest: latency });
            }
        }
    }

    pub(super) fn noticed(&mut self, notice: &Notice) {
        self.overran |= matches!(notice, Notice::DrainOverran { .. });
    }

    /// Says that the term has ended: as a warning, with all there is to say, where it was lost.
    pub(super) fn ends(
        self,
        now: Moment,
        reason: StopReason,
        lease: &LeaseName,
        holder: Option<&str>,
        identity: &str,
    ) {
        let (fencing_token, reason_word) = (self.token.get(), reason.as_str());
        let lost = !matches!(reason, StopReason::ToldToStop | StopReason::PromotionFailed);
        if !lost || self.overran {
            tracing::info!(fencing_token, reason = reason_word, "stopped leading lease {lease:?}: {reason}");
            return;
        }
        let margin = self.deadline.since(now);
        let other = holder.filter(|holder| !holder.is_empty() && *holder != identity);
        tracing::warn!(
            fencing_token,
            reason = reason_word,
            attempts = self.failed,
            margin_seconds = margin.as_secs_f64(),
            new_holder = other,
            "{}",
            self.explain(now, reason, lease, margin, other)
        );
    }

    fn explain(
        &self,
        now: Moment,
        reason: StopReason,
        lease: &LeaseName,
        margin: Duration,
        other: Option<&str>,
    ) -> String {
        let mut text = format!("lost lease {lease:?}: {reason}");
        // Writing into a text cannot fail.
        let since = now.since(self.renewed);
        let _ = match self.failed {
            0 => write!(text, "; no attempt has failed since the last renewal {since:.1?} before"),
            1 => write!(text, "; one attempt has failed since the last renewal {since:.1?} before"),
            failed => {
                write!(text, "; {failed} attempts have failed since the last renewal {since:.1?} before")
            }
        };
        for (index, Attempts { what, count, longest }) in self.attempts.iter().enumerate() {
            let _ = write!(
                text,
                "{}{count} times {what} ({longest:.1?})",
                if index == 0 { ": " } else { ", then " }
            );
        }
        let _ = write!(text, "; {margin:.1?} of the right were left");
        let _ = match other {
            Some(other) => write!(text, "; {other:?} holds it now"),
            None => write!(text, "; nobody else was seen to hold it"),
        };
        text + "; " + self.advice(reason)
    }

    /// What to do.
    fn advice(&self, reason: StopReason) -> &'static str {
        match reason {
            StopReason::DeadlinePassed if self.attempts.is_empty() => {
                "this process stood still, or could not run: look at its CPU limit, and for work that blocks the runtime's threads"
            }
            StopReason::DeadlinePassed => {
                "if it happens again, mend what the attempts say, or give a longer renew deadline and lease duration"
            }
            StopReason::Replaced => {
                "somebody wrote the lease while it was held: find out who else writes it, for no replica does so by itself"
            }
            StopReason::DeletedAndTaken => {
                "somebody deleted the lease while it was held: find out who, and keep them from it"
            }
            StopReason::IdentityUsedElsewhere => {
                "two processes have one identity: give each its own, such as the pod's name"
            }
            _ => "another replica takes over",
        }
    }
}
