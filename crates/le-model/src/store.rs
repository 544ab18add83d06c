//! One Lease with the API server's semantics.

use std::sync::Arc;

use le_lease::{Purpose, Record, Reply, Request, Sighting, Version, Write, WriteTime};

use crate::print::Print;

/// Who wrote what the Lease holds: a process by its number, or a stranger.
pub(crate) type Writer = Option<u64>;

/// The Lease, and what it was identified by when it was written.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) record: Record,
    pub(crate) writer: Writer,
    pub(crate) print: Print,
}

/// The store. Its version is the greatest number that there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    version: u64,
    pub(crate) lease: Option<Arc<Lease>>,
}

/// What a request did: the reply, and what a watch tells.
pub(crate) struct Served {
    pub(crate) reply: Reply,
    pub(crate) change: Option<Sighting>,
    /// Whether a release freed a term that is not its sender's.
    pub(crate) freed_another: bool,
}

impl Store {
    pub(crate) fn record(&self) -> Option<&Record> {
        self.lease.as_ref().map(|lease| &lease.record)
    }

    pub(crate) fn writer(&self) -> Writer {
        self.lease.as_ref().and_then(|lease| lease.writer)
    }

    pub(crate) fn is_held(&self) -> bool {
        self.record().is_some_and(|record| record.holder().is_some())
    }

    /// Answers a request of a process.
    pub(crate) fn serve(&mut self, life: u64, request: &Request) -> Served {
        let written = match (request, self.record()) {
            (Request::Get, Some(record)) => Err(Reply::Found(record.clone())),
            (Request::Get | Request::Update { .. }, None) => Err(Reply::NotFound),
            (Request::Create(_), Some(_)) => Err(Reply::Conflict),
            // Without a resourceVersion a PUT replaces whatever is there.
            (Request::Update { base, .. }, Some(record))
                if record.version != *base && *base != Version::default() =>
            {
                Err(Reply::Conflict)
            }
            (Request::Create(write) | Request::Update { write, .. }, record) => {
                Ok((write, record.map(|record| record.uid.clone())))
            }
            (_, _) => unreachable!("there are no other requests"),
        };
        match written {
            Err(reply) => Served { reply, change: None, freed_another: false },
            Ok((write, uid)) => {
                let releases = write.purpose == Purpose::Release;
                let freed_another = releases && self.is_held() && self.writer() != Some(life);
                let record = self.write(Some(life), write, uid);
                let change = Some(Sighting::Present(record.clone()));
                Served { reply: Reply::Written(record), change, freed_another }
            }
        }
    }

    fn write(&mut self, writer: Writer, write: &Write, uid: Option<String>) -> Record {
        let record = Record {
            version: Version::new(0),
            uid: uid.unwrap_or_else(|| format!("u{}", self.version + 1)),
            holder: Some(write.holder.as_ref().map_or_else(String::new, ToString::to_string)),
            duration_seconds: Some(write.duration_seconds),
            transitions: Some(write.transitions),
            renewed: Some(write.time),
        };
        self.put(writer, record)
    }

    fn put(&mut self, writer: Writer, mut record: Record) -> Record {
        self.version += 1;
        record.version = Version::new(self.version);
        let print = Print::of(&record);
        self.lease = Some(Arc::new(Lease { record: record.clone(), writer, print }));
        record
    }

    /// Lets a stranger take the Lease under some identity, for `seconds`.
    pub(crate) fn take(&mut self, name: u64, seconds: i32) -> Option<Sighting> {
        let mut record = self.record()?.clone();
        record.holder = Some(format!("c{name}"));
        record.duration_seconds = Some(seconds);
        // Two clocks never agree to the microsecond: this is the time of no other write.
        record.renewed = Some(WriteTime::from_micros((1 << 40) + self.version as i64));
        Some(Sighting::Present(self.put(None, record)))
    }

    /// Lets a stranger delete the Lease.
    pub(crate) fn delete(&mut self) -> Option<Sighting> {
        let mut record = self.lease.take()?.record.clone();
        self.version += 1;
        record.version = Version::new(self.version);
        Some(Sighting::Deleted(record))
    }
}
