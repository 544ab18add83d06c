//! The known bugs that a build with `--cfg le_mutants` can switch on, by name.

/// The names of all of them, and whose bug each is or which rule it leaves out.
pub const MUTANTS: [(&str, &str); 20] = [
    ("deadline-from-reply", "the right counts from the reply (client-go)"),
    ("release-before-drain", "the Lease is given back while the work drains (client-go, Knative)"),
    ("release-without-version", "a release without a resourceVersion (kube-lease-manager)"),
    ("no-wait-for-deleted", "the holder of a deleted Lease is not waited out (all peers)"),
    (
        "lease-time-by-own-clock",
        "the time in the Lease against one's own clock (kubert, fabric8, kube-lease-manager)",
    ),
    ("own-duration", "one's own lease duration, not the holder's (kube-coordinate, the Java client)"),
    ("late-success-counts", "a success after the deadline counts (client-go)"),
    ("unknown-is-failed", "a write of unknown outcome taken as failed"),
    ("unknown-is-done", "a write of unknown outcome taken as applied"),
    ("token-from-transitions", "the token from leaseTransitions, which a deletion resets"),
    ("loss-ignored", "a known loss ignored until the deadline (client-go)"),
    ("conflict-is-success", "409 taken as success"),
    ("reply-reopens-term", "a reply that outlives its term begins another (rule 9)"),
    ("same-identity-is-own", "whatever carries one's identity is one's own (all peers)"),
    ("missing-duration-is-zero", "a held Lease without a duration is free (client-go)"),
    ("records-not-versions", "only a changed record restarts the wait, to the second (client-go)"),
    ("transitions-overflow", "leaseTransitions past the top of its range (client-go)"),
    ("no-attempt-timeout", "an attempt is never given up (client-go)"),
    ("no-backoff", "a failure is followed by the next attempt at once"),
    ("right-outlives-clock", "the right ends by a timer, not by itself (client-go)"),
];

/// Returns the names of all mutants.
pub fn known_mutants() -> impl Iterator<Item = &'static str> {
    MUTANTS.iter().map(|(name, _)| *name)
}

#[cfg(le_mutants)]
pub(crate) fn find(name: Option<&str>) -> crate::world::Mutant {
    use le_lease::Mutant;
    Some(match name? {
        "deadline-from-reply" => Mutant::DeadlineFromReply,
        "release-before-drain" => Mutant::ReleaseBeforeDrain,
        "release-without-version" => Mutant::ReleaseWithoutVersion,
        "no-wait-for-deleted" => Mutant::NoWaitForDeleted,
        "lease-time-by-own-clock" => Mutant::LeaseTimeByOwnClock,
        "own-duration" => Mutant::OwnDuration,
        "late-success-counts" => Mutant::LateSuccessCounts,
        "unknown-is-failed" => Mutant::UnknownIsFailed,
        "unknown-is-done" => Mutant::UnknownIsDone,
        "token-from-transitions" => Mutant::TokenFromTransitions,
        "loss-ignored" => Mutant::LossIgnored,
        "conflict-is-success" => Mutant::ConflictIsSuccess,
        "reply-reopens-term" => Mutant::ReplyReopensTerm,
        "same-identity-is-own" => Mutant::SameIdentityIsOwn,
        "missing-duration-is-zero" => Mutant::MissingDurationIsZero,
        "records-not-versions" => Mutant::RecordsNotVersions,
        "transitions-overflow" => Mutant::TransitionsOverflow,
        "no-attempt-timeout" => Mutant::NoAttemptTimeout,
        "no-backoff" => Mutant::NoBackoff,
        "right-outlives-clock" => Mutant::RightOutlivesClock,
        other => panic!("there is no mutant `{other}`"),
    })
}

#[cfg(not(le_mutants))]
pub(crate) fn find(name: Option<&str>) -> crate::world::Mutant {
    assert!(name.is_none(), "mutants exist in builds with `--cfg le_mutants` only");
    None
}
