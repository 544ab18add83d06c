//! Everything as words, for traces.

use le_core::Moment;
use le_lease::{Event, Record, Reply, Request, Sighting, Write};

/// Seconds with three digits.
pub(crate) fn time(at: Moment) -> String {
    format!("{:>8.3}", at.as_nanos() as f64 / 1e9)
}

pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::Lead { token, deadline } => {
            format!("LEAD under token {token} until {}", time(*deadline).trim())
        }
        Event::Renewed { deadline } => format!("renewed until {}", time(*deadline).trim()),
        Event::WindDown => "WIND DOWN".into(),
        Event::End { reason } => format!("END: {reason}"),
        Event::Abandon(_) => "gives up the request".into(),
        Event::Released => "released".into(),
        Event::Finished => "FINISHED".into(),
        Event::Notice(notice) => format!("notice: {notice}"),
        other => format!("{other:?}"),
    }
}

pub(crate) fn request(request: &Request) -> String {
    match request {
        Request::Get => "get".into(),
        Request::Create(write) => format!("create: {}", written(write)),
        Request::Update { base, write } => format!("update of version {base}: {}", written(write)),
        other => format!("{other:?}"),
    }
}

fn written(write: &Write) -> String {
    let holder = write.holder.as_ref().map_or("nobody", |holder| holder.as_str());
    let purpose = format!("{:?}", write.purpose).to_lowercase();
    format!("{purpose} for {holder}, {} s, transitions {}", write.duration_seconds, write.transitions)
}

pub(crate) fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Written(record) => format!("written as {}", seen(record)),
        Reply::Found(record) => format!("found {}", seen(record)),
        Reply::NotFound => "not found".into(),
        Reply::Conflict => "conflict".into(),
        Reply::Refused => "refused".into(),
        Reply::Unknown => "no sensible answer".into(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn sighting(sighting: &Sighting) -> String {
    match sighting {
        Sighting::Present(record) => seen(record),
        Sighting::Deleted(record) => format!("deleted, {}", seen(record)),
        other => format!("{other:?}"),
    }
}

fn seen(record: &Record) -> String {
    format!("version {} of {}", record.version, record.holder().unwrap_or("nobody"))
}
