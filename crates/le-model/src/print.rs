//! What identifies a machine: its own Debug text, with everything taken out whose absolute value decides nothing.

use std::fmt::{self, Debug, Write};
use std::hash::{DefaultHasher, Hasher};

/// What a hole in the text holds, and so how it may be renamed without changing what can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A moment: only its distance from now matters, in whole ticks, and not for long.
    Moment,
    /// When a request was sent: the right that it may give counts from then.
    Sent,
    /// A version or a token: only the order matters.
    Version,
    /// The time that a write carries: only whether it is the same one.
    Time,
    /// An attempt of one process: the same.
    Attempt,
    /// An epoch of one process: the same.
    Epoch,
    /// A holder identity: the same.
    Name,
    /// The uid of a Lease: the same.
    Uid,
}

/// A text as a hash and its holes, in order.
#[derive(Clone, Debug)]
pub(crate) struct Print {
    pub(crate) skeleton: u64,
    pub(crate) holes: Vec<(Kind, u64)>,
}

/// After so many failures in a row the next one waits no longer: `Pace::backoff` doubles no further.
const MOST_FAILURES: u64 = 5;

impl Print {
    pub(crate) fn of(value: &impl Debug) -> Self {
        let (text, holes) = (String::with_capacity(2048), Vec::with_capacity(64));
        let mut scan = Scan { text, holes, role: None, is_sent: false, was_sent: false };
        write!(scan, "{value:?}").expect("a scan takes everything");
        let mut hasher = DefaultHasher::new();
        hasher.write(scan.text.as_bytes());
        Self { skeleton: hasher.finish(), holes: scan.holes }
    }
}

/// Takes a text in the pieces in which a derived `Debug` writes it: a name, what is between names, a number.
struct Scan {
    text: String,
    holes: Vec<(Kind, u64)>,
    /// What the last word says of a number that follows.
    role: Option<Role>,
    /// Whether the last word is the field `sent`, and whether the one before it was.
    is_sent: bool,
    was_sent: bool,
}

impl Write for Scan {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        match piece.as_bytes().first() {
            Some(b'0'..=b'9') => {
                if let (Some(role), Ok(number)) = (self.role.take(), piece.parse()) {
                    match role {
                        Role::Hole(Kind::Moment) if self.was_sent => self.holes.push((Kind::Sent, number)),
                        Role::Hole(kind) => self.holes.push((kind, number)),
                        Role::Capped(most) => write!(self.text, "{}", number.min(most))?,
                        Role::Dropped => {}
                    }
                    return Ok(());
                }
            }
            Some(b'a'..=b'z' | b'A'..=b'Z') => {
                if let Some(hole) = named(piece) {
                    self.holes.push(hole);
                    return Ok(());
                }
                self.was_sent = self.is_sent;
                self.is_sent = piece == "sent";
                self.role = Role::of(piece);
            }
            _ => {}
        }
        self.text.push_str(piece);
        Ok(())
    }
}

/// What becomes of a number, by the word before it.
enum Role {
    Hole(Kind),
    /// Greater numbers are as good as this one.
    Capped(u64),
    Dropped,
}

impl Role {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "Moment" => Self::Hole(Kind::Moment),
            "Version" | "FencingToken" => Self::Hole(Kind::Version),
            "WriteTime" => Self::Hole(Kind::Time),
            "AttemptId" => Self::Hole(Kind::Attempt),
            "epoch" => Self::Hole(Kind::Epoch),
            "failures" => Self::Capped(MOST_FAILURES),
            // The next attempt has a new number, whichever. Every random wait is rounded up to the same tick, see `scope.rs`.
            "attempts" | "Rng" => Self::Dropped,
            _ => return None,
        })
    }
}

/// Reads the names that this model gives: `c3` is an identity, `u3` a uid.
fn named(text: &str) -> Option<(Kind, u64)> {
    let kind = match text.as_bytes().first()? {
        b'c' => Kind::Name,
        b'u' => Kind::Uid,
        _ => return None,
    };
    Some((kind, text[1..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use le_core::Moment;
    use le_lease::{Version, WriteTime};

    #[test]
    fn a_text_is_its_words_and_its_holes() {
        let (one, two) = (Moment::from_nanos(7), Moment::from_nanos(8));
        let print = Print::of(&("c3", one, Some(Version::new(5)), WriteTime::from_micros(4), "u9", 2));
        assert_eq!(
            print.holes,
            [(Kind::Name, 3), (Kind::Moment, 7), (Kind::Version, 5), (Kind::Time, 4), (Kind::Uid, 9)]
        );
        let other = Print::of(&("c4", two, Some(Version::new(6)), WriteTime::from_micros(1), "u1", 2));
        assert_eq!(print.skeleton, other.skeleton);
        let unlike = Print::of(&("c3", one, Some(Version::new(5)), WriteTime::from_micros(4), "u9", 3));
        assert_ne!(print.skeleton, unlike.skeleton);
    }

    #[test]
    fn counters_that_decide_nothing_are_left_out() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "they are written out")]
        struct Counts {
            attempts: u64,
            failures: u32,
        }
        let print = |attempts, failures| Print::of(&Counts { attempts, failures });
        assert_eq!(print(1, 5).skeleton, print(2, 6).skeleton);
        assert_ne!(print(1, 4).skeleton, print(1, 5).skeleton);
        let random = |seed| Print::of(&fastrand::Rng::with_seed(seed));
        assert_eq!(random(1).skeleton, random(2).skeleton);
        assert!(random(1).holes.is_empty());
    }

    #[test]
    fn when_something_was_sent_is_told_apart() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "they are written out")]
        struct Flight {
            sent: Moment,
            give_up: Moment,
        }
        let print = Print::of(&Flight { sent: Moment::from_nanos(1), give_up: Moment::from_nanos(2) });
        assert_eq!(print.holes, [(Kind::Sent, 1), (Kind::Moment, 2)]);
    }
}
