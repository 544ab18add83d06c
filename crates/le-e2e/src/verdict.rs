//! Decides from what participants said whether there were two leaders. It starts nothing and asks nobody.

use std::collections::BTreeMap;
use std::fmt;

use crate::fleet::{Kind, MemberId, Term};

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// How many terms there were in which somebody acted.
    pub terms: usize,
    /// How many acts.
    pub acts: u64,
    /// What must not have been.
    pub faults: Vec<Fault>,
}

/// Something that must not have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// On which Lease.
    pub lease: String,
    /// Who acted although another had begun, or acted otherwise than it may, and what it is made of.
    pub by: (MemberId, Kind),
    /// The other, where there is one.
    pub beside: Option<(MemberId, Kind)>,
    /// What it was.
    pub what: Wrong,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Wrong {
    /// Two acted in the same time, for so many seconds from this moment on.
    Overlap {
        /// When the later one began.
        from: f64,
        /// For how long the earlier one went on.
        seconds: f64,
    },
    /// A later term has a token that is not greater.
    Token {
        /// Of the earlier term.
        earlier: u64,
        /// Of the later one.
        later: u64,
    },
    /// A participant contradicts itself.
    Odd(String),
}

impl Verdict {
    /// Tells whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// Adds what came out elsewhere.
    pub fn add(&mut self, other: Verdict) {
        self.terms += other.terms;
        self.acts += other.acts;
        self.faults.extend(other.faults);
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by, kind) = self.by;
        write!(f, "{}: {kind} {by} ", self.lease)?;
        match &self.what {
            Wrong::Overlap { from, seconds } => write!(f, "acted for {seconds:.3} s after {from:.3}")?,
            Wrong::Token { earlier, later } => write!(f, "has token {later} after {earlier}")?,
            Wrong::Odd(words) => write!(f, "{words}")?,
        }
        match self.beside {
            Some((other, kind)) => write!(f, ", beside {kind} {other}"),
            None => Ok(()),
        }
    }
}

/// Looks through all terms: on one Lease they must follow one another, with growing tokens.
#[must_use]
pub fn judge(terms: &[Term]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut by_lease: BTreeMap<&str, Vec<(&Term, f64, f64)>> = BTreeMap::new();
    for term in terms {
        if let Some(odd) = &term.odd {
            verdict.faults.push(fault(term, None, Wrong::Odd(odd.clone())));
        }
        if let Some((first, last)) = term.acts {
            verdict.terms += 1;
            verdict.acts += term.count;
            by_lease.entry(&term.lease).or_default().push((term, first, last));
        }
    }
    for terms in by_lease.values_mut() {
        terms.sort_by(|(_, a, _), (_, b, _)| a.total_cmp(b));
        follow(terms, &mut verdict.faults);
    }
    verdict
}

/// Compares each term with all that still last when it begins, and with the last that had a token.
fn follow(terms: &[(&Term, f64, f64)], faults: &mut Vec<Fault>) {
    let mut lasting: Vec<(&Term, f64)> = Vec::new();
    let mut newest: Option<(&Term, u64)> = None;
    for (term, first, last) in terms {
        lasting.retain(|(_, until)| until >= first);
        for (before, until) in &lasting {
            let what = Wrong::Overlap { from: *first, seconds: until - first };
            faults.push(fault(before, Some(term), what));
        }
        lasting.push((term, *last));
        if let Some(token) = term.token {
            if let Some((before, earlier)) = newest.filter(|(_, earlier)| *earlier >= token) {
                faults.push(fault(term, Some(before), Wrong::Token { earlier, later: token }));
            }
            newest = Some((term, token));
        }
    }
}

fn fault(term: &Term, beside: Option<&Term>, what: Wrong) -> Fault {
    Fault {
        lease: term.lease.clone(),
        by: (term.member, term.kind),
        beside: beside.map(|other| (other.member, other.kind)),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(member: usize, token: u64, acts: (f64, f64)) -> Term {
        Term {
            member: MemberId(member),
            kind: Kind::Rust,
            lease: "x".to_owned(),
            token: Some(token),
            led: acts.0,
            acts: Some(acts),
            count: 2,
            stopped: None,
            odd: None,
        }
    }

    #[test]
    fn terms_that_follow_one_another_are_in_order() {
        let verdict = judge(&[term(1, 7, (2.0, 3.0)), term(0, 5, (1.0, 1.9))]);
        assert!(verdict.is_clean(), "{verdict:?}");
        assert_eq!((verdict.terms, verdict.acts), (2, 4));
    }

    #[test]
    fn two_in_the_same_time_are_found_however_many_terms_are_between_their_beginnings() {
        let verdict = judge(&[term(0, 5, (1.0, 9.0)), term(1, 7, (2.0, 3.0)), term(2, 8, (4.0, 5.0))]);
        let found: Vec<_> =
            verdict.faults.iter().map(|fault| (fault.by.0, fault.beside.unwrap().0)).collect();
        assert_eq!(found, [(MemberId(0), MemberId(1)), (MemberId(0), MemberId(2))]);
        assert_eq!(verdict.faults[0].what, Wrong::Overlap { from: 2.0, seconds: 7.0 });
    }

    #[test]
    fn two_in_the_same_time_are_found_beside_a_third_that_outlasts_both() {
        let verdict = judge(&[term(0, 5, (1.0, 9.0)), term(1, 7, (2.0, 4.0)), term(2, 8, (3.0, 5.0))]);
        let found: Vec<_> =
            verdict.faults.iter().map(|fault| (fault.by.0.0, fault.beside.unwrap().0.0)).collect();
        assert_eq!(found, [(0, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn two_at_the_very_same_moment_overlap() {
        assert_eq!(judge(&[term(0, 5, (1.0, 2.0)), term(1, 7, (2.0, 3.0))]).faults.len(), 1);
    }

    #[test]
    fn a_token_that_is_not_greater_is_found() {
        for later in [5, 4] {
            let verdict = judge(&[term(0, 5, (1.0, 1.5)), term(1, later, (2.0, 3.0))]);
            assert_eq!(verdict.faults[0].what, Wrong::Token { earlier: 5, later });
        }
    }

    #[test]
    fn terms_of_different_leases_have_nothing_to_do_with_each_other() {
        let other = Term { lease: "y".to_owned(), ..term(1, 3, (1.0, 2.0)) };
        assert!(judge(&[term(0, 5, (1.0, 2.0)), other]).is_clean());
    }

    #[test]
    fn a_participant_that_contradicts_itself_is_found() {
        let odd = Term { odd: Some("it acts after it stopped".to_owned()), ..term(0, 5, (1.0, 2.0)) };
        assert_eq!(judge(&[odd]).faults[0].what, Wrong::Odd("it acts after it stopped".to_owned()));
    }
}
