//! When it asks for what, and how often: liveness, and no hot loop.

use std::time::Duration;

use le_core::Moment;
use le_lease::{Machine, Options, Request, WatchState, WriteTime};

use super::bench::{Bench, Server, held_by, millis, secs, timing};

#[test]
fn a_release_is_noticed_and_the_lease_taken_in_the_same_moment() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.wait(secs(5));
    bench.meddle(|record| record.holder = Some(String::new()));
    assert!(bench.leads());
    assert_eq!(bench.asked(), ["update"], "one request, and no read before it");
}

#[test]
fn a_crashed_leaders_lease_is_taken_when_its_time_is_over_and_a_little_apart() {
    let mut taken = Vec::new();
    for seed in 0..50 {
        let mut bench = Bench::waiting_for(held_by("other"));
        bench.machine = Machine::new(timing(), "me".parse().unwrap(), seed);
        bench.list();
        let seen = bench.now;
        bench.wait(millis(15_200));
        taken.push(bench.requests[0].0.since(seen));
    }
    assert!(taken.iter().all(|after| (secs(15)..=millis(15_150)).contains(after)), "{taken:?}");
    taken.sort();
    taken.dedup();
    assert!(taken.len() > 40, "candidates do not write all at once");
}

#[test]
fn a_candidate_that_watches_asks_for_nothing_while_another_renews() {
    let mut bench = Bench::waiting_for(held_by("other"));
    for _ in 0..100 {
        bench.wait(secs(2));
        bench.take_as("other");
    }
    assert!(bench.requests.is_empty());
}

#[test]
fn without_a_watch_it_reads_every_retry_period_with_jitter() {
    let mut bench = Bench::bare(Options::default());
    bench.store.put(None, held_by("other"));
    for _ in 0..60 {
        bench.wait(secs(1));
        bench.take_as("other");
    }
    assert!(bench.asked().iter().all(|word| *word == "get"));
    let times: Vec<Moment> = bench.requests.iter().map(|(at, _)| *at).collect();
    let gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    assert!(gaps.iter().all(|gap| (secs(2)..=millis(2400)).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap != gaps[0]));
}

#[test]
fn a_watch_that_ends_at_once_each_time_does_not_keep_it_from_reading() {
    // The next list is always about to come, and each end of the watch once put the read off.
    for known in [false, true] {
        for pause in [1, 100, 900, 3000] {
            let mut bench = Bench::bare(Options::default());
            let mut record = held_by("other");
            record.duration_seconds = Some(3600);
            bench.store.put(None, record);
            if known {
                bench.list();
                bench.watch = false;
            }
            bench.store.put(None, held_by(""));
            for _ in 0..30_000 / pause {
                for state in [WatchState::Starting, WatchState::Down, WatchState::Starting] {
                    bench.machine.handle_watch(bench.now, state);
                }
                bench.wait(millis(pause));
            }
            assert!(bench.leads(), "known {known}, every {pause} ms: {:?}", bench.requests);
            assert!(bench.requests.len() < 40, "{:?}", bench.requests);
        }
    }
}

#[test]
fn a_list_that_hangs_is_not_waited_for() {
    let mut bench = Bench::bare(Options::default());
    bench.machine.handle_watch(bench.now, WatchState::Starting);
    bench.wait(millis(1_999));
    assert!(bench.requests.is_empty(), "the list is about to tell");
    bench.wait(millis(1));
    assert!(bench.leads());
}

#[test]
fn a_leader_renews_every_retry_period_and_asks_for_nothing_else() {
    let mut bench = Bench::leading();
    bench.wait(secs(600));
    assert!(bench.asked().iter().all(|word| *word == "update"));
    assert!((300..=301).contains(&bench.requests.len()), "{}", bench.requests.len());
}

#[test]
fn at_least_three_full_attempts_fit_into_the_right_that_is_left() {
    let mut bench = Bench::leading();
    let deadline = bench.deadline();
    bench.server = Server::Swallows;
    bench.wait(deadline.since(bench.now));
    let full = bench.requests.iter().filter(|(at, _)| *at + secs(2) <= deadline).count();
    assert!(full >= 3, "{:?}", bench.requests);
}

#[test]
fn no_error_ends_it_and_none_makes_it_spin() {
    for server in [Server::Refuses, Server::Errs, Server::Swallows, Server::Mute] {
        for watch in [WatchState::Up, WatchState::Down, WatchState::Starting] {
            let mut bench = Bench::bare(Options::default());
            bench.server = server;
            bench.machine.handle_watch(bench.now, watch);
            bench.wait(secs(3600));
            let count = bench.requests.len();
            assert!((600..=3 * 1800).contains(&count), "{server:?}, {watch:?}: {count} requests an hour");
            bench.server = Server::Serves;
            bench.wait(secs(20));
            assert!(bench.leads(), "{server:?}, {watch:?}");
        }
    }
}

#[test]
fn writes_that_are_refused_for_ever_are_tried_every_retry_period() {
    let mut bench = Bench::waiting_for(held_by(""));
    bench.drained();
    bench.step_down(secs(60));
    bench.forget();
    bench.server = Server::Refuses;
    bench.wait(secs(3660));
    assert!((1_500..=2_500).contains(&bench.requests.len()), "{}", bench.requests.len());
}

#[test]
fn strangers_who_undo_everything_do_not_make_it_spin() {
    type Undo = fn(&mut Bench);
    let undoings: [(&str, Undo); 4] = [
        ("delete", |bench| bench.delete()),
        ("empty", |bench| {
            bench.meddle(|record| record.holder = None);
            bench.drained();
        }),
        ("take and free", |bench| {
            bench.take_as("other");
            bench.drained();
            bench.meddle(|record| record.holder = None);
        }),
        ("touch", |bench| bench.meddle(|_| {})),
    ];
    for (what, undo) in undoings {
        for watch in [true, false] {
            let mut bench = Bench::leading();
            bench.watch = watch;
            for _ in 0..10_000 {
                if bench.store.lease().is_some() {
                    undo(&mut bench);
                }
                bench.wait(millis(2));
            }
            // Eight successes fit into a retry period, and for each a conflict and a read.
            let most = 10 * 8 * 3;
            assert!(bench.requests.len() <= most, "{what}, watch {watch}: {}", bench.requests.len());
        }
    }
}

#[test]
fn a_new_machine_asks_to_be_called_at_once() {
    let mut machine = Machine::new(timing(), "me".parse().unwrap(), 1);
    assert_eq!(machine.poll_timeout(), Some(Moment::ORIGIN));
    let attempt = machine.poll_request(Moment::ORIGIN, WriteTime::from_micros(0)).unwrap();
    assert_eq!(attempt.request, Request::Get);
}

#[test]
fn events_that_come_with_a_request_are_not_slept_over() {
    let mut bench = Bench::leading();
    // The clock moves on between two calls of one round.
    bench.freeze(secs(30));
    let _ = bench.machine.poll_request(bench.now, WriteTime::from_micros(0));
    assert!(bench.machine.poll_timeout().is_some_and(|at| at <= bench.now), "there is an event to fetch");
}
