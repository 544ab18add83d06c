//! Which known bugs the search finds, and with how many faults at the most.
//!
//! This file is in builds with `--cfg le_mutants` only.

use le_lease::Mutant;

/// Those that must be found, with the number of faults that it takes.
pub const FOUND: [(Mutant, u8); 16] = [
    (Mutant::DeadlineFromReply, 1),
    (Mutant::ReleaseBeforeDrain, 1),
    (Mutant::ReleaseWithoutVersion, 2),
    (Mutant::NoWaitForDeleted, 1),
    (Mutant::LeaseTimeByOwnClock, 1),
    (Mutant::OwnDuration, 1),
    (Mutant::LateSuccessCounts, 1),
    (Mutant::UnknownIsDone, 1),
    (Mutant::TokenFromTransitions, 1),
    (Mutant::LossIgnored, 1),
    (Mutant::ConflictIsSuccess, 0),
    (Mutant::ReplyReopensTerm, 1),
    (Mutant::SameIdentityIsOwn, 1),
    (Mutant::RecordsNotVersions, 1),
    (Mutant::NoAttemptTimeout, 0),
    (Mutant::RightOutlivesClock, 1),
];

/// Those that this model cannot show, and why; the simulator does.
pub const BEYOND: [(Mutant, &str); 4] = [
    (Mutant::UnknownIsFailed, "it breaks no rule here with any one fault"),
    (Mutant::MissingDurationIsZero, "nobody here writes a Lease without a duration"),
    (Mutant::TransitionsOverflow, "no count here comes near the top of its range"),
    (Mutant::NoBackoff, "there are too few faults for a hot loop"),
];
