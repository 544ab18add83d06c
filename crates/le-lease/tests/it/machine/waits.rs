//! How long it waits after what: each wait to its length.

use std::time::Duration;

use le_config::Timing;
use le_lease::{Machine, Options, Purpose, Record, Request, Sighting, Version, WatchState, WriteTime};

use super::bench::{Bench, Server, held_by, millis, secs};

/// The times between one request and the next.
fn gaps(bench: &Bench) -> Vec<Duration> {
    bench.requests.windows(2).map(|pair| pair[1].0.since(pair[0].0)).collect()
}

#[test]
fn each_failure_in_a_row_is_waited_out_twice_as_long_up_to_the_retry_period() {
    let mut bench = Bench::bare(Options::default());
    bench.store.put(None, held_by(""));
    bench.server = Server::Refuses;
    bench.list();
    bench.wait(secs(20));
    let most = [250, 500, 1000, 2000, 2000, 2000].map(millis);
    for (gap, most) in gaps(&bench).iter().zip(most) {
        assert!((most.mul_f64(0.8)..=most).contains(gap), "{:?}", gaps(&bench));
    }
}

#[test]
fn a_race_long_over_makes_the_next_one_no_slower() {
    for (pause, most) in [(secs(10), millis(250)), (millis(1), secs(2))] {
        let mut bench = Bench::bare(Options::default());
        bench.store.put(None, held_by(""));
        bench.server = Server::Refuses;
        bench.list();
        bench.wait(secs(20));
        bench.take_as("other");
        bench.wait(pause);
        bench.take_as("third");
        bench.forget();
        bench.meddle(|record| record.holder = None);
        bench.wait(secs(5));
        let gap = gaps(&bench)[0];
        assert!((most.mul_f64(0.8)..=most).contains(&gap), "after {pause:?}: {:?}", gaps(&bench));
    }
}

#[test]
fn a_lease_is_taken_at_most_a_quarter_of_a_short_retry_period_late() {
    let timing = Timing::new(secs(1), millis(300), millis(40)).unwrap();
    let mut latest = Duration::ZERO;
    for seed in 0..50 {
        let mut bench = Bench::bare(Options::default());
        bench.machine = Machine::new(timing, "me".parse().unwrap(), seed);
        bench.store.put(None, Record { duration_seconds: Some(1), ..held_by("other") });
        bench.list();
        let seen = bench.now;
        bench.wait(millis(1_100));
        latest = latest.max(bench.requests[0].0.since(seen));
    }
    assert!((millis(1_008)..=millis(1_010)).contains(&latest), "{latest:?}");
}

#[test]
fn who_gives_way_again_and_again_stays_away_twice_as_long_each_time() {
    let mut bench = Bench::leading();
    bench.server = Server::Mute;
    bench.wait(secs(10));
    bench.drained();
    bench.wait(secs(120));
    // From each release that it sent to the next acquisition.
    let writes: Vec<_> =
        bench.requests.iter().filter_map(|(at, request)| purpose(request).map(|p| (*at, p))).collect();
    let away: Vec<Duration> = writes
        .windows(2)
        .filter(|pair| pair[0].1 == Purpose::Release && pair[1].1 == Purpose::Acquire)
        .map(|pair| pair[1].0.since(pair[0].0))
        .collect();
    // No longer than a Lease lasts.
    assert_eq!(away[..4], [4, 8, 15, 15].map(secs), "{away:?}");
}

fn purpose(request: &Request) -> Option<Purpose> {
    match request {
        Request::Create(write) | Request::Update { write, .. } => Some(write.purpose),
        _ => None,
    }
}

#[test]
fn a_deletion_told_without_a_gap_lets_the_wait_go_on_and_any_other_begins_it_anew() {
    type Change = fn(&mut Record);
    let changes: [(&str, Change, u64); 6] = [
        ("nothing", |_| {}, 5),
        ("the count of transitions", |record| record.transitions = Some(9), 5),
        ("uid", |record| record.uid = "uid-of-a-third".into(), 15),
        ("holder", |record| record.holder = Some("third".into()), 15),
        ("time", |record| record.renewed = Some(WriteTime::from_micros(8)), 15),
        ("no time", |record| record.renewed = None, 15),
    ];
    for (what, change, wait) in changes {
        let mut bench = Bench::waiting_for(held_by("other"));
        bench.wait(secs(10));
        let mut last = bench.store.lease().unwrap().clone();
        change(&mut last);
        last.version = Version::new(last.version.get() + 1);
        bench.store.delete();
        bench.watch = false;
        bench.machine.handle_sighting(bench.now, Sighting::Deleted(last));
        bench.wait(secs(wait) - millis(1));
        assert!(bench.requests.is_empty(), "{what}: {:?}", bench.requests);
        bench.wait(millis(160));
        assert!(bench.leads(), "{what}");
    }
}

#[test]
fn a_watch_that_ends_has_a_retry_period_to_come_back_before_the_lease_is_read() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.wait(secs(5));
    bench.machine.handle_watch(bench.now, WatchState::Down);
    bench.wait(millis(1999));
    assert_eq!(bench.asked(), [""; 0]);
    bench.wait(millis(402));
    assert_eq!(bench.asked(), ["get"]);
}
