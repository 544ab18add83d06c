//! What identifies a machine: its own Debug text, with everything taken out whose absolute value decides nothing.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
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

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Print {
    pub(crate) fn of(value: &impl Debug) -> Self {
        TEXT.with_borrow_mut(|text| {
            text.clear();
            write!(text, "{value:?}").expect("a text takes everything");
            Self::scan(text)
        })
    }

    fn scan(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut hasher, mut holes) = (DefaultHasher::new(), Vec::with_capacity(48));
        // What is before `kept` is hashed, or in a hole; `word` is the last identifier before `at`.
        let (mut kept, mut at, mut word, mut field) = (0, 0, "", "");
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    let end = at + 1 + text[at + 1..].find('"').expect("quotes come in pairs");
                    if let Some(hole) = named(&text[at + 1..end]) {
                        hasher.write(&bytes[kept..at]);
                        holes.push(hole);
                        kept = end;
                    }
                    at = end + 1;
                    word = "";
                }
                byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
                    let length = bytes[at..].iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_');
                    let end = length.map_or(bytes.len(), |length| at + length);
                    let this = &text[at..end];
                    if let (Some(role), Ok(number)) = (Role::of(word), this.parse()) {
                        hasher.write(&bytes[kept..at]);
                        kept = end;
                        match role {
                            Role::Hole(Kind::Moment) if field == "sent" => holes.push((Kind::Sent, number)),
                            Role::Hole(kind) => holes.push((kind, number)),
                            Role::Capped(most) => hasher.write_u64(number.min(most)),
                            Role::Dropped => {}
                        }
                        word = "";
                    } else {
                        (field, word) = (word, this);
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
        hasher.write(&bytes[kept..]);
        Self { skeleton: hasher.finish(), holes }
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
        let text = |attempts, failures, random| {
            format!("A {{ attempts: {attempts}, failures: {failures}, random: Rng({random}) }}")
        };
        let print = Print::scan(&text(1, 5, 7));
        assert_eq!(print.skeleton, Print::scan(&text(2, 6, 8)).skeleton);
        assert_ne!(print.skeleton, Print::scan(&text(1, 4, 7)).skeleton);
    }
}
