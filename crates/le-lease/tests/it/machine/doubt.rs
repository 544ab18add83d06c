//! Writes of unknown outcome, and writes that show up late. Rule 6.

use le_core::StopReason;
use le_lease::{Event, Options, Purpose};

use super::bench::{Bench, Server, held_by, millis, secs};

#[test]
fn after_an_unknown_outcome_it_reads_before_it_writes() {
    for server in [Server::Swallows, Server::Mute, Server::Errs] {
        let mut bench = Bench::leading();
        (bench.watch, bench.server) = (false, server);
        while bench.asked().is_empty() {
            bench.wait(millis(10));
        }
        bench.server = Server::Serves;
        bench.wait(secs(4));
        assert_eq!(bench.asked()[..3], ["update", "get", "update"], "{server:?}");
        assert!(bench.leads());
    }
}

#[test]
fn an_applied_write_of_unknown_outcome_prolongs_nothing() {
    let mut bench = Bench::leading();
    let deadline = bench.deadline();
    bench.server = Server::Mute;
    bench.wait(millis(9_900));
    assert_ne!(bench.store.lease().unwrap().renewed, None);
    assert_eq!(bench.deadline(), deadline, "though the watch told that it was applied");
    bench.wait(millis(100));
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
}

#[test]
fn an_acquisition_of_unknown_outcome_leads_nobody_until_it_is_written_again() {
    for watch in [true, false] {
        let mut bench = Bench::bare(Options::default());
        bench.server = Server::Mute;
        bench.list();
        bench.watch = watch;
        assert_eq!(bench.holder(), Some("me"));
        bench.wait(millis(1_900));
        assert!(!bench.leads());
        bench.server = Server::Serves;
        bench.wait(secs(1));
        assert!(bench.leads(), "its own write needs no waiting out: {:?}", bench.requests);
        let last = bench.writes().pop().unwrap();
        assert_eq!((last.purpose, last.transitions), (Purpose::Acquire, 0));
    }
}

#[test]
fn a_late_renewal_is_known_as_own_by_its_leader() {
    let mut bench = Bench::leading();
    bench.server = Server::Slow;
    bench.wait(secs(4));
    bench.server = Server::Swallows;
    bench.deliver();
    assert!(bench.leads(), "it was not a second process: {:?}", bench.events);
    bench.server = Server::Serves;
    bench.wait(secs(4));
    assert!(bench.leads());
}

#[test]
fn a_late_creation_is_known_as_own_by_its_leader() {
    let mut bench = Bench::bare(Options::default());
    bench.server = Server::Slow;
    bench.list();
    bench.wait(secs(2));
    bench.server = Server::Serves;
    bench.wait(secs(1));
    assert!(bench.leads());
    let token = bench.token();
    // The Lease is deleted, and then the first creation arrives.
    bench.watch = false;
    bench.delete();
    bench.watch = true;
    bench.deliver();
    assert!(bench.leads() && bench.ended().is_none(), "{:?}", bench.events);
    bench.wait(secs(30));
    assert_eq!(bench.token(), token);
}

#[test]
fn a_write_that_can_never_be_applied_any_more_is_no_proof_of_ones_own_hand() {
    // A stranger writes an old state again, as a restored backup would. Its identity and its time are one's own, but another
    // has held the Lease since.
    let mut bench = Bench::leading();
    let old = bench.store.lease().unwrap().clone();
    bench.take_as("other");
    bench.drained();
    bench.forget();
    bench.meddle(|record| *record = old);
    bench.wait(secs(15));
    assert!(bench.requests.is_empty(), "it waits like for anybody else's");
    bench.wait(millis(150));
    assert!(bench.leads());
}

#[test]
fn an_overwritten_write_of_unknown_outcome_is_no_proof_either() {
    let mut bench = Bench::leading();
    (bench.watch, bench.server) = (false, Server::Mute);
    bench.wait(secs(2));
    let old = bench.store.lease().unwrap().clone();
    bench.take_as("other");
    bench.server = Server::Serves;
    bench.wait(secs(3));
    assert_eq!(bench.ended(), Some(StopReason::Replaced));
    bench.drained();
    bench.watch = true;
    bench.meddle(|record| *record = old);
    bench.forget();
    bench.wait(millis(14_999));
    assert!(bench.requests.is_empty(), "{:?}", bench.requests);
}

