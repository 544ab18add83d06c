//! What is written: the table of the wire format.

use le_config::Timing;
use le_core::Moment;
use le_lease::{Machine, Purpose, Record, Reply, Request, Version, WatchState, WriteTime};

use super::bench::{Bench, held_by, millis, secs};

#[test]
fn a_creation_writes_zero_transitions_and_an_acquisition_one_more() {
    let created = Bench::bare(Default::default());
    let mut created = created;
    created.list();
    let write = created.writes()[0];
    assert_eq!((write.purpose, write.transitions, write.duration_seconds), (Purpose::Acquire, 0, 15));
    assert_eq!(write.holder.as_ref().map(|holder| holder.as_str()), Some("me"));

    let mut taken = Bench::waiting_for(held_by("other"));
    taken.wait(secs(16));
    let write = taken.writes()[0];
    assert_eq!((write.purpose, write.transitions), (Purpose::Acquire, 4));
}

#[test]
fn a_renewal_keeps_the_transitions_and_a_release_too() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.wait(secs(20));
    bench.stop();
    bench.drained();
    let writes = bench.writes();
    let (renewal, release) = (writes[1], writes[writes.len() - 1]);
    assert_eq!((renewal.purpose, renewal.transitions, renewal.duration_seconds), (Purpose::Renew, 4, 15));
    assert_eq!((release.purpose, release.transitions, release.duration_seconds), (Purpose::Release, 4, 1));
    assert_eq!(release.holder, None);
    let lease = bench.store.lease().unwrap();
    assert_eq!(lease.holder.as_deref(), Some(""), "the store writes the empty text");
}

#[test]
fn taking_ones_own_lease_again_changes_no_holder() {
    let mut bench = Bench::leading();
    bench.freeze(secs(11));
    bench.step();
    bench.drained();
    assert!(bench.leads());
    let write = bench.writes()[0];
    assert_eq!((write.purpose, write.transitions), (Purpose::Acquire, 0));
}

#[test]
fn every_write_after_the_creation_carries_the_version_it_was_computed_from() {
    let mut bench = Bench::leading();
    bench.wait(secs(20));
    bench.stop();
    bench.drained();
    let bases: Vec<u64> = bench
        .requests
        .iter()
        .map(|(_, request)| match request {
            Request::Update { base, .. } => base.get(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(bases.len() > 9);
    assert!(bases.iter().zip(1..).all(|(base, version)| *base == version), "{bases:?}");
}

#[test]
fn times_never_repeat_even_when_the_wall_clock_stands_still_or_falls() {
    let timing = Timing::new(secs(15), secs(10), secs(2)).unwrap();
    let mut machine = Machine::new(timing, "me".parse().unwrap(), 1);
    let mut now = Moment::ORIGIN;
    let mut times = Vec::new();
    machine.handle_watch(now, WatchState::Down);
    for (version, wall) in [900, 900, 100, 5000, 4999, i64::MIN].into_iter().enumerate() {
        let attempt = loop {
            let attempt = machine.poll_request(now, WriteTime::from_micros(wall)).unwrap();
            if attempt.request != Request::Get {
                break attempt;
            }
            machine.handle_reply(now, attempt.id, Reply::NotFound);
        };
        let (Request::Create(write) | Request::Update { write, .. }) = attempt.request else {
            panic!("a write")
        };
        times.push(write.time);
        let record = Record {
            version: Version::new(version as u64 + 1),
            uid: "uid".into(),
            holder: write.holder.map(|holder| holder.to_string()),
            duration_seconds: Some(write.duration_seconds),
            transitions: Some(write.transitions),
            renewed: Some(write.time),
        };
        machine.handle_reply(now, attempt.id, Reply::Written(record));
        assert!(machine.leading(now).is_some());
        while machine.poll_event().is_some() {}
        now = machine.poll_timeout().unwrap();
    }
    assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
}

#[test]
fn a_lease_duration_is_written_in_seconds_rounded_up() {
    for (duration, seconds) in [(1000, 1), (1001, 2), (2500, 3), (59_999, 60)] {
        let timing = Timing::new(millis(duration), millis(900), millis(100)).unwrap();
        let mut machine = Machine::new(timing, "me".parse().unwrap(), 1);
        machine.handle_watch(Moment::ORIGIN, WatchState::Down);
        let read = machine.poll_request(Moment::ORIGIN, WriteTime::from_micros(1)).unwrap();
        machine.handle_reply(Moment::ORIGIN, read.id, Reply::NotFound);
        let create = machine.poll_request(Moment::ORIGIN, WriteTime::from_micros(1)).unwrap();
        let Request::Create(write) = create.request else { panic!("a creation") };
        assert_eq!(write.duration_seconds, seconds);
    }
}
