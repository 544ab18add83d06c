//! The Leases, with the API server's semantics.

use le_lease::{Record, Request, Sighting, Version, WriteTime};

/// A writer: a process by its number, or a stranger.
pub(crate) type Writer = Option<usize>;

/// One change of a Lease, as a watch tells it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) lease: usize,
    pub(crate) record: Record,
    pub(crate) writer: Writer,
    pub(crate) deleted: bool,
}

impl Change {
    pub(crate) fn sighting(&self) -> Sighting {
        if self.deleted {
            Sighting::Deleted(self.record.clone())
        } else {
            Sighting::Present(self.record.clone())
        }
    }
}

/// What a process wants of a Lease.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Get,
    Put(Put),
}

/// A write.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    /// `None` creates.
    pub(crate) base: Option<Version>,
    /// `None` frees.
    pub(crate) holder: Option<String>,
    pub(crate) duration: i32,
    pub(crate) transitions: i32,
    pub(crate) time: WriteTime,
}

impl Wish {
    /// Says it in the words of the store.
    pub(crate) fn of(request: &Request) -> Self {
        let (base, write) = match request {
            Request::Create(write) => (None, write),
            Request::Update { base, write } => (Some(*base), write),
            _ => return Self::Get,
        };
        Self::Put(Put {
            base,
            holder: write.holder.as_ref().map(ToString::to_string),
            duration: write.duration_seconds,
            transitions: write.transitions,
            time: write.time,
        })
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Found(Record),
    Written(Record),
    NotFound,
    Conflict,
    Invalid,
}

/// One Lease, and who wrote it when.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) lease: Option<Record>,
    /// Who wrote the holder that it has.
    pub(crate) writer: Writer,
    /// When the holder last wrote, in true time.
    pub(crate) written_at: u64,
    /// Its changes, as places in the history of the store.
    pub(crate) changes: Vec<usize>,
}

/// The store: the present state, and all that came before.
#[derive(Debug, Default)]
pub(crate) struct Store {
    version: u64,
    pub(crate) slots: Vec<Slot>,
    pub(crate) history: Vec<Change>,
}

impl Store {
    pub(crate) fn new(leases: usize) -> Self {
        Self { slots: (0..leases).map(|_| Slot::default()).collect(), ..Self::default() }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Answers a process.
    pub(crate) fn serve(&mut self, now: u64, who: usize, lease: usize, wish: &Wish) -> Answer {
        let slot = &self.slots[lease];
        match (wish, &slot.lease) {
            (Wish::Get, Some(record)) => Answer::Found(record.clone()),
            (Wish::Get | Wish::Put(Put { base: Some(_), .. }), None) => Answer::NotFound,
            (Wish::Put(Put { base: None, .. }), Some(_)) => Answer::Conflict,
            // A write without a version is one without a condition, where a server takes it.
            (Wish::Put(Put { base: Some(base), .. }), Some(record))
                if record.version != *base && *base != Version::default() =>
            {
                Answer::Conflict
            }
            (Wish::Put(put), _) if put.duration <= 0 || put.transitions < 0 => Answer::Invalid,
            (Wish::Put(put), known) => {
                let uid = known.as_ref().map(|record| record.uid.clone());
                let record = Record {
                    version: Version::new(0),
                    uid: uid.unwrap_or_else(|| format!("uid-{}", self.version + 1)),
                    holder: Some(put.holder.clone().unwrap_or_default()),
                    duration_seconds: Some(put.duration),
                    transitions: Some(put.transitions),
                    renewed: Some(put.time),
                };
                Answer::Written(self.put(now, lease, Some(who), record))
            }
        }
    }

    /// Replaces a Lease.
    pub(crate) fn put(&mut self, now: u64, lease: usize, writer: Writer, mut record: Record) -> Record {
        self.version += 1;
        record.version = Version::new(self.version);
        let slot = &mut self.slots[lease];
        (slot.writer, slot.written_at) = (writer, now);
        slot.lease = Some(record.clone());
        slot.changes.push(self.history.len());
        self.history.push(Change { lease, record: record.clone(), writer, deleted: false });
        record
    }

    pub(crate) fn delete(&mut self, lease: usize) {
        let slot = &mut self.slots[lease];
        if let Some(mut record) = slot.lease.take() {
            self.version += 1;
            record.version = Version::new(self.version);
            slot.changes.push(self.history.len());
            self.history.push(Change { lease, record, writer: slot.writer, deleted: true });
        }
    }
}
