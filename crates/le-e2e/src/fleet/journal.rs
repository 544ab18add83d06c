//! What the participants of a fleet have said, in the order in which it was heard.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::bail;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::line::{Event, Line};
use super::member::{Kind, MemberId};

/// What was said. Acts are many, and only the first and the last of each term are kept.
#[derive(Debug, Default)]
pub struct Journal {
    book: Mutex<Book>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Book {
    entries: Vec<Entry>,
    terms: Vec<Term>,
    /// The present term of a member on a Lease, as an index.
    present: BTreeMap<(MemberId, String), usize>,
}

/// Anything but an act.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who said it.
    pub member: MemberId,
    /// When, in seconds of Unix time.
    pub t: f64,
    /// What.
    pub event: Event,
}

/// A term as its holder tells it.
#[derive(Clone, Debug)]
pub struct Term {
    /// Who.
    pub member: MemberId,
    /// What kind of participant.
    pub kind: Kind,
    /// On which Lease.
    pub lease: String,
    /// Under which token; those in Go know none.
    pub token: Option<u64>,
    /// When it said that it leads.
    pub led: f64,
    /// Its first act and its last, which is the end of its drain where it was told to stop.
    pub acts: Option<(f64, f64)>,
    /// How many acts there were.
    pub count: u64,
    /// When it said that it leads no more.
    pub stopped: Option<f64>,
    /// Whether it acted after it had said that, or under another token, or without a beginning.
    pub odd: Option<String>,
}

impl Journal {
    /// Takes in a line.
    pub fn hear(&self, member: MemberId, kind: Kind, line: Line) {
        let mut book = self.book();
        match &line.event {
            Event::Lead { lease, token } => book.begin(member, kind, lease, *token, line.t),
            Event::Act { lease, token } => book.act(member, kind, lease, *token, line.t),
            Event::Stop { lease, .. } => book.stop(member, lease, line.t),
            Event::Drained { lease, token } => book.drained(member, lease, *token, line.t),
            Event::NewLeader { .. } | Event::Error { .. } => {}
        }
        if !matches!(line.event, Event::Act { .. }) {
            book.entries.push(Entry { member, t: line.t, event: line.event });
        }
        drop(book);
        self.news.notify_waiters();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what was said, without the acts.
    pub fn entries(&self) -> Vec<Entry> {
        self.book().entries.clone()
    }

    /// Returns how much was said, to look later at what came after.
    pub fn mark(&self) -> usize {
        self.book().entries.len()
    }

    /// Returns all terms that were told of.
    pub fn terms(&self) -> Vec<Term> {
        self.book().terms.clone()
    }

    /// Waits for an entry that fits, among those after a mark.
    ///
    /// # Errors
    ///
    /// When none comes in time; the error tells what was said instead.
    pub async fn until(
        &self,
        mark: usize,
        within: Duration,
        what: &str,
        fits: impl Fn(&Entry) -> bool,
    ) -> anyhow::Result<Entry> {
        let found = || self.book().entries.iter().skip(mark).find(|entry| fits(entry)).cloned();
        match self.wait(within, found).await {
            Some(entry) => Ok(entry),
            None => bail!("{what}: not within {within:?}; heard instead: {}", self.tail(mark)),
        }
    }

    /// Waits until somebody who fits has acted on a Lease at or after a moment, in seconds of Unix time.
    ///
    /// # Errors
    ///
    /// When nobody does in time.
    pub async fn until_acting(
        &self,
        lease: &str,
        after: f64,
        within: Duration,
        fits: impl Fn(MemberId) -> bool,
    ) -> anyhow::Result<Term> {
        let found = || {
            let book = self.book();
            let acting = |term: &&Term| {
                term.lease == lease && fits(term.member) && term.acts.is_some_and(|(_, last)| last >= after)
            };
            book.terms.iter().rev().find(acting).cloned()
        };
        match self.wait(within, found).await {
            Some(term) => Ok(term),
            None => bail!("nobody acts on {lease} within {within:?}; heard last: {}", self.tail(0)),
        }
    }

    async fn wait<T>(&self, within: Duration, found: impl Fn() -> Option<T>) -> Option<T> {
        let end = Instant::now() + within;
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            // From here on nothing is missed.
            news.as_mut().enable();
            if let Some(found) = found() {
                return Some(found);
            }
            timeout_at(end, news).await.ok()?;
        }
    }

    /// Tells what was said last.
    pub(super) fn last_words(&self) -> String {
        let book = self.book();
        let last = &book.entries[book.entries.len().saturating_sub(40)..];
        let mut words = "the end of the journal:".to_owned();
        for Entry { member, t, event } in last {
            words += &format!("\n  {t:.3} {member} {event:?}");
        }
        words
    }

    fn tail(&self, mark: usize) -> String {
        let book = self.book();
        let said = book.entries.get(mark..).unwrap_or_default();
        let last = &said[said.len().saturating_sub(12)..];
        let words: Vec<String> =
            last.iter().map(|entry| format!("{} {:?}", entry.member, entry.event)).collect();
        if words.is_empty() { "nothing".to_owned() } else { words.join("; ") }
    }
}

impl Book {
    fn begin(&mut self, member: MemberId, kind: Kind, lease: &str, token: Option<u64>, t: f64) {
        let lease = lease.to_owned();
        self.present.insert((member, lease.clone()), self.terms.len());
        self.terms.push(Term {
            member,
            kind,
            lease,
            token,
            led: t,
            acts: None,
            count: 0,
            stopped: None,
            odd: None,
        });
    }

    fn act(&mut self, member: MemberId, kind: Kind, lease: &str, token: Option<u64>, t: f64) {
        let key = (member, lease.to_owned());
        if !self.present.contains_key(&key) {
            self.begin(member, kind, lease, token, t);
            self.terms.last_mut().expect("it has just begun").odd = Some("it acts and never led".to_owned());
        }
        let term = &mut self.terms[self.present[&key]];
        if term.token != token {
            term.odd = Some(format!("it acts under {token:?} in the term {:?}", term.token));
        }
        if term.stopped.is_some() {
            term.odd = Some("it acts after it stopped".to_owned());
        }
        let (first, last) = term.acts.unwrap_or((t, t));
        term.acts = Some((first.min(t), last.max(t)));
        term.count += 1;
    }

    /// Work that ends under a term's right belongs to the term, as its last act.
    fn drained(&mut self, member: MemberId, lease: &str, token: Option<u64>, t: f64) {
        let Some(index) = self.present.get(&(member, lease.to_owned())) else { return };
        let term = &mut self.terms[*index];
        if term.token != token {
            term.odd = Some(format!("it drains under {token:?} in the term {:?}", term.token));
        }
        let (first, last) = term.acts.unwrap_or((t, t));
        term.acts = Some((first.min(t), last.max(t)));
    }

    fn stop(&mut self, member: MemberId, lease: &str, t: f64) {
        if let Some(index) = self.present.get(&(member, lease.to_owned())) {
            self.terms[*index].stopped = Some(t);
        }
    }
}
