//! The end of a term by a stop or by the work itself. Rules 4 and 5.

use std::time::Duration;

use le_core::StopReason;
use le_lease::{Event, Notice, Options, Purpose};

use super::bench::{Bench, Server, held_by, millis, secs};

#[test]
fn nothing_is_released_before_the_work_has_drained() {
    let mut bench = Bench::leading();
    bench.stop();
    assert_eq!(bench.events, [Event::WindDown]);
    bench.wait(secs(25));
    assert!(bench.leads(), "its right is renewed while it drains");
    assert!(bench.writes().iter().all(|write| write.purpose == Purpose::Renew));
    bench.drained();
    assert_eq!(bench.writes().last().unwrap().purpose, Purpose::Release);
    assert_eq!(bench.ended(), Some(StopReason::ToldToStop));
    assert!(bench.released() && bench.finished());
    assert_eq!(bench.machine.poll_timeout(), None);
}

#[test]
fn a_drain_that_outlasts_its_bound_loses_the_right_and_releases_nothing() {
    let mut bench = Bench::leading();
    bench.stop();
    bench.wait(secs(60));
    let overran = Event::Notice(Notice::DrainOverran { bound: secs(30) });
    assert!(bench.events.contains(&overran));
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
    assert!(bench.finished() && !bench.released());
    assert_eq!(bench.holder(), Some("me"), "others wait until it runs out");
}

#[test]
fn work_that_drains_after_its_bound_but_within_its_right_still_gives_the_lease_back() {
    let mut bench = Bench::leading();
    bench.stop();
    bench.wait(secs(31));
    assert!(bench.leads());
    bench.drained();
    assert!(bench.released() && bench.finished(), "{:?}", bench.events);
    assert_eq!(bench.holder(), None);
}

#[test]
fn a_stop_while_the_work_of_a_lost_term_drains_waits_for_it_within_bounds() {
    let mut drains = Bench::leading();
    drains.take_as("other");
    drains.stop();
    assert!(!drains.finished());
    drains.drained();
    assert!(drains.finished() && drains.writes().is_empty(), "another's Lease is left alone");

    let mut hangs = Bench::leading();
    hangs.take_as("other");
    hangs.stop();
    hangs.wait(secs(30));
    assert!(hangs.finished());

    let mut late = Bench::leading();
    late.freeze(secs(11));
    late.stop();
    late.wait(secs(30));
    assert!(late.finished() && late.writes().is_empty(), "its own Lease runs out, for its work still runs");
}

#[test]
fn a_stop_does_not_wait_for_work_that_has_outlasted_its_bound_already() {
    let mut bench = Bench::leading();
    bench.take_as("other");
    bench.wait(secs(31));
    assert!(!bench.finished());
    bench.stop();
    assert!(bench.finished(), "{:?}", bench.events);
    assert!(!bench.released(), "nothing is freed while the work runs");
}

#[test]
fn a_lost_term_whose_work_goes_on_does_not_compete() {
    let mut bench = Bench::leading();
    bench.meddle(|record| record.holder = None);
    bench.wait(secs(300));
    assert!(bench.writes().is_empty());
    assert!(bench.events.contains(&Event::Notice(Notice::StillDraining { bound: secs(30) })));
    bench.drained();
    assert!(bench.leads());
}

#[test]
fn a_release_never_frees_a_successors_lease() {
    // The reference reads the fresh version, looks at its old belief, and frees whoever holds the Lease.
    let mut bench = Bench::leading();
    (bench.watch, bench.server) = (false, Server::Serves);
    bench.freeze(secs(30));
    bench.take_as("other");
    bench.drained();
    bench.stop();
    assert_eq!(bench.holder(), Some("other"));
    assert!(bench.finished() && !bench.released());
}

#[test]
fn a_release_never_frees_the_lease_of_another_process_of_the_same_name() {
    let mut bench = Bench::leading();
    bench.take_as("me");
    bench.wait(secs(20));
    bench.stop();
    bench.drained();
    assert_eq!(bench.holder(), Some("me"));
    assert!(bench.finished() && bench.writes().is_empty());
}

#[test]
fn a_release_that_meets_ones_own_renewal_is_tried_again() {
    let mut bench = Bench::leading();
    bench.watch = false;
    bench.server = Server::Slow;
    bench.wait(secs(2));
    bench.stop();
    bench.drained();
    // The renewal is given up, is not seen by the read, and is applied before the release.
    bench.wait(secs(2));
    assert_eq!(bench.asked(), ["update", "get", "update"]);
    bench.server = Server::Serves;
    bench.deliver();
    bench.wait(secs(1));
    assert_eq!(bench.asked()[3..], ["get", "update"]);
    assert!(bench.released() && bench.finished(), "{:?} {:?}", bench.requests, bench.events);
    assert_eq!(bench.holder(), None);
}

#[test]
fn a_release_whose_reply_is_lost_is_known_again() {
    let mut bench = Bench::leading();
    bench.watch = false;
    bench.stop();
    bench.server = Server::Mute;
    bench.drained();
    bench.server = Server::Serves;
    bench.wait(secs(3));
    assert_eq!(bench.asked(), ["update", "get"], "it is not freed twice");
    assert!(bench.released() && bench.finished());
}

