//! The way from candidates to observers: a bounded queue, and one thread that reads it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use super::leaders::Seat;
use super::{AttemptFailed, Began, Candidate, Drained, LeaderSeen, Observer, Renewed, Stopped};

/// How many facts may wait. A candidate has four until it leads, so that a thousand can begin at once.
const QUEUE: usize = 4096;

/// So many that wait wake the thread.
const MANY: u64 = 1024;

/// How long a renewal, say, may lie before the thread looks by itself. To wake a thread costs many times what all else does, and
/// renewals come all the time.
const LOOK: Duration = Duration::from_secs(1);

/// After so many in a row it is said how many were handed over, where the queue is never empty.
const GROUP: u64 = 64;

const THREAD: &str = "le-observers";

/// Something that happened to a candidate.
pub(super) enum Fact {
    Joined,
    Began(Began),
    Stopped(Stopped),
    Renewed(Renewed),
    AttemptFailed(AttemptFailed),
    SlowPath,
    LeaderSeen(LeaderSeen),
    DrainBegan,
    DrainEnded(Drained),
    Odd(Box<str>),
    Left,
}

/// Something that happened.
pub(super) enum News {
    Of(Candidate, Fact),
    WatchLost(Box<str>),
    WatchRegained(Box<str>),
}

/// Where facts are handed in.
pub(super) struct Desk {
    observers: Vec<Arc<dyn Observer>>,
    /// The thread begins with the first fact; `None` where nobody is to be told, or the system gives no thread.
    queue: OnceLock<Option<(SyncSender<News>, Thread)>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    told: Told,
    handed: Handed,
}

/// What those write who tell, apart from what the other thread writes: each would take the other's cache line away.
#[derive(Default)]
#[repr(align(128))]
struct Told {
    accepted: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
#[repr(align(128))]
struct Handed {
    count: AtomicU64,
    /// How many wait until more were handed over.
    waiting: Mutex<usize>,
    /// Rings then.
    moved: Condvar,
}

impl Desk {
    pub(super) fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        Self { observers, queue: OnceLock::new(), counts: Arc::default() }
    }

    pub(super) fn observers(&self) -> &[Arc<dyn Observer>] {
        &self.observers
    }

    /// Takes a place on the boards of those who want to know who leads `bucket`.
    pub(super) fn seats(&self, bucket: &str) -> Box<[Seat]> {
        self.observers.iter().filter_map(|observer| Some(observer.leaders()?.seat(bucket))).collect()
    }

    /// Hands a fact in, or drops it and counts that. Never waits.
    pub(super) fn tell(&self, news: News) {
        let Some((queue, thread)) = self.queue.get_or_init(|| self.open()) else { return };
        let counts = &self.counts;
        let can_lie = news.can_lie();
        if queue.try_send(news).is_err() {
            counts.told.dropped.fetch_add(1, Ordering::Release);
            return;
        }
        let accepted = counts.told.accepted.fetch_add(1, Ordering::Release) + 1;
        // Now and then is enough to look how many there are: the other thread writes that number.
        let looks = accepted.is_multiple_of(GROUP);
        if !can_lie || (looks && accepted.saturating_sub(counts.handed.count.load(Ordering::Acquire)) > MANY)
        {
            thread.unpark();
        }
    }

    /// Waits until all that was accepted so far was handed over; tells whether that happened in time.
    pub(super) fn flush(&self, at_most: Duration) -> bool {
        if let Some(Some((_, thread))) = self.queue.get() {
            thread.unpark();
        }
        let accepted = self.counts.told.accepted.load(Ordering::Acquire);
        self.counts.handed.wait(accepted, at_most)
    }

