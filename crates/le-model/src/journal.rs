//! What is noted while something happens: how often what happened, or a story for people.

use std::sync::atomic::{AtomicU64, Ordering};

use le_core::StopReason;
use le_lease::{Event, Notice, Reply};

use crate::action::{Action, Identity};

macro_rules! happenings {
    ($($kind:ident $name:literal,)*) => {
        /// Something that happens in some worlds, if the search is any good.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Happening { $($kind,)* }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

happenings! {
    Tick "tick",
    Serve "serve",
    LoseRequest "lose request",
    LoseReply "lose reply",
    DelayRequest "delay request",
    DelayReply "delay reply",
    Garble "garble",
    Repeat "repeat",
    Refuse "refuse",
    Arrive "arrive late",
    Hear "hear late",
    Stall "stall watch",
    Tell "tell late",
    Relist "relist",
    Pause "pause",
    Resume "resume",
    Crash "crash",
    RestartNew "restart as another",
    RestartSame "restart as the same",
    RestartAlone "restart as the same, alone",
    Bury "stay away",
    Stop "stop",
    StepDown "step down",
    Drain "drain",
    Delete "delete",
    Take "take",
    TakeAs "take as a candidate",
    Written "written",
    Found "found",
    NotFound "not found",
    Conflict "conflict",
    Lead "lead",
    Renewed "renewed",
    WindDown "wind down",
    ToldToStop "told_to_stop",
    DeadlinePassed "deadline_passed",
    Replaced "replaced",
    DeletedAndTaken "deleted_and_taken",
    IdentityUsedElsewhere "identity_used_elsewhere",
    PromotionFailed "promotion_failed",
    Abandoned "abandoned",
    Released "released",
    NoticeIdentity "notice: identity",
    NoticeOverran "notice: overran",
    NoticeStillDraining "notice: still draining",
    NoticeNotReleased "notice: not released",
    Finished "finished",
    Other "something else",
}

impl Happening {
    pub(crate) fn of(event: &Event) -> Self {
        match event {
            Event::Lead { .. } => Self::Lead,
            Event::Renewed { .. } => Self::Renewed,
            Event::WindDown => Self::WindDown,
            Event::End { reason } => match reason {
                StopReason::ToldToStop => Self::ToldToStop,
                StopReason::DeadlinePassed => Self::DeadlinePassed,
                StopReason::Replaced => Self::Replaced,
                StopReason::DeletedAndTaken => Self::DeletedAndTaken,
                StopReason::IdentityUsedElsewhere => Self::IdentityUsedElsewhere,
                StopReason::PromotionFailed => Self::PromotionFailed,
                _ => Self::Other,
            },
            Event::Abandon(_) => Self::Abandoned,
            Event::Released => Self::Released,
            Event::Notice(Notice::IdentityUsedElsewhere { .. }) => Self::NoticeIdentity,
            Event::Notice(Notice::DrainOverran { .. }) => Self::NoticeOverran,
            Event::Notice(Notice::StillDraining { .. }) => Self::NoticeStillDraining,
            Event::Notice(Notice::NotReleased) => Self::NoticeNotReleased,
            Event::Finished => Self::Finished,
            _ => Self::Other,
        }
    }
}

impl From<Action> for Happening {
    fn from(action: Action) -> Self {
        match action {
            Action::Tick => Self::Tick,
            Action::Serve(_) => Self::Serve,
            Action::LoseRequest(_) => Self::LoseRequest,
            Action::LoseReply(_) => Self::LoseReply,
            Action::DelayRequest(_) => Self::DelayRequest,
            Action::DelayReply(_) => Self::DelayReply,
            Action::Garble(_) => Self::Garble,
            Action::Repeat(_) => Self::Repeat,
            Action::Refuse(_) => Self::Refuse,
            Action::Arrive(_) => Self::Arrive,
            Action::Hear(_) => Self::Hear,
            Action::Stall(_) => Self::Stall,
            Action::Tell(_) => Self::Tell,
            Action::Relist(_) => Self::Relist,
            Action::Pause(_) => Self::Pause,
            Action::Resume(_) => Self::Resume,
            Action::Crash(_) => Self::Crash,
            Action::Restart(_, Identity::New) => Self::RestartNew,
            Action::Restart(_, Identity::Same) => Self::RestartSame,
            Action::Restart(_, Identity::SameAndAlone) => Self::RestartAlone,
            Action::Bury(_) => Self::Bury,
            Action::Stop(_) => Self::Stop,
            Action::StepDown(_) => Self::StepDown,
            Action::Drain(_) => Self::Drain,
            Action::Delete => Self::Delete,
            Action::Take => Self::Take,
            Action::TakeAs(_) => Self::TakeAs,
        }
    }
}

/// How often what happened, over all threads.
#[derive(Debug)]
pub struct Coverage {
    counts: [AtomicU64; NAMES.len()],
    longest_calm: AtomicU64,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; NAMES.len()], longest_calm: AtomicU64::new(0) }
    }
}

impl Coverage {
    /// Returns for how many ticks after a storm nobody led at the longest.
    pub fn longest_calm(&self) -> u64 {
        self.longest_calm.load(Ordering::Relaxed)
    }

    /// Returns what can happen, and in how many steps it did.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = NAMES
            .iter()
            .copied()
            .zip(&self.counts)
            .filter(|(name, _)| *name != NAMES[Happening::Other as usize]);
        names.map(|(name, count)| (name, count.load(Ordering::Relaxed)))
    }

    /// Returns what can happen and never did.
    pub(crate) fn never(&self) -> impl Iterator<Item = &'static str> {
        self.counts().filter(|(_, count)| *count == 0).map(|(name, _)| name)
    }
}

/// Where it is noted; by default nowhere.
#[derive(Debug, Default)]
pub(crate) struct Journal<'a> {
    pub(crate) coverage: Option<&'a Coverage>,
    pub(crate) lines: Option<Vec<String>>,
}

impl Journal<'_> {
    pub(crate) fn note(&mut self, happening: Happening) {
        if let Some(coverage) = self.coverage {
            coverage.counts[happening as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn note_calm(&mut self, ticks: u8) {
        if let Some(coverage) = self.coverage {
            coverage.longest_calm.fetch_max(ticks.into(), Ordering::Relaxed);
        }
    }

    pub(crate) fn note_reply(&mut self, reply: &Reply) {
        self.note(match reply {
            Reply::Written(_) => Happening::Written,
            Reply::Found(_) => Happening::Found,
            Reply::NotFound => Happening::NotFound,
            Reply::Conflict => Happening::Conflict,
            _ => Happening::Other,
        });
    }

    pub(crate) fn line(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(line());
        }
    }
}
