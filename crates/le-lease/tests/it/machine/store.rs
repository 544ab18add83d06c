//! One Lease with the API server's semantics.

use le_lease::{Purpose, Record, Reply, Request, Sighting, Version, Write};

/// A write by somebody: a process by its number, or a stranger.
pub(crate) type Writer = Option<usize>;

/// One change of the Lease, as a watch tells it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) record: Record,
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

/// The store: the present state, and all that came before.
#[derive(Debug, Default)]
pub(crate) struct Store {
    version: u64,
    lease: Option<Record>,
    /// Who wrote the holder that the Lease has.
    pub(crate) writer: Writer,
    pub(crate) history: Vec<Change>,
}

/// A release met a Lease that somebody else had written.
#[derive(Debug)]
pub(crate) struct FreedAnother;

impl Store {
    pub(crate) fn lease(&self) -> Option<&Record> {
        self.lease.as_ref()
    }

    /// Answers a request of a process.
    pub(crate) fn serve(&mut self, who: usize, request: &Request) -> Result<Reply, FreedAnother> {
        Ok(match (request, &self.lease) {
            (Request::Get, Some(record)) => Reply::Found(record.clone()),
            (Request::Get | Request::Update { .. }, None) => Reply::NotFound,
            (Request::Create(_), Some(_)) => Reply::Conflict,
            (Request::Update { base, .. }, Some(record)) if record.version != *base => Reply::Conflict,
            (Request::Create(write) | Request::Update { write, .. }, _) if !valid(write) => Reply::Refused,
            (Request::Create(write), None) => Reply::Written(self.write(Some(who), write, None)),
            (Request::Update { write, .. }, Some(record)) => {
                if write.purpose == Purpose::Release && self.writer != Some(who) {
                    return Err(FreedAnother);
                }
                let uid = record.uid.clone();
                Reply::Written(self.write(Some(who), write, Some(uid)))
            }
            (_, _) => unreachable!("there are no other requests"),
        })
    }

    fn write(&mut self, writer: Writer, write: &Write, uid: Option<String>) -> Record {
        let record = Record {
            version: Version::new(0),
            uid: uid.unwrap_or_else(|| format!("uid-{}", self.version + 1)),
            holder: Some(write.holder.as_ref().map_or_else(String::new, ToString::to_string)),
            duration_seconds: Some(write.duration_seconds),
            transitions: Some(write.transitions),
            renewed: Some(write.time),
        };
        self.put(writer, record)
    }

    /// Replaces the Lease by whatever a stranger likes.
    pub(crate) fn put(&mut self, writer: Writer, mut record: Record) -> Record {
        self.version += 1;
        record.version = Version::new(self.version);
        self.writer = writer;
        self.lease = Some(record.clone());
        self.history.push(Change { record: record.clone(), deleted: false });
        record
    }

    pub(crate) fn delete(&mut self) {
        if let Some(mut record) = self.lease.take() {
            self.version += 1;
            record.version = Version::new(self.version);
            self.history.push(Change { record, deleted: true });
        }
    }
}

/// What the API server demands of a Lease that is written.
fn valid(write: &Write) -> bool {
    write.duration_seconds > 0 && write.transitions >= 0
}
