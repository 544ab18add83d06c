//! The right to lead: when it begins, when it ends, and what cannot prolong it. Rules 1, 2, 3 and 9.

use std::time::Duration;

use le_config::Timing;
use le_core::{Moment, StopReason};
use le_lease::{Event, Machine, Purpose, Reply, Request, Sighting, WatchState, WriteTime};

use super::bench::{Bench, Server, millis, secs, timing};
use super::store::Store;

#[test]
fn the_right_counts_from_when_the_write_was_sent() {
    let mut bench = Bench::bare(Default::default());
    bench.server = Server::Late;
    bench.list();
    let sent = bench.now;
    bench.freeze(millis(1500));
    bench.deliver();
    assert_eq!(bench.deadline(), sent + secs(10));
}

#[test]
fn a_renewal_counts_from_when_it_was_sent_too() {
    let mut bench = Bench::leading();
    bench.server = Server::Late;
    bench.wait(secs(2));
    let sent = bench.requests[0].0;
    bench.deliver();
    assert_eq!(bench.deadline(), sent + secs(10));
    assert!(sent < bench.now);
}

#[test]
fn a_success_that_arrives_after_its_own_deadline_grants_nothing() {
    let mut bench = Bench::bare(Default::default());
    bench.server = Server::Late;
    bench.list();
    bench.freeze(secs(10));
    bench.deliver();
    assert!(!bench.events.iter().any(|event| matches!(event, Event::Lead { .. })), "{:?}", bench.events);
}

#[test]
fn the_right_ends_without_any_call() {
    let bench = Bench::leading();
    let deadline = bench.deadline();
    assert!(bench.machine.leading(Moment::from_nanos(deadline.as_nanos() - 1)).is_some());
    assert!(bench.machine.leading(deadline).is_none());
}

#[test]
fn a_time_of_day_that_jumps_changes_no_decision() {
    let (mut steady, mut jumping) = (Bench::leading(), Bench::leading());
    for hours in [3, -5, 1000, 0, -40_000, 1] {
        jumping.jumped = hours * 3_600_000_000;
        for bench in [&mut steady, &mut jumping] {
            bench.wait(secs(7));
            assert!(bench.leads(), "{hours} h: {:?}", bench.events);
        }
        assert_eq!(jumping.deadline(), steady.deadline(), "{hours} h");
    }
    for bench in [&mut steady, &mut jumping] {
        bench.server = Server::Errs;
        bench.wait(secs(12));
        assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
    }
    let when = |bench: &Bench| bench.requests.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(when(&jumping), when(&steady));
}

#[test]
fn a_leader_that_cannot_write_steps_down_at_its_deadline() {
    for server in [Server::Swallows, Server::Mute, Server::Refuses, Server::Errs] {
        let mut bench = Bench::leading();
        let deadline = bench.deadline();
        (bench.server, bench.watch) = (server, false);
        bench.wait(deadline.since(bench.now));
        assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed), "{server:?}");
        assert!(!bench.leads());
    }
}

#[test]
fn a_process_that_was_stopped_past_its_deadline_does_not_go_on() {
    let mut bench = Bench::leading();
    bench.freeze(secs(3600));
    assert!(!bench.leads());
    bench.step();
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
    // Its work has not ended, so it does not even compete.
    bench.wait(secs(60));
    assert!(bench.writes().is_empty(), "{:?}", bench.requests);
}