#[test]
fn a_conflict_is_no_success_and_no_reason_to_write_blindly() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.watch = false;
    bench.wait(secs(10));
    bench.take_as("third");
    bench.wait(secs(6));
    assert!(!bench.leads());
    assert_eq!(bench.asked()[0], "update", "it was free for all it knew");
    bench.forget();
    bench.wait(secs(3));
    assert_eq!(bench.asked(), ["get"], "the watch tells nothing, so it looks");
    bench.wait(secs(16));
    assert!(bench.leads());
}

#[test]
fn versions_that_fall_after_a_restore_are_believed_once_they_were_read() {
    let mut bench = Bench::leading();
    bench.watch = false;
    bench.wait(secs(60));
    // The cluster goes back to a backup, in which another held the Lease.
    bench.store = Default::default();
    bench.take_as("other");
    bench.wait(secs(3));
    assert_eq!(bench.ended(), Some(StopReason::DeletedAndTaken));
    bench.drained();
    bench.wait(secs(16));
    assert!(bench.leads());
}

#[test]
fn news_that_comes_late_or_twice_changes_nothing() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.watch = false;
    let mut seen = Vec::new();
    for _ in 0..5 {
        bench.take_as("other");
        seen.push(bench.store.history.last().unwrap().sighting());
    }
    bench.machine.handle_sighting(bench.now, seen[4].clone());
    bench.wait(secs(10));
    for old in seen {
        bench.machine.handle_sighting(bench.now, old);
    }
    bench.forget();
    bench.wait(millis(5_150));
    assert!(bench.leads(), "the wait was not begun anew");
    let news = bench.events.iter().filter(|event| matches!(event, Event::Lead { .. })).count();
    assert_eq!(news, 1);
}

/// With its writes applied and never answered, such a replica held the Lease for as long as that lasted, and nobody led.
#[test]
fn a_replica_whose_writes_arrive_and_are_never_answered_gives_way_to_others() {
    let mut bench = Bench::leading();
    bench.server = Server::Mute;
    bench.wait(secs(10));
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
    bench.drained();
    bench.wait(millis(2_000));
    assert_eq!(bench.holder(), None, "it freed the lease instead of taking it again: {:#?}", bench.log);
    let freed = bench.writes().len();
    bench.wait(millis(1_500));
    assert_eq!(bench.writes().len(), freed, "others are given time to take it");
    bench.server = Server::Serves;
    bench.wait(secs(5));
    assert!(bench.leads(), "where there are no others, it tries again: {:?}", bench.requests);
}

#[test]
fn one_answer_that_is_lost_is_no_reason_to_give_way() {
    let mut bench = Bench::bare(Options::default());
    bench.server = Server::Mute;
    bench.list();
    bench.server = Server::Serves;
    bench.wait(secs(5));
    assert!(bench.leads());
    assert!(bench.writes().iter().all(|write| write.purpose != Purpose::Release));
}

#[test]
fn a_leader_whose_server_was_away_for_too_long_takes_its_lease_again_at_once() {
    let mut bench = Bench::leading();
    bench.server = Server::Swallows;
    bench.wait(secs(12));
    bench.drained();
    bench.server = Server::Serves;
    bench.wait(secs(4));
    assert!(bench.leads());
    assert!(bench.writes().iter().all(|write| write.purpose != Purpose::Release), "nothing of it arrived");
}

#[test]
fn a_leader_whose_writes_did_not_arrive_does_not_give_way() {
    // Reads are answered, so it tries to write more than once; what the Lease carries was answered, and is a way that works.
    let mut bench = Bench::leading();
    bench.server = Server::Slow;
    bench.wait(secs(12));
    assert_eq!(bench.ended(), Some(StopReason::DeadlinePassed));
    assert!(bench.writes().len() >= 2, "{:?}", bench.requests);
    bench.server = Server::Serves;
    bench.drained();
    bench.wait(secs(3));
    assert!(bench.leads());
    assert!(bench.writes().iter().all(|write| write.purpose != Purpose::Release), "{:?}", bench.requests);
}
