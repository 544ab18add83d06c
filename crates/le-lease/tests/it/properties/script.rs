//! A script for a machine, spelt by bytes: any bytes are one.

use std::time::Duration;

use le_config::Timing;
use le_core::StopReason;
use le_lease::{Options, Record, Version, WatchState, WriteTime};

/// What happens next to a machine.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Time passes: until the machine wants to be called, or for this long.
    Wait(Option<Duration>),
    /// The clock was read a little wrong: it goes back.
    Back(Duration),
    /// The watch tells of a Lease.
    Present(Shape),
    /// The watch tells of a deletion.
    Deleted(Shape),
    /// A list, asked for so long ago, did not have it.
    Absent(Duration),
    Watch(WatchState),
    /// The request under way is answered as a server does that applied it; a read finds the Lease of this shape.
    Served(Shape),
    /// It, or an older one, is answered by anything.
    Answered {
        old: u8,
        answer: Answer,
        shape: Shape,
    },
    Stop,
    Drained,
    /// The work gives the leadership up.
    GiveUp(StopReason, Duration),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Written,
    Found,
    NotFound,
    Conflict,
    Refused,
    Unknown,
}

/// A Lease, told by how it differs from what was there before.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    version: VersionChange,
    uid: u8,
    holder: Option<&'static str>,
    duration_seconds: Option<i32>,
    transitions: Option<i32>,
    renewed: Renewed,
}

#[derive(Clone, Copy, Debug)]
enum VersionChange {
    Next(u64),
    Same,
    Back(u64),
    To(u64),
}

#[derive(Clone, Copy, Debug)]
enum Renewed {
    Never,
    /// As the machine's own last write says.
    Own,
    At(i64),
}

/// The bytes that are left of a script; past the end they are zero.
#[derive(Debug)]
pub(crate) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[usize::from(self.byte()) % among.len()]
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes([0; 8].map(|_: u8| self.byte()))
    }

    pub(crate) fn seed(&mut self) -> u64 {
        self.byte().into()
    }

    pub(crate) fn timing(&mut self) -> Timing {
        const MILLI: u64 = 1_000_000;
        const SECOND: u64 = 1_000 * MILLI;
        let (lease, renew, retry) = self.pick(&[
            (60 * SECOND, 40 * SECOND, 10 * SECOND),
            (15 * SECOND, 10 * SECOND, 2 * SECOND),
            (1500 * MILLI, 1200 * MILLI, 999 * MILLI),
            (SECOND, 100 * MILLI, 50 * MILLI),
            // Shorter than the machine acts on, and longer than a Lease can say.
            (SECOND, 3, 2),
            (u64::MAX, i32::MAX as u64 * SECOND - 1, SECOND),
        ]);
        let [lease, renew, retry] = [lease, renew, retry].map(Duration::from_nanos);
        Timing::new(lease, renew, retry).expect("valid")
    }

    pub(crate) fn options(&mut self) -> Options {
        let mut options = Options::default();
        let bits = self.byte();
        options.hold_new_leases = bits & 1 != 0;
        options.predecessor_is_gone = bits & 2 != 0;
        if bits & 4 != 0 {
            options.longest_wait = Some(self.duration());
        }
        if bits & 8 != 0 {
            options.drain_bound = self.duration();
        }
        options
    }

    fn duration(&mut self) -> Duration {
        let unit = self.pick(&[0, 1, 1_000_000, 1_000_000_000, 60_000_000_000, 1 << 55]);
        // At most some 292 years: a clock gets nowhere near the end of its range.
        Duration::from_nanos((unit * u64::from(self.byte())).min(1 << 62))
    }

    fn shape(&mut self) -> Shape {
        let version = match self.byte() % 8 {
            0..5 => VersionChange::Next(1),
            5 => VersionChange::Same,
            6 => VersionChange::Back(self.byte().into()),
            _ => match self.byte() {
                0 => VersionChange::To(self.number()),
                by => VersionChange::Next(by.into()),
            },
        };
        let renewed = match self.byte() % 8 {
            0..4 => Renewed::At(i64::from(self.byte())),
            4..6 => Renewed::Own,
            6 => Renewed::Never,
            _ => Renewed::At(self.pick(&[i64::MIN, i64::MAX, -1])),
        };
        Shape {
            version,
            uid: self.byte() % 3,
            holder: self.pick(&[Some("other"), Some("me"), None, Some(""), Some("third")]),
            duration_seconds: self.pick(&[
                Some(15),
                None,
                Some(0),
                Some(-1),
                Some(i32::MAX),
                Some(1),
                Some(i32::MIN),
            ]),
            transitions: self.pick(&[Some(3), None, Some(-1), Some(i32::MAX), Some(i32::MIN), Some(0)]),
            renewed,
        }
    }

    /// Of each length of script, some get far: a stop is rare, for it is the last that happens.
    fn step(&mut self) -> Step {
        match self.byte() {
            0..50 => Step::Wait(None),
            50..80 => Step::Wait(Some(self.duration())),
            80..85 => Step::Back(Duration::from_micros(self.byte().into())),
            85..110 => Step::Present(self.shape()),
            110..116 => Step::Deleted(self.shape()),
            116..122 => Step::Absent(self.duration()),
            122..130 => Step::Watch(self.pick(&[WatchState::Up, WatchState::Down, WatchState::Starting])),
            130..205 => Step::Served(self.shape()),
            205..230 => {
                let answers = [
                    Answer::Written,
                    Answer::Found,
                    Answer::NotFound,
                    Answer::Conflict,
                    Answer::Refused,
                    Answer::Unknown,
                ];
                Step::Answered { old: self.byte(), answer: self.pick(&answers), shape: self.shape() }
            }
            230..248 => Step::Drained,
            248..255 => Step::GiveUp(
                self.pick(&[StopReason::PromotionFailed, StopReason::ToldToStop]),
                self.duration(),
            ),
            255 => Step::Stop,
        }
    }
}

impl Iterator for Script<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        (!self.0.is_empty()).then(|| self.step())
    }
}

impl Shape {
    /// Makes the Lease, given the newest version so far and the time of the machine's last write.
    pub(crate) fn record(&self, newest: u64, own: Option<WriteTime>) -> Record {
        Record {
            version: Version::new(match self.version {
                VersionChange::Next(by) => newest.saturating_add(by),
                VersionChange::Same => newest,
                VersionChange::Back(by) => newest.saturating_sub(by),
                VersionChange::To(version) => version,
            }),
            uid: format!("uid-{}", self.uid),
            holder: self.holder.map(str::to_owned),
            duration_seconds: self.duration_seconds,
            transitions: self.transitions,
            renewed: match self.renewed {
                Renewed::Never => None,
                Renewed::Own => own,
                Renewed::At(micros) => Some(WriteTime::from_micros(micros)),
            },
        }
    }
}