#[test]
fn every_known_loss_ends_the_term_at_once() {
    let mut replaced = Bench::leading();
    replaced.take_as("other");
    assert_eq!(replaced.ended(), Some(StopReason::Replaced));

    let mut emptied = Bench::leading();
    emptied.meddle(|record| record.holder = None);
    assert_eq!(emptied.ended(), Some(StopReason::Replaced));

    let mut impostor = Bench::leading();
    impostor.take_as("me");
    assert_eq!(impostor.ended(), Some(StopReason::IdentityUsedElsewhere));
    assert!(impostor.events.iter().any(|event| matches!(event, Event::Notice(_))), "it is reported too");

    let mut taken = Bench::leading();
    taken.server = Server::Swallows;
    taken.delete();
    assert!(taken.leads(), "its Lease is gone, but nobody has it");
    taken.take_as("other");
    assert_eq!(taken.ended(), Some(StopReason::DeletedAndTaken));

    for bench in [replaced, emptied, impostor, taken] {
        assert!(!bench.leads());
    }
}

#[test]
fn a_loss_learnt_from_a_conflict_ends_the_term_at_once() {
    let mut bench = Bench::leading();
    bench.watch = false;
    bench.take_as("other");
    bench.wait(secs(2));
    assert_eq!(bench.asked(), ["update", "get"]);
    assert_eq!(bench.ended(), Some(StopReason::Replaced));
}

#[test]
fn a_touched_lease_is_still_ones_own() {
    let mut bench = Bench::leading();
    bench.meddle(|_| {});
    assert!(bench.leads());
    bench.watch = false;
    bench.meddle(|_| {});
    bench.forget();
    bench.wait(secs(2));
    assert_eq!(bench.asked(), ["update", "get", "update"], "the second touch was not told");
    assert!(bench.ended().is_none());
}

#[test]
fn a_late_renewal_grants_nothing_once_the_term_has_ended() {
    // A model of these rules found two leaders when the reply to a renewal was allowed to count after the release had been sent.
    let mut bench = Bench::leading();
    bench.server = Server::Late;
    bench.wait(secs(2));
    assert_eq!(bench.writes().last().unwrap().purpose, Purpose::Renew);
    bench.stop();
    bench.drained();
    bench.deliver();
    assert!(!bench.leads());
    let begun = |event: &Event| matches!(event, Event::Lead { .. } | Event::Renewed { .. });
    assert!(!bench.events.iter().any(begun), "{:?}", bench.events);
    bench.deliver();
    assert!(bench.released() && bench.finished());
    assert_eq!(bench.holder(), None);
}

#[test]
fn a_renewal_answered_after_a_loss_does_not_lead_again() {
    let mut bench = Bench::leading();
    bench.server = Server::Late;
    bench.wait(secs(2));
    bench.meddle(|record| record.holder = Some(String::new()));
    assert_eq!(bench.ended(), Some(StopReason::Replaced));
    bench.drained();
    bench.deliver();
    assert!(!bench.leads(), "that success was of the old term");
    bench.wait(millis(250));
    bench.deliver();
    assert!(bench.leads(), "this one was sent to begin another");
}

#[test]
fn a_renewal_answered_after_its_term_ran_out_begins_no_other() {
    let mut bench = Bench::leading();
    (bench.server, bench.watch) = (Server::Swallows, false);
    bench.wait(millis(7_000));
    // The last write of the term is answered within its time, but after the term.
    bench.server = Server::Late;
    let deadline = bench.deadline();
    bench.wait(millis(2_500));
    bench.deliver();
    bench.forget();
    bench.wait(deadline.since(bench.now));
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed), "{:?} {:?}", bench.requests, bench.events);
    bench.drained();
    bench.deliver();
    assert!(!bench.leads(), "{:?}", bench.requests);
    bench.wait(secs(1));
    bench.deliver();
    assert!(bench.leads());
    assert_eq!(bench.writes().last().unwrap().purpose, Purpose::Acquire);
}

#[test]
fn a_success_overtaken_by_news_of_another_state_grants_nothing() {
    let mut bench = Bench::bare(Default::default());
    bench.server = Server::Late;
    bench.list();
    bench.meddle(|record| record.holder = None);
    bench.deliver();
    assert!(!bench.leads());
}

