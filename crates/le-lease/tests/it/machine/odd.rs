//! Leases that nobody should write, and that we survive.

use std::time::Duration;

use le_core::StopReason;
use le_lease::{Event, Notice, Options, Record, Version, WriteTime};

use super::bench::{Bench, held_by, millis, secs};

/// A shape of the Lease: its name, what it does to a record, and how long it blocks others; `None` if it is free.
type Shape = (&'static str, fn(&mut Record), Option<Duration>);

const NAMES_OF_ME: &str = "me";

fn shapes() -> Vec<Shape> {
    const OWN: Option<Duration> = Some(Duration::from_secs(15));
    let ages = Some(Duration::from_secs(i32::MAX as u64));
    vec![
        ("no spec", |record| *record = Record { version: record.version, ..blank() }, None),
        ("holder null", |record| record.holder = None, None),
        ("holder empty", |record| record.holder = Some(String::new()), None),
        (
            "holder null, duration 68 years",
            |record| (record.holder, record.duration_seconds) = (None, Some(i32::MAX)),
            None,
        ),
        (
            "holder empty, transitions at the top",
            |record| (record.holder, record.transitions) = (Some(String::new()), Some(i32::MAX)),
            None,
        ),
        (
            "holder null, transitions negative",
            |record| (record.holder, record.transitions) = (None, Some(-1)),
            None,
        ),
        ("holder null, no times", |record| (record.holder, record.renewed) = (None, None), None),
        ("holder blank", |record| record.holder = Some(" ".into()), OWN),
        ("holder with a line break", |record| record.holder = Some("a\nb".into()), OWN),
        ("holder of a megabyte", |record| record.holder = Some("x".repeat(1 << 20)), OWN),
        ("holder almost oneself", |record| record.holder = Some("Me".into()), OWN),
        ("holder oneself plus a blank", |record| record.holder = Some("me ".into()), OWN),
        ("duration null", |record| record.duration_seconds = None, OWN),
        ("duration zero", |record| record.duration_seconds = Some(0), OWN),
        ("duration negative", |record| record.duration_seconds = Some(-1), OWN),
        ("duration least", |record| record.duration_seconds = Some(i32::MIN), OWN),
        ("duration one second", |record| record.duration_seconds = Some(1), Some(Duration::from_secs(1))),
        ("duration an hour", |record| record.duration_seconds = Some(3600), Some(Duration::from_secs(3600))),
        ("duration 68 years", |record| record.duration_seconds = Some(i32::MAX), ages),
        ("transitions null", |record| record.transitions = None, OWN),
        ("transitions negative", |record| record.transitions = Some(-5), OWN),
        ("transitions least", |record| record.transitions = Some(i32::MIN), OWN),
        ("transitions at the top", |record| record.transitions = Some(i32::MAX), OWN),
        ("time null", |record| record.renewed = None, OWN),
        ("time least", |record| record.renewed = Some(WriteTime::from_micros(i64::MIN)), OWN),
        ("time greatest", |record| record.renewed = Some(WriteTime::from_micros(i64::MAX)), OWN),
        ("time foreign", |record| record.renewed = Some(WriteTime::from_micros(12)), OWN),
        (
            "all null but the holder",
            |record| *record = Record { version: record.version, holder: Some("x".into()), ..blank() },
            OWN,
        ),
        (
            "own identity, foreign time",
            |record| {
                (record.holder, record.renewed) = (Some(NAMES_OF_ME.into()), Some(WriteTime::from_micros(3)))
            },
            OWN,
        ),
        (
            "own identity, no time",
            |record| (record.holder, record.renewed) = (Some(NAMES_OF_ME.into()), None),
            OWN,
        ),
        (
            "own identity, nothing else",
            |record| {
                *record = Record { version: record.version, holder: Some(NAMES_OF_ME.into()), ..blank() }
            },
            OWN,
        ),
        (
            "own identity, 68 years",
            |record| {
                (record.holder, record.renewed, record.duration_seconds) =
                    (Some(NAMES_OF_ME.into()), None, Some(i32::MAX))
            },
            ages,
        ),
        (
            "another uid, held",
            |record| (record.uid, record.holder) = ("uid-new".into(), Some("x".into())),
            OWN,
        ),
        ("uid empty, held", |record| (record.uid, record.holder) = (String::new(), Some("x".into())), OWN),
    ]
}

fn blank() -> Record {
    Record {
        version: Version::new(0),
        uid: "uid-of-a-blank".into(),
        holder: None,
        duration_seconds: None,
        transitions: None,
        renewed: None,
    }
}

/// Nobody takes a Lease before its holder's time is over, and with nobody about it is taken right then.
fn assert_taken_after(bench: &mut Bench, what: &str, blocks: Option<Duration>) {
    let writes = bench.writes().len();
    if let Some(blocks) = blocks {
        bench.wait(blocks - millis(1));
        assert_eq!(bench.writes().len(), writes, "{what}: taken too early");
        bench.wait(millis(1) + millis(150));
    }
    assert!(bench.leads(), "{what}: not taken: {:?}", bench.machine);
    let transitions = bench.writes().last().expect("it was written").transitions;
    assert!(transitions >= 0, "{what}: the server refuses {transitions}");
}

#[test]
fn there_are_at_least_thirty_shapes() {
    assert!(shapes().len() >= 30);
}

#[test]
fn an_odd_lease_at_first_sight_is_waited_out_and_taken() {
    for (what, change, blocks) in shapes() {
        let mut record = held_by("other");
        change(&mut record);
        let mut bench = Bench::waiting_for(record);
        assert_taken_after(&mut bench, what, blocks);
    }
}

#[test]
fn an_odd_lease_read_without_a_watch_is_waited_out_and_taken() {
    for (what, change, blocks) in
        shapes().into_iter().filter(|shape| shape.2.is_none_or(|time| time < secs(9999)))
    {
        let mut bench = Bench::bare(Options::default());
        let mut record = held_by("other");
        change(&mut record);
        bench.store.put(None, record);
        bench.step();
        assert_taken_after(&mut bench, what, blocks);
    }
}

#[test]
fn a_lease_that_becomes_odd_while_waiting_is_waited_out_and_taken() {
    for (what, change, blocks) in shapes() {
        let mut bench = Bench::waiting_for(held_by("other"));
        bench.wait(secs(8));
        bench.meddle(change);
        // Free, but not the Lease that was held: its holder's time goes on.
        let blocks = if what == "no spec" { Some(secs(15)) } else { blocks };
        assert_taken_after(&mut bench, what, blocks);
    }
}

#[test]
fn a_lease_that_becomes_odd_under_its_leader_never_makes_a_second_one() {
    for (what, change, _) in shapes() {
        for watch in [true, false] {
            let mut bench = Bench::leading();
            bench.watch = watch;
            let own = bench.store.lease().unwrap().clone();
            bench.meddle(change);
            let odd = bench.store.lease().unwrap().clone();
            let mine = (odd.holder(), odd.renewed) == (own.holder(), own.renewed);
            bench.wait(secs(3));
            assert_eq!(bench.leads(), mine, "{what}, watch {watch}: {:?}", bench.events);
            assert_eq!(bench.ended().is_none(), mine, "{what}");
            if odd.holder() == Some("me") && !mine {
                assert_eq!(bench.ended(), Some(StopReason::IdentityUsedElsewhere), "{what}");
            }
            assert!(bench.requests.len() < 8, "{what}: {:?}", bench.requests);
            // Whatever it is, it competes on.
            bench.drained();
            bench.wait(secs(60));
            assert!(bench.requests.len() < 60 * 4, "{what}");
        }
    }
}

#[test]
fn any_change_of_the_object_restarts_the_wait() {
    // A holder that renews without a time is alive: peers that compare records steal its Lease.
    let mut record = held_by("other");
    record.renewed = None;
    let mut bench = Bench::waiting_for(record);
    for _ in 0..10 {
        bench.wait(secs(14));
        bench.meddle(|_| {});
    }
    assert!(bench.requests.is_empty());
    bench.wait(millis(15_150));
    assert!(bench.leads());
}

#[test]
fn a_long_duration_is_reported_once_per_holder() {
    let mut record = held_by("other");
    record.duration_seconds = Some(3600);
    let mut bench = Bench::waiting_for(record);
    for holder in ["other", "other", "third", "third"] {
        bench.wait(secs(1));
        bench.meddle(|record| record.holder = Some(holder.into()));
    }
    let expected = ["other", "third"]
        .map(|holder| Event::Notice(Notice::LongDuration { holder: holder.into(), blocks: secs(3600) }));
    assert_eq!(bench.events, expected);
}

#[test]
fn a_missing_duration_is_reported() {
    let mut record = held_by("other");
    record.duration_seconds = Some(0);
    let bench = Bench::waiting_for(record);
    assert_eq!(bench.events, [Event::Notice(Notice::NoDuration { holder: "other".into() })]);
}

#[test]
fn a_cap_limits_what_is_honoured() {
    let mut options = Options::default();
    options.longest_wait = Some(secs(60));
    let mut record = held_by("other");
    record.duration_seconds = Some(i32::MAX);
    let mut bench = Bench::waiting_with(record, options);
    assert_taken_after(&mut bench, "capped", Some(secs(60)));
}

#[test]
fn ones_own_identity_is_never_taken_as_ones_own() {
    let mut bench = Bench::waiting_for(held_by("me"));
    let notice = Notice::IdentityUsedElsewhere { identity: "me".into() };
    assert_eq!(bench.events, [Event::Notice(notice)]);
    assert_taken_after(&mut bench, "own identity", Some(secs(15)));
}

#[test]
fn the_lease_of_a_predecessor_known_to_be_gone_is_taken_at_once() {
    let mut options = Options::default();
    options.predecessor_is_gone = true;
    assert!(Bench::waiting_with(held_by("me"), options.clone()).leads());

    // Whatever is written under its name later, a predecessor that is gone did not write.
    let mut bench = Bench::waiting_with(held_by("other"), options);
    bench.take_as("me");
    bench.wait(millis(14_999));
    assert!(bench.requests.is_empty());
}

#[test]
fn two_processes_of_one_identity_never_lead_together() {
    let mut bench = Bench::waiting_for(held_by("me"));
    for _ in 0..20 {
        bench.wait(secs(10));
        bench.take_as("me");
    }
    assert!(bench.requests.is_empty(), "the other one renews");
}

#[test]
fn transitions_at_the_top_stay_there() {
    let mut record = held_by("other");
    record.transitions = Some(i32::MAX);
    let mut bench = Bench::waiting_for(record);
    bench.wait(secs(16));
    assert!(bench.leads());
    assert_eq!(bench.store.lease().unwrap().transitions, Some(i32::MAX));
}
