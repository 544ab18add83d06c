//! What can be seen of a machine on its bench.

use le_core::{FencingToken, Moment, StopReason};
use le_lease::{Event, Record, Request, Write};

use super::bench::Bench;

impl Bench {
    pub(crate) fn leads(&self) -> bool {
        self.machine.leading(self.now).is_some()
    }

    pub(crate) fn token(&self) -> FencingToken {
        self.machine.leading(self.now).expect("it leads").0
    }

    pub(crate) fn deadline(&self) -> Moment {
        self.machine.leading(self.now).expect("it leads").1
    }

    pub(crate) fn holder(&self) -> Option<&str> {
        self.store.lease().and_then(Record::holder)
    }

    /// Forgets what happened and what was asked.
    pub(crate) fn forget(&mut self) {
        self.events.clear();
        self.requests.clear();
    }

    pub(crate) fn ended(&self) -> Option<StopReason> {
        self.events.iter().find_map(|event| match event {
            Event::End { reason } => Some(*reason),
            _ => None,
        })
    }

    pub(crate) fn finished(&self) -> bool {
        self.events.contains(&Event::Finished)
    }

    pub(crate) fn released(&self) -> bool {
        self.events.contains(&Event::Released)
    }

    /// The requests as words: `get`, `create`, `update`.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        let word = |request: &Request| match request {
            Request::Get => "get",
            Request::Create(_) => "create",
            _ => "update",
        };
        self.requests.iter().map(|(_, request)| word(request)).collect()
    }

    /// The writes among the requests.
    pub(crate) fn writes(&self) -> Vec<&Write> {
        let write = |(_, request): &'_ (Moment, Request)| {
            matches!(request, Request::Create(_) | Request::Update { .. })
        };
        self.requests
            .iter()
            .filter(|request| write(request))
            .map(|(_, request)| match request {
                Request::Create(write) | Request::Update { write, .. } => write,
                _ => unreachable!("reads are left out"),
            })
            .collect()
    }
}
