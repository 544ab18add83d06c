//! Counts what happened, so that a simulator in which something never happens is found out.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($name),+ }
        /// What each is called.
        const NAMES: &[&str] = &[$($text),+];
    };
}

kinds! {
    // Faults.
    Partition = "partition",
    Pause = "pause",
    Suspend = "suspend",
    Crash = "crash",
    BackAnew = "back under a new identity",
    BackSame = "back under the same identity",
    BackGone = "back, its predecessor known to be gone",
    Stop = "stop",
    Twin = "twin",
    ServerDown = "server down",
    CutOff = "request cut off",
    Turned = "request turned away",
    RequestLost = "request lost",
    ReplyLost = "reply lost",
    AppliedLate = "request late",
    AppliedTooLate = "applied after its sender gave up",
    ReplyLate = "reply late",
    Garbled = "reply garbled",
    RequestTwice = "request repeated",
    Refused = "request refused",
    Broken = "connection broken",
    Conflict = "conflict",
    NotFound = "not found",
    WatchCut = "watch cut",
    CannotWatch = "cannot watch",
    ListLost = "list lost",
    ListStale = "list stale",
    Gap = "change not told",
    ToldLate = "change told late",
    ToldTwice = "change told twice",
    TimerLate = "timer late",
    // Strangers.
    Deletes = "stranger deletes held",
    DeletesFree = "stranger deletes free",
    Creates = "stranger creates",
    Frees = "stranger frees",
    Empties = "stranger empties",
    Shortens = "stranger shortens",
    Takes = "stranger takes",
    TakesLong = "stranger takes for 68 years",
    Durations = "stranger changes duration",
    OddDurations = "stranger makes duration odd",
    Transitions = "stranger changes transitions",
    Times = "stranger changes time",
    Restores = "stranger restores",
    Touches = "stranger touches",
    // What candidates like client-go do.
    GoLeads = "go leads",
    GoRenews = "go renews",
    GoFails = "go fails to renew",
    GoLosesKnowingly = "go knows of its loss and goes on",
    GoReleases = "go releases",
    GoWipes = "go frees a live lease of another",
    GoSteals = "go takes a live lease of another",
    GoOutstays = "go leads beside ours",
    GoBesideGo = "go leads beside go",
    // What the machine tells.
    Lead = "lead",
    Renewed = "renewed",
    WindDown = "wind down",
    Abandoned = "abandoned",
    Released = "released",
    Finished = "finished",
    EndDeadline = "end: deadline passed",
    EndReplaced = "end: replaced",
    EndDeletedAndTaken = "end: deleted and taken",
    EndIdentity = "end: identity used elsewhere",
    EndStop = "end: told to stop",
    EndStepDown = "end: work gave up",
    NoticeIdentity = "notice: identity used elsewhere",
    NoticeLong = "notice: long duration",
    NoticeNone = "notice: no duration",
    NoticeOverran = "notice: drain overran",
    NoticeDraining = "notice: still draining",
    NoticeNotReleased = "notice: not released",
    // What the machine asks.
    AskGet = "asks to read",
    AskCreate = "asks to create",
    AskAcquire = "asks to acquire",
    AskRenew = "asks to renew",
    AskRemake = "asks to make anew within a term",
    AskRelease = "asks to release",
    // Ways between the phases of the machine.
    WaitingLeading = "waiting > leading",
    WaitingReleasing = "waiting > releasing",
    WaitingFinished = "waiting > finished",
    LeadingWinding = "leading > winding down",
    LeadingDraining = "leading > draining",
    LeadingReleasing = "leading > releasing",
    WindingDraining = "winding down > draining",
    WindingReleasing = "winding down > releasing",
    DrainingWaiting = "draining > waiting",
    DrainingReleasing = "draining > releasing",
    DrainingFinished = "draining > finished",
    ReleasingWaiting = "releasing > waiting",
    ReleasingFinished = "releasing > finished",
    // Others.
    WindowUsed = "two of ours within a stranger's window",
    WindowByGo = "two of ours within a window that go opened",
    LedAgain = "led again after the storm",
}

/// How often each thing happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen(Vec<u64>);

impl Default for Seen {
    fn default() -> Self {
        Self(vec![0; NAMES.len()])
    }
}

impl Seen {
    pub(crate) fn count(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }

    /// Adds what was seen elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, more)| *sum += more);
    }

    /// Returns each thing and how often it happened.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        NAMES.iter().copied().zip(self.0.iter().copied())
    }

    /// Returns what never happened.
    pub fn missing(&self) -> Vec<&'static str> {
        self.iter().filter(|(_, times)| *times == 0).map(|(name, _)| name).collect()
    }

    /// Returns how often something happened.
    ///
    /// # Panics
    ///
    /// Where nothing is called so.
    pub fn times(&self, name: &str) -> u64 {
        self.iter().find(|(known, _)| *known == name).expect("it is counted").1
    }
}
