//! What a machine is at, as far as can be told from outside, and what is counted of it.

use le_core::StopReason;
use le_lease::{Event, Notice};

use crate::seen::Kind;

/// What the machine is at, as far as can be told from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Waiting,
    Leading,
    Winding,
    Draining,
    Releasing,
    Finished,
}

/// The name of the way from one phase to another.
pub(super) fn way(from: Phase, to: Phase) -> Option<Kind> {
    use Phase::{Draining, Finished, Leading, Releasing, Waiting, Winding};
    match (from, to) {
        (Waiting, Leading) => Some(Kind::WaitingLeading),
        (Waiting, Releasing) => Some(Kind::WaitingReleasing),
        (Waiting, Finished) => Some(Kind::WaitingFinished),
        (Leading, Winding) => Some(Kind::LeadingWinding),
        (Leading, Draining) => Some(Kind::LeadingDraining),
        (Leading, Releasing) => Some(Kind::LeadingReleasing),
        (Winding, Draining) => Some(Kind::WindingDraining),
        (Winding, Releasing) => Some(Kind::WindingReleasing),
        (Draining, Waiting) => Some(Kind::DrainingWaiting),
        (Draining, Releasing) => Some(Kind::DrainingReleasing),
        (Draining, Finished) => Some(Kind::DrainingFinished),
        (Releasing, Waiting) => Some(Kind::ReleasingWaiting),
        (Releasing, Finished) => Some(Kind::ReleasingFinished),
        _ => None,
    }
}

/// The name of an event.
pub(super) fn kind_of(event: &Event) -> Option<Kind> {
    Some(match event {
        Event::Lead { .. } => Kind::Lead,
        Event::Renewed { .. } => Kind::Renewed,
        Event::WindDown => Kind::WindDown,
        Event::End { reason } => match reason {
            StopReason::DeadlinePassed => Kind::EndDeadline,
            StopReason::Replaced => Kind::EndReplaced,
            StopReason::DeletedAndTaken => Kind::EndDeletedAndTaken,
            StopReason::IdentityUsedElsewhere => Kind::EndIdentity,
            StopReason::ToldToStop => Kind::EndStop,
            StopReason::PromotionFailed => Kind::EndStepDown,
            _ => return None,
        },
        Event::Abandon(_) => Kind::Abandoned,
        Event::Released => Kind::Released,
        Event::Finished => Kind::Finished,
        Event::Notice(notice) => match notice {
            Notice::IdentityUsedElsewhere { .. } => Kind::NoticeIdentity,
            Notice::LongDuration { .. } => Kind::NoticeLong,
            Notice::NoDuration { .. } => Kind::NoticeNone,
            Notice::DrainOverran { .. } => Kind::NoticeOverran,
            Notice::StillDraining { .. } => Kind::NoticeDraining,
            Notice::NotReleased => Kind::NoticeNotReleased,
            _ => return None,
        },
        _ => return None,
    })
}
