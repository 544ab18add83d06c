//! What the workers have said, and whether it was in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use super::ledger::Arrived;

/// A line of a worker.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    t: f64,
    #[serde(flatten)]
    event: Event,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event {
    Lead { bucket: String, token: u64 },
    Stop { bucket: String },
    Begin { key: String, token: u64, valid: bool },
    End { key: String, done: bool },
}

/// Everything that was said.
#[derive(Debug, Default)]
pub(super) struct Told {
    book: Mutex<Book>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    pub(super) terms: Vec<Term>,
    pub(super) works: Vec<Work>,
    /// Lines that are none.
    pub(super) odd: Vec<String>,
}

/// A term, as its holder tells it.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) worker: String,
    pub(super) bucket: String,
    pub(super) token: u64,
    pub(super) from: f64,
    pub(super) stopped: bool,
}

/// An object in hand, from the first moment to the last at which the right was known to hold.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) worker: String,
    pub(super) key: String,
    pub(super) token: u64,
    pub(super) from: f64,
    pub(super) until: f64,
    pub(super) ended: bool,
    pub(super) done: bool,
}

impl Told {
    pub(super) fn hear(&self, worker: &str, text: &str) {
        let mut book = self.lock();
        let Ok(Line { t, event }) = serde_json::from_str(text) else {
            // The last line of one that was killed may be cut; whoever judges knows how many were killed.
            book.odd.push(format!("{worker}: {text}"));
            return;
        };
        let worker = worker.to_owned();
        match event {
            Event::Lead { bucket, token } => {
                book.terms.push(Term { worker, bucket, token, from: t, stopped: false });
            }
            Event::Stop { bucket } => {
                let terms = book.terms.iter_mut().rev();
                if let Some(term) =
                    terms.into_iter().find(|term| term.worker == worker && term.bucket == bucket)
                {
                    term.stopped = true;
                }
            }
            // Work that was taken in hand without a right does nothing: the gate lets none of it through.
            Event::Begin { valid: false, .. } => {}
            Event::Begin { key, token, valid: true } => {
                book.works.push(Work { worker, key, token, from: t, until: t, ended: false, done: false });
            }
            Event::End { key, done } => {
                let works = book.works.iter_mut().rev();
                if let Some(work) = works.into_iter().find(|work| work.worker == worker && work.key == key) {
                    (work.until, work.ended, work.done) = (work.until.max(t), true, done);
                }
            }
        }
    }

    /// How many buckets this worker has said to lead, and not to have stopped.
    pub(super) fn led_by(&self, worker: &str) -> usize {
        let book = self.lock();
        let mut newest = BTreeMap::new();
        for term in &book.terms {
            newest.insert(&term.bucket, term);
        }
        newest.values().filter(|term| term.worker == worker && !term.stopped).count()
    }

    pub(super) fn book(&self) -> Book {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Finds objects that two had in hand at the same time, both with the right to.
    pub(super) fn overlaps(&self) -> Vec<String> {
        let mut keys: BTreeMap<&str, Vec<&Work>> = BTreeMap::new();
        for work in &self.works {
            keys.entry(&work.key).or_default().push(work);
        }
        let mut found = Vec::new();
        for (key, mut works) in keys {
            works.sort_by(|a, b| a.from.total_cmp(&b.from));
            let mut longest: Option<&Work> = None;
            for work in works {
                if let Some(before) = longest.filter(|before| work.from <= before.until) {
                    found.push(format!(
                        "{key}: {} under {} from {:.3} to {:.3}, and {} under {} from {:.3}",
                        before.worker,
                        before.token,
                        before.from,
                        before.until,
                        work.worker,
                        work.token,
                        work.from
                    ));
                }
                if longest.is_none_or(|before| before.until < work.until) {
                    longest = Some(work);
                }
            }
        }
        found
    }

    /// Finds writes that were taken after one of a later term of their bucket. Which term is later is told by when it began:
    /// whether the tokens grow is what is tried.
    pub(super) fn stale(&self, arrived: &[Arrived]) -> Vec<String> {
        let mut newest: BTreeMap<&str, &Term> = BTreeMap::new();
        let mut found = Vec::new();
        for Arrived { write, .. } in arrived.iter().filter(|arrived| arrived.accepted) {
            let of_write = |term: &&Term| {
                (&term.worker, &term.bucket, term.token) == (&write.by, &write.bucket, write.token)
            };
            let Some(term) = self.terms.iter().find(of_write) else {
                found.push(format!("{write:?} was taken, and nobody has told of such a term"));
                continue;
            };
            match newest.get(&*write.bucket) {
                Some(later) if later.from > term.from => found.push(format!(
                    "{write:?} was taken after a write of {}, whose term {} began {:.3} s later",
                    later.worker,
                    later.token,
                    later.from - term.from
                )),
                _ => _ = newest.insert(&write.bucket, term),
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "told_tests.rs"]
mod tests;
