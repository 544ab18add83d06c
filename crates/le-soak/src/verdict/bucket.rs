//! The terms of one bucket.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Rule;
use crate::entry::{Entry, Name, What};

/// What is known of one bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// The newest term that has begun.
    newest: Option<(Name, u64)>,
    /// The terms that have begun and not ended, and the work in each.
    terms: BTreeMap<(Name, u64), Term>,
    /// Reconciles in hand: those of a term that is over, too.
    hands: BTreeMap<(Name, u64), u32>,
    /// When somebody acted last.
    pub(super) acted: Option<Duration>,
    /// Until when a stranger's deed excuses what happens here.
    pub(super) window_until: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    Led,
    Draining,
}

type Found = Result<(), (Rule, String)>;

impl Bucket {
    /// Takes in what happened to this bucket, and returns the rules that it broke.
    pub(super) fn take(&mut self, entry: &Entry) -> Vec<(Rule, String)> {
        let who = &entry.who;
        let acts = match &entry.what {
            What::Act { token, .. } | What::Take { token, .. } => {
                [self.is_led(who, *token), self.is_newest(who, *token, Rule::OneLeader)]
            }
            _ => [Ok(()), Ok(())],
        };
        acts.into_iter().chain([self.go_on(entry)]).filter_map(Result::err).collect()
    }

    fn go_on(&mut self, entry: &Entry) -> Found {
        let who = &entry.who;
        match &entry.what {
            What::Lead { token, .. } => self.lead(who, *token),
            What::Refused { token, .. } => self.end(who, *token),
            What::Act { .. } => {
                self.acted = Some(entry.at);
                Ok(())
            }
            What::Hold { token, .. } => self.is_newest(who, *token, Rule::OneLeader),
            What::Demote { token, .. } => {
                self.is_led(who, *token)?;
                self.terms.insert((who.clone(), *token), Term::Draining);
                Ok(())
            }
            What::Drained { token, .. } => {
                let in_hand = self.hands.contains_key(&(who.clone(), *token));
                self.end(who, *token)?;
                broken_if(in_hand, Rule::WorkEndsFirst, || "reconciles are in hand".to_owned())
            }
            What::Take { token, .. } => {
                *self.hands.entry((who.clone(), *token)).or_default() += 1;
                Ok(())
            }
            What::Leave { token, .. } => self.let_go(who, *token),
            What::Write { token, .. } => {
                self.is_newest(who, *token, Rule::NoStaleWrite)?;
                let in_hand = self.hands.contains_key(&(who.clone(), *token));
                broken_if(!in_hand, Rule::NoStaleWrite, || "no reconcile of that term is in hand".to_owned())
            }
            What::Release { .. } => self.release(who),
            _ => Ok(()),
        }
    }

    fn lead(&mut self, who: &Name, token: u64) -> Found {
        let before = self.newest.clone();
        let newer = before.as_ref().is_none_or(|(_, newest)| token > *newest);
        if newer {
            self.newest = Some((who.clone(), token));
        }
        let twice = self.terms.keys().any(|(other, _)| other == who);
        self.terms.insert((who.clone(), token), Term::Led);
        let at_work = self.hands.keys().find(|term| **term != (who.clone(), token)).cloned();
        broken_if(twice, Rule::InOrder, || "it leads already".to_owned())?;
        broken_if(!newer, Rule::TokensGrow, || format!("the newest term is {before:?}"))?;
        broken_if(at_work.is_some(), Rule::WorkEndsFirst, || format!("{at_work:?} is still at work"))
    }

    fn end(&mut self, who: &Name, token: u64) -> Found {
        let ended = self.terms.remove(&(who.clone(), token)).is_some();
        broken_if(!ended, Rule::InOrder, || "there is no such term".to_owned())
    }

    fn let_go(&mut self, who: &Name, token: u64) -> Found {
        let key = (who.clone(), token);
        match self.hands.get_mut(&key) {
            None => return Err((Rule::InOrder, "nothing is in hand".to_owned())),
            Some(1) => _ = self.hands.remove(&key),
            Some(count) => *count -= 1,
        }
        Ok(())
    }

    fn release(&self, who: &Name) -> Found {
        let led = self.terms.keys().any(|(other, _)| other == who);
        let at_work = self.hands.keys().any(|(other, _)| other == who);
        broken_if(led || at_work, Rule::WorkEndsFirst, || "its work has not ended".to_owned())
    }

    fn is_led(&self, who: &Name, token: u64) -> Found {
        let term = self.terms.get(&(who.clone(), token));
        broken_if(term != Some(&Term::Led), Rule::NoActAfterDemotion, || format!("its term is {term:?}"))
    }

    fn is_newest(&self, who: &Name, token: u64, rule: Rule) -> Found {
        let is_newest = self.newest.as_ref().is_some_and(|(by, newest)| (by, *newest) == (who, token));
        broken_if(!is_newest, rule, || format!("the newest term is {:?}", self.newest))
    }

    /// Ends whatever a replica that is gone had here, and says what it should not have had any more.
    pub(super) fn bury(&mut self, who: &Name, stopped: bool) -> Option<String> {
        let (terms, hands) = (self.terms.len(), self.hands.len());
        self.terms.retain(|(other, _), _| other != who);
        self.hands.retain(|(other, _), _| other != who);
        let (led, held) = (terms - self.terms.len(), hands - self.hands.len());
        (held > 0 || (stopped && led > 0)).then(|| format!("{led} terms, work of {held}"))
    }
}

fn broken_if(broken: bool, rule: Rule, why: impl FnOnce() -> String) -> Found {
    if broken { Err((rule, why())) } else { Ok(()) }
}