#[test]
fn a_success_that_repeats_an_older_one_grants_nothing() {
    let mut bench = Bench::leading();
    let deadline = bench.deadline();
    let old = bench.store.lease().unwrap().clone();
    (bench.server, bench.watch) = (Server::Swallows, false);
    bench.wait(millis(2_000));
    bench.answer(Reply::Written(old));
    assert_eq!(bench.deadline(), deadline, "a proxy's memory is no proof");
}

#[test]
fn a_release_that_is_answered_by_a_held_lease_is_none() {
    let mut bench = Bench::leading();
    bench.watch = false;
    bench.stop();
    bench.server = Server::Swallows;
    bench.drained();
    let held = bench.store.lease().unwrap().clone();
    bench.server = Server::Serves;
    bench.answer(Reply::Written(held));
    assert!(!bench.released());
    bench.wait(secs(2));
    assert!(bench.released() && bench.holder().is_none());
}

#[test]
fn a_deadline_shorter_than_the_shortest_attempt_is_kept_too() {
    let timing = Timing::new(secs(1), Duration::from_micros(500), Duration::from_micros(100)).unwrap();
    let mut machine = Machine::new(timing, "me".parse().unwrap(), 1);
    let mut store = Store::default();
    let now = Moment::ORIGIN;
    machine.handle_sighting(now, Sighting::Absent { asked: now });
    machine.handle_watch(now, WatchState::Up);
    let create = machine.poll_request(now, WriteTime::from_micros(1)).unwrap();
    let reply = store.serve(0, &create.request).unwrap();
    machine.handle_reply(now + Duration::from_micros(501), create.id, reply);
    let begins = std::iter::from_fn(|| machine.poll_event()).any(|event| matches!(event, Event::Lead { .. }));
    assert!(!begins);
}

#[test]
fn a_reply_counts_for_nothing_once_its_attempt_was_given_up() {
    let mut bench = Bench::bare(Default::default());
    (bench.server, bench.watch) = (Server::Late, false);
    bench.machine.handle_watch(bench.now, WatchState::Down);
    bench.step();
    bench.deliver();
    assert_eq!(bench.asked(), ["get", "create"]);
    bench.wait(secs(2));
    assert!(bench.events.iter().any(|event| matches!(event, Event::Abandon(_))));
    bench.forget();
    bench.deliver();
    let leads = |event: &Event| matches!(event, Event::Lead { .. });
    assert!(!bench.events.iter().any(leads), "{:?}", bench.events);
}

#[test]
fn an_acquisition_that_a_stop_overtook_leads_nobody() {
    let mut bench = Bench::bare(Default::default());
    bench.server = Server::Late;
    bench.list();
    bench.stop();
    bench.deliver();
    assert!(!bench.leads());
    bench.deliver();
    assert_eq!(bench.holder(), None, "what it had acquired is given back");
    assert!(bench.finished());
}

#[test]
fn a_success_that_does_not_carry_what_was_written_grants_nothing() {
    let mut machine = Machine::new(timing(), "me".parse().unwrap(), 1);
    let now = Moment::ORIGIN;
    machine.handle_watch(now, WatchState::Down);
    let read = machine.poll_request(now, WriteTime::from_micros(1)).unwrap();
    machine.handle_reply(now, read.id, Reply::NotFound);
    let create = machine.poll_request(now, WriteTime::from_micros(1)).unwrap();
    let Request::Create(write) = &create.request else { panic!("{create:?}") };
    let mut record = super::bench::held_by("other");
    record.renewed = Some(write.time);
    machine.handle_reply(now, create.id, Reply::Written(record));
    assert!(machine.leading(now).is_none());
}

#[test]
fn one_request_is_under_way_at_a_time() {
    let mut bench = Bench::leading();
    bench.server = Server::Swallows;
    bench.wait(secs(2));
    assert_eq!(bench.requests.len(), 1);
    bench.stop();
    bench.drained();
    assert_eq!(bench.requests.len(), 1, "the release waits for the renewal");
}
