//! What Events say.

use kube::runtime::events::{Event, EventType};
use le_core::{Began, Candidate, StopReason, Stopped, Won};

/// The reason that client-go gives.
const REASON: &str = "LeaderElection";

/// An Event that is to be sent.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) lease: String,
    pub(super) identity: String,
    is_warning: bool,
    action: String,
    note: String,
}

impl Notice {
    pub(super) fn began(candidate: &Candidate, term: &Began) -> Self {
        let how = match term.won {
            Won::Free => "nobody had held the Lease before",
            Won::Released => "the Lease had been released",
            Won::Expired => "the Lease of the leader before had expired",
            Won::Created => "there was no Lease",
            _ => term.won.as_str(),
        };
        let note = format!("{} became leader: {how}", candidate.identity());
        Self::new(candidate, false, action("BecomeLeader", term.won.as_str()), note)
    }

    pub(super) fn stopped(candidate: &Candidate, term: &Stopped) -> Self {
        let note = format!("{} stopped leading: {}", candidate.identity(), term.reason);
        let is_warning = term.reason != StopReason::ToldToStop;
        Self::new(candidate, is_warning, action("StopLeading", term.reason.as_str()), note)
    }

    fn new(candidate: &Candidate, is_warning: bool, action: String, note: String) -> Self {
        Self {
            lease: candidate.bucket().to_owned(),
            identity: candidate.identity().to_owned(),
            is_warning,
            action,
            note,
        }
    }

    /// The Event as kube-runtime takes it.
    pub(super) fn event(&self) -> Event {
        Event {
            type_: if self.is_warning { EventType::Warning } else { EventType::Normal },
            reason: REASON.to_owned(),
            note: Some(self.note.clone()),
            action: self.action.clone(),
            secondary: None,
        }
    }
}

/// kube-runtime's recorder counts Events of one action as one, and keeps the first note: an action for each note, that is.
fn action(what: &str, word: &str) -> String {
    let mut action = what.to_owned();
    for part in word.split('_') {
        let (first, rest) = part.split_at(part.len().min(1));
        action.push_str(&first.to_ascii_uppercase());
        action.push_str(rest);
    }
    action
}
