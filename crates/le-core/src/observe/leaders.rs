//! Who leads, known in every replica, without a request of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Observer;
use crate::{Clock, Moment};

/// Knows who leads each bucket that this process competes for, be it another replica or this one. Cheap to clone; the clones are
/// one.
///
/// It is an [`Observer`] among others, and is given to a builder with them. Candidates write into it themselves, at the moment at
/// which they see who holds their lock: no queue is in between, nothing is dropped, and no request is made for it.
///
/// What it says is what was seen last. A leader that crashed is named until somebody else takes its lock, which a lock with a
/// deadline allows once that has passed; and one that is paused does not know that it was replaced. It is there to send requests
/// to the leader and to show who that is. Work asks its [`Leadership`](crate::Leadership).
///
/// ```
/// use le_core::{Leaders, Observers};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut leaders = Leaders::new();
/// let observers = Observers::new().with(leaders.clone()); // to be given to a builder of electors
/// # let clock = std::sync::Arc::new(Still);
/// # let mut observed = observers.candidate("my-bucket", "me", clock);
/// # observed.leader_seen(Some("my-operator-0"));
///
/// leaders.changed().await;
/// let leader = leaders.leader("my-bucket").unwrap();
/// println!("{} leads, for {:?} by now", leader.identity, leader.seen_for());
/// # }
/// # #[derive(Debug)]
/// # struct Still;
/// # impl le_core::Clock for Still {
/// #     fn now(&self) -> le_core::Moment { le_core::Moment::ORIGIN }
/// # }
/// ```
#[derive(Clone)]
pub struct Leaders {
    board: Arc<Board>,
    seen: watch::Receiver<u64>,
}

/// Who leads a bucket.
#[derive(Clone)]
#[non_exhaustive]
pub struct Leader {
    /// The identity under which it holds the lock.
    pub identity: Arc<str>,
    /// Whether it is this candidate itself.
    pub is_self: bool,
    /// When it was first seen to hold the lock, on this process's own clock. It may have held it for long by then.
    pub since: Moment,
    clock: Arc<dyn Clock>,
}

impl Leader {
    /// Returns for how long it has been seen to hold the lock, up to now.
    pub fn seen_for(&self) -> Duration {
        self.clock.now().since(self.since)
    }
}

impl PartialEq for Leader {
    fn eq(&self, other: &Self) -> bool {
        (&self.identity, self.is_self, self.since) == (&other.identity, other.is_self, other.since)
    }
}

impl Eq for Leader {}

impl fmt::Debug for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leader")
            .field("identity", &self.identity)
            .field("is_self", &self.is_self)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

impl Leaders {
    /// Begins with no bucket.
    pub fn new() -> Self {
        let (changed, seen) = watch::channel(0);
        Self { board: Arc::new(Board { rows: Mutex::default(), changed }), seen }
    }

    /// Returns who leads `bucket`, which is named as its lock is; `None` while nobody does, while that is not known yet, and where
    /// this process does not compete for it.
    pub fn leader(&self, bucket: &str) -> Option<Leader> {
        let rows = self.board.rows();
        let of_bucket = rows.of.values().filter(|row| &*row.bucket == bucket);
        of_bucket.max_by_key(|row| row.written).and_then(|row| row.leader.clone())
    }

    /// Returns every bucket that this process competes for, with who leads it.
    pub fn all(&self) -> BTreeMap<Arc<str>, Option<Leader>> {
        let mut all = BTreeMap::new();
        let rows = self.board.rows();
        let mut rows: Vec<_> = rows.of.values().collect();
        rows.sort_by_key(|row| row.written);
        for row in rows {
            all.insert(Arc::clone(&row.bucket), row.leader.clone());
        }
        all
    }

    /// Completes when something is another than when this clone was last told so, or was made: who leads some bucket, or which
    /// buckets there are. Several changes between two calls are one, since what holds is asked for and not handed out.
    ///
    /// A stream of what holds after each change is, with the crate `futures`:
    ///
    /// ```text
    /// stream::unfold(leaders, |mut leaders| async {
    ///     leaders.changed().await;
    ///     Some((leaders.all(), leaders))
    /// })
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future and asking again loses nothing.
    pub async fn changed(&mut self) {
        // The board, which is held here, has the other end.
        let _ = self.seen.changed().await;
    }

    /// Takes in a candidate for a bucket, which writes its line until it drops it.
    pub(super) fn seat(&self, bucket: &str) -> Seat {
        let row = {
            let mut rows = self.board.rows();
            let row = rows.next();
            rows.of.insert(row, Row { bucket: bucket.into(), leader: None, written: 0 });
            row
        };
        self.board.changes();
        Seat { board: Arc::clone(&self.board), row }
    }
}

impl Default for Leaders {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for Leaders {
    fn leaders(&self) -> Option<&Leaders> {
        Some(self)
    }
}

impl fmt::Debug for Leaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Leaders").field(&self.all()).finish()
    }
}

struct Board {
    rows: Mutex<Rows>,
    /// Counts the changes.
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Rows {
    of: BTreeMap<u64, Row>,
    /// Counts what is written, rows and lines in them.
    last: u64,
}

impl Rows {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// What one candidate knows. Those of several queues may be about the same bucket.
struct Row {
    bucket: Arc<str>,
    leader: Option<Leader>,
    /// When the line was written, by the count; zero while nothing is known.
    written: u64,
}

impl Board {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits, after the rows were changed.
    fn changes(&self) {
        self.changed.send_modify(|changes| *changes += 1);
    }
}

/// A candidate's place on the board. Dropping it takes the line away.
pub(super) struct Seat {
    board: Arc<Board>,
    row: u64,
}

impl Seat {
    pub(super) fn write(
        &self,
        identity: Option<&Arc<str>>,
        own: &str,
        since: Moment,
        clock: &Arc<dyn Clock>,
    ) {
        let leader = identity.map(|identity| Leader {
            identity: Arc::clone(identity),
            is_self: **identity == *own,
            since,
            clock: Arc::clone(clock),
        });
        {
            let mut rows = self.board.rows();
            let written = rows.next();
            if let Some(row) = rows.of.get_mut(&self.row) {
                (row.leader, row.written) = (leader, written);
            }
        }
        self.board.changes();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.board.rows().of.remove(&self.row);
        self.board.changes();
    }
}
