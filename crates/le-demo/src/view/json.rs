//! One JSON object per event on standard output, and nothing else.

use std::io::Write;
use std::time::SystemTime;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Event;
use crate::stamp::Stamp;

/// Writes events as JSON, flushed at once.
#[derive(Debug)]
pub(crate) struct Json {
    origin: Origin,
    interrupted: CancellationToken,
}

impl Json {
    pub(super) fn new(interrupted: CancellationToken) -> Self {
        Self { origin: Origin::now(), interrupted }
    }

    pub(super) fn event(&mut self, at: Stamp, event: &Event) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(&self.origin.line(at, event)).and_then(|()| out.flush());
        if written.is_err() {
            self.interrupted.cancel();
        }
    }
}

/// One moment on both clocks: that of the events, and that of the calendar.
#[derive(Debug)]
struct Origin {
    stamp: Stamp,
    unix_seconds: f64,
}

#[derive(Serialize)]
struct Line<'a> {
    /// Seconds since 1970.
    t: f64,
    #[serde(flatten)]
    event: &'a Event,
}

impl Origin {
    fn now() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { stamp: Stamp::now(), unix_seconds: since_1970.as_secs_f64() }
    }

    fn line(&self, at: Stamp, event: &Event) -> Vec<u8> {
        let t = self.unix_seconds + at.since(self.stamp).as_secs_f64();
        let mut line = serde_json::to_vec(&Line { t, event }).expect("an event has only plain fields");
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Kind, Ledger};
    use crate::report::{Replica, Report};

    fn line(event: &Event) -> String {
        let origin = Origin { stamp: Stamp::at_millis(1000), unix_seconds: 1_700_000_000.0 };
        String::from_utf8(origin.line(Stamp::at_millis(1500), event)).unwrap()
    }

    #[test]
    fn an_event_is_one_line_with_its_time_and_its_name() {
        let (from, to) = (Replica { place: 0, life: 1 }, Replica { place: 1, life: 1 });
        let bucket = "le-demo.configmaps.00-of-10".to_owned();
        let handover = Event::Handover { kind: Kind::Kill, bucket: bucket.clone(), from, to, seconds: 3.1 };
        assert_eq!(
            line(&handover),
            "{\"t\":1700000000.5,\"event\":\"handover\",\"kind\":\"kill\",\"bucket\":\"le-demo.configmaps.00-of-10\",\
             \"from\":\"replica-0.1\",\"to\":\"replica-1.1\",\"seconds\":3.1}\n"
        );
        let report = Event::Report { replica: to, report: Report::Lead { bucket, token: 4 } };
        assert_eq!(
            line(&report),
            "{\"t\":1700000000.5,\"replica\":\"replica-1.1\",\"event\":\"lead\",\
             \"bucket\":\"le-demo.configmaps.00-of-10\",\"token\":4}\n"
        );
    }

    #[test]
    fn the_summary_has_the_fields_that_programs_read() {
        let summary = line(&Event::Summary(Ledger::default().summary()));
        let times = "{\"count\":0,\"buckets\":0,\"p50\":null,\"max\":null}";
        assert_eq!(
            summary,
            format!(
                "{{\"t\":1700000000.5,\"event\":\"summary\",\"objects\":0,\"generations\":0,\"overlapping\":0,\
                 \"stale_writes\":0,\"unhandled\":0,\"resynced\":0,\
                 \"handovers\":{{\"terminate\":{times},\"kill\":{times}}}}}\n"
            )
        );
    }
}
