//! In its steady state the machine allocates nothing: neither one that renews, nor one that watches another do so.

use std::time::Duration;

use le_config::Timing;
use le_core::Moment;
use le_lease::{Attempt, Machine, Record, Reply, Request, Sighting, Version, WatchState, WriteTime};

fn record(version: u64, holder: &str) -> Record {
    Record {
        version: Version::new(version),
        uid: "a-uid".to_owned(),
        holder: Some(holder.to_owned()),
        duration_seconds: Some(60),
        transitions: Some(0),
        renewed: Some(WriteTime::from_micros(i64::try_from(version).expect("small"))),
    }
}

fn poll(machine: &mut Machine, now: Moment) -> Option<Attempt> {
    machine.handle_timeout(now);
    while machine.poll_event().is_some() {}
    machine.poll_request(now, WriteTime::from_micros(i64::try_from(now.as_nanos() / 1_000).expect("small")))
}

#[test]
fn a_leader_that_renews_allocates_nothing() {
    let mut machine = Machine::new(Timing::default(), "me".parse().expect("an identity"), 1);
    let mut now = Moment::ORIGIN;
    machine.handle_watch(now, WatchState::Up);
    machine.handle_sighting(now, Sighting::Absent { asked: now });
    // The answers are made by who reads them, before the machine sees them.
    let mut records: Vec<Record> = (0..200).rev().map(|number| record(number, "me")).collect();
    let mut renew = |times: usize| {
        for _ in 0..times {
            let attempt = loop {
                match poll(&mut machine, now) {
                    Some(attempt) => break attempt,
                    None => now = machine.poll_timeout().expect("it waits for something").max(now),
                }
            };
            let (Request::Create(write) | Request::Update { write, .. }) = attempt.request else {
                panic!("it reads")
            };
            let mut record = records.pop().expect("enough records");
            record.renewed = Some(write.time);
            machine.handle_reply(now, attempt.id, Reply::Written(record));
        }
    };
    renew(10);
    let counted = allocation_counter::measure(|| renew(100));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn a_candidate_that_sees_renewals_allocates_nothing() {
    let mut machine = Machine::new(Timing::default(), "me".parse().expect("an identity"), 1);
    let mut now = Moment::ORIGIN;
    machine.handle_watch(now, WatchState::Up);
    let mut records = (1..200).map(|number| record(number, "other")).collect::<Vec<_>>().into_iter();
    let mut see = |times: usize| {
        for record in records.by_ref().take(times) {
            machine.handle_sighting(now, Sighting::Present(record));
            assert_eq!(poll(&mut machine, now), None);
            now = now + Duration::from_secs(10);
        }
    };
    see(10);
    let counted = allocation_counter::measure(|| see(100));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}
