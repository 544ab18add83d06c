//! The generations of the objects that somebody has to handle.

use std::collections::BTreeMap;

/// What main made of its objects, and how far the replicas have come.
#[derive(Debug, Default)]
pub(crate) struct Generations {
    present: BTreeMap<String, Progress>,
    objects: u64,
    count: u64,
    unhandled: u64,
}

/// One object; both are zero as long as nothing is known.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    last: u64,
    handled: u64,
}

impl Progress {
    fn unhandled(self) -> u64 {
        self.last.saturating_sub(self.handled)
    }
}

impl Generations {
    /// An object was created, in its first generation.
    pub(crate) fn created(&mut self, object: &str) {
        self.objects += 1;
        self.changed(object, 1);
    }

    /// An object was given a new generation.
    pub(crate) fn changed(&mut self, object: &str, generation: u64) {
        self.count += 1;
        self.update(object, |progress| progress.last = generation);
    }

    /// An object was deleted: nobody needs to handle it any more.
    pub(crate) fn deleted(&mut self, object: &str) {
        self.unhandled -= self.present.remove(object).unwrap_or_default().unhandled();
    }

    /// The record about an object tells of this generation now, which may be seen before the change itself is.
    ///
    /// Whoever handles a generation has handled those before it. A record that goes back counts as it stands: the last
    /// generation must be handled in the end.
    pub(crate) fn handled(&mut self, object: &str, generation: u64) {
        self.update(object, |progress| progress.handled = generation);
    }

    /// Counts the objects that were ever there.
    pub(crate) fn objects(&self) -> u64 {
        self.objects
    }

    /// Counts the generations of all of them.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Counts the generations that nobody has handled, of the objects that are there.
    pub(crate) fn unhandled(&self) -> u64 {
        self.unhandled
    }

    fn update(&mut self, object: &str, update: impl FnOnce(&mut Progress)) {
        let progress = self.present.entry(object.to_owned()).or_default();
        self.unhandled -= progress.unhandled();
        update(progress);
        self.unhandled += progress.unhandled();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Generations {
        let mut generations = Generations::default();
        ["x", "y", "z"].into_iter().for_each(|object| generations.created(object));
        generations.changed("x", 2);
        generations.changed("x", 3);
        generations
    }

    #[test]
    fn what_nobody_handled_is_counted_by_generation() {
        let mut generations = three();
        assert_eq!((generations.objects(), generations.count()), (3, 5));
        assert_eq!(generations.unhandled(), 5);
        generations.handled("x", 1);
        assert_eq!(generations.unhandled(), 4);
        generations.handled("x", 3);
        ["y", "z"].into_iter().for_each(|object| generations.handled(object, 1));
        assert_eq!(generations.unhandled(), 0);
        generations.handled("x", 2);
        assert_eq!(generations.unhandled(), 1, "what counts is what the record says now");
    }

    #[test]
    fn what_is_deleted_needs_nobody() {
        let mut generations = three();
        generations.deleted("x");
        assert_eq!(generations.unhandled(), 2);
        assert_eq!(generations.count(), 5, "it was there all the same");
        generations.handled("x", 3);
        assert_eq!(generations.unhandled(), 2, "a late record changes nothing");
    }

    #[test]
    fn a_record_may_be_seen_before_the_creation_that_it_is_about() {
        let mut generations = Generations::default();
        generations.handled("x", 1);
        generations.created("x");
        assert_eq!(generations.unhandled(), 0);
        generations.changed("x", 2);
        assert_eq!(generations.unhandled(), 1);
    }
}