#[test]
fn a_release_that_nobody_answers_is_given_up_after_a_renew_deadline() {
    let mut bench = Bench::leading();
    bench.stop();
    bench.server = Server::Swallows;
    bench.drained();
    bench.wait(secs(10));
    assert!(bench.events.contains(&Event::Notice(Notice::NotReleased)));
    assert!(bench.finished());
    assert_eq!(bench.machine.poll_timeout(), None);
}

#[test]
fn a_step_down_gives_the_lease_back_and_waits() {
    let mut bench = Bench::leading();
    bench.step_down(secs(20));
    assert_eq!(bench.ended(), Some(StopReason::PromotionFailed));
    assert!(bench.released() && bench.holder().is_none());
    bench.forget();
    bench.wait(millis(19_999));
    assert!(bench.requests.is_empty());
    bench.wait(millis(1));
    assert!(bench.leads());
}

#[test]
fn work_that_fails_at_once_each_time_does_not_make_it_spin() {
    let mut bench = Bench::leading();
    for _ in 0..100 {
        bench.step_down(Duration::ZERO);
        bench.wait(millis(50));
    }
    assert!(bench.requests.len() <= 2 * 5_000 / 250 + 2, "{}", bench.requests.len());
}

#[test]
fn a_step_down_overtaking_an_acquisition_leads_nobody() {
    let mut bench = Bench::bare(Options::default());
    bench.server = Server::Late;
    bench.list();
    bench.step_down(secs(20));
    bench.deliver();
    bench.deliver();
    assert!(!bench.leads() && bench.holder().is_none());
    bench.server = Server::Serves;
    bench.wait(secs(20));
    assert!(bench.leads());
}

#[test]
fn a_stop_finishes_from_every_phase_with_every_request_under_way() {
    for server in Server::ALL {
        for delay in [0, 1, 700, 1999, 2000, 2001, 4100, 9999, 10_000, 15_150, 40_000] {
            for (what, mut bench) in phases() {
                bench.server = server;
                bench.wait(millis(delay));
                bench.stop();
                bench.drained();
                bench.wait(secs(5));
                bench.deliver();
                bench.drained();
                bench.wait(secs(45));
                assert!(bench.finished(), "{what}, {server:?}, {delay} ms: {:?}", bench.machine);
                assert!(!bench.leads());
                assert_eq!(bench.machine.poll_timeout(), None);
                bench.forget();
                bench.deliver();
                bench.step_down(secs(1));
                bench.wait(secs(100));
                assert!(bench.requests.is_empty() && bench.events.is_empty(), "{what}: {:?}", bench.events);
            }
        }
    }
}

#[test]
fn a_deletion_is_survived_in_every_phase_with_every_request_under_way() {
    for server in Server::ALL {
        for watch in [true, false] {
            for (what, mut bench) in phases() {
                (bench.server, bench.watch) = (server, watch);
                bench.wait(millis(2100));
                bench.delete();
                bench.deliver();
                bench.wait(secs(5));
                bench.server = Server::Serves;
                bench.deliver();
                bench.drained();
                bench.wait(secs(60));
                bench.drained();
                bench.wait(secs(60));
                assert!(bench.leads(), "{what}, {server:?}, {watch}: {:?}", bench.machine);
            }
        }
    }
}

/// A machine in each phase that it can be told to stop in.
fn phases() -> Vec<(&'static str, Bench)> {
    let mut draining = Bench::leading();
    draining.freeze(secs(11));
    draining.step();
    let mut stepping_down = Bench::leading();
    stepping_down.server = Server::Swallows;
    stepping_down.step_down(secs(1));
    let mut holding_options = Options::default();
    holding_options.hold_new_leases = true;
    let mut holding = Bench::bare(holding_options);
    holding.list();
    let mut doubting = Bench::leading();
    (doubting.watch, doubting.server) = (false, Server::Mute);
    doubting.wait(secs(3));
    let mut lost = Bench::leading();
    lost.take_as("other");
    vec![
        ("new", Bench::bare(Options::default())),
        ("waiting", Bench::waiting_for(held_by("other"))),
        ("leading", Bench::leading()),
        ("draining", draining),
        ("stepping down", stepping_down),
        ("holding", holding),
        ("doubting", doubting),
        ("lost", lost),
    ]
}

#[test]
fn a_stop_after_an_acquisition_of_unknown_outcome_looks_and_gives_the_lease_back() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.watch = false;
    bench.meddle(|record| record.holder = None);
    let freed = bench.store.history.last().unwrap().sighting();
    bench.server = Server::Mute;
    bench.machine.handle_sighting(bench.now, freed);
    bench.wait(secs(2));
    assert_eq!(bench.holder(), Some("me"));
    bench.server = Server::Serves;
    bench.stop();
    bench.wait(secs(1));
    assert_eq!((bench.holder(), bench.released(), bench.finished()), (None, true, true));
}