    fn open(&self) -> Option<(SyncSender<News>, Thread)> {
        let told = self.observers.iter().filter(|observer| observer.leaders().is_none());
        let readers: Vec<_> = told.map(|observer| (Arc::clone(observer), false)).collect();
        if readers.is_empty() {
            return None;
        }
        let (queue, news) = sync_channel(QUEUE);
        let reader = Reader { readers, counts: Arc::clone(&self.counts) };
        match thread::Builder::new().name(THREAD.to_owned()).spawn(move || reader.run(&news)) {
            Ok(handle) => Some((queue, handle.thread().clone())),
            Err(error) => {
                tracing::error!(%error, "no thread can be had for observers: they are told nothing");
                None
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(Some((queue, thread))) = self.queue.take() {
            drop(queue);
            thread.unpark();
        }
    }
}

/// The other end of the queue. It ends when the last desk and the last candidate are gone.
struct Reader {
    /// Each with whether it has panicked.
    readers: Vec<(Arc<dyn Observer>, bool)>,
    counts: Arc<Counts>,
}

impl Reader {
    fn run(mut self, queue: &Receiver<News>) {
        let mut unsaid = 0;
        loop {
            let news = match queue.try_recv() {
                Ok(news) => news,
                Err(TryRecvError::Empty) => {
                    self.say(&mut unsaid);
                    thread::park_timeout(LOOK);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return self.say(&mut unsaid),
            };
            self.each(|observer| news.hand(observer));
            if self.counts.told.dropped.load(Ordering::Acquire) > 0 {
                let dropped = self.counts.told.dropped.swap(0, Ordering::AcqRel);
                self.each(|observer| observer.missed(dropped));
            }
            unsaid += 1;
            if unsaid == GROUP {
                self.say(&mut unsaid);
            }
        }
    }

    /// Says how many more were handed over.
    fn say(&self, unsaid: &mut u64) {
        if *unsaid > 0 {
            self.counts.handed.add(std::mem::take(unsaid));
        }
    }

    fn each(&mut self, tell: impl Fn(&dyn Observer)) {
        for (observer, has_panicked) in &mut self.readers {
            // Observers are asked again after a panic: what one of them left half done is its own.
            let told = catch_unwind(AssertUnwindSafe(|| tell(&**observer)));
            if told.is_err() && !std::mem::replace(has_panicked, true) {
                tracing::error!(
                    "an observer of elections has panicked; it is told on, and this is said once"
                );
            }
        }
    }
}

impl Handed {
    /// Counts more. To ring is a call of the system, which costs more than to hand over a renewal, so that it is done only where
    /// somebody listens.
    fn add(&self, more: u64) {
        self.count.fetch_add(more, Ordering::Release);
        if *self.waiting() > 0 {
            self.moved.notify_all();
        }
    }

    /// Waits until there are so many; tells whether that happened in time.
    fn wait(&self, count: u64, at_most: Duration) -> bool {
        let mut waiting = self.waiting();
        *waiting += 1;
        let is_short = |_: &mut usize| self.count.load(Ordering::Acquire) < count;
        let waited = self.moved.wait_timeout_while(waiting, at_most, is_short);
        let (mut waiting, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        *waiting -= 1;
        !waited.timed_out()
    }

    fn waiting(&self) -> MutexGuard<'_, usize> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl News {
    /// Tells whether it happens all the time, and is nothing that anybody waits for.
    fn can_lie(&self) -> bool {
        matches!(self, Self::Of(_, Fact::Renewed(_) | Fact::AttemptFailed(_) | Fact::SlowPath))
    }

    fn hand(&self, observer: &dyn Observer) {
        let (who, fact) = match self {
            Self::Of(who, fact) => (who, fact),
            Self::WatchLost(namespace) => return observer.watch_lost(namespace),
            Self::WatchRegained(namespace) => return observer.watch_regained(namespace),
        };
        match fact {
            Fact::Joined => observer.joined(who),
            Fact::Began(term) => observer.began(who, term),
            Fact::Stopped(term) => observer.stopped(who, term),
            Fact::Renewed(renewal) => observer.renewed(who, renewal),
            Fact::AttemptFailed(attempt) => observer.attempt_failed(who, attempt),
            Fact::SlowPath => observer.slow_path(who),
            Fact::LeaderSeen(leader) => observer.leader_seen(who, leader),
            Fact::DrainBegan => observer.drain_began(who),
            Fact::DrainEnded(drain) => observer.drain_ended(who, drain),
            Fact::Odd(notice) => observer.odd(who, notice),
            Fact::Left => observer.left(who),
        }
    }
}
