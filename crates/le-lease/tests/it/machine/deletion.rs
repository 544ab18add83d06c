//! Tokens over deletion, and how a deleted Lease is taken. Rules 7 and 8.

use le_lease::{Event, Notice, Options, Purpose, Reply, Sighting, WatchState};

use super::bench::{Bench, Server, held_by, millis, secs};

fn holding() -> Options {
    let mut options = Options::default();
    options.hold_new_leases = true;
    options
}

#[test]
fn tokens_grow_over_deletion_and_creation() {
    let mut bench = Bench::leading();
    let mut tokens = vec![bench.token()];
    for deleted in [false, true, true, false, true] {
        bench.step_down(secs(0));
        if deleted {
            bench.delete();
        }
        bench.wait(secs(1));
        tokens.push(bench.token());
        assert_eq!(bench.store.lease().unwrap().transitions, Some(if deleted { 0 } else { 1 }), "{tokens:?}");
    }
    assert!(tokens.is_sorted_by(|one, next| one < next), "{tokens:?}");
}

#[test]
fn a_token_stays_for_the_whole_term() {
    let mut bench = Bench::leading();
    let token = bench.token();
    bench.wait(secs(60));
    bench.delete();
    bench.wait(secs(60));
    assert_eq!(bench.token(), token);
    assert!(bench.ended().is_none());
}

#[test]
fn a_leader_creates_its_deleted_lease_again_within_its_term() {
    for watch in [true, false] {
        let mut bench = Bench::leading();
        bench.watch = watch;
        bench.delete();
        bench.wait(secs(2));
        assert!(bench.leads());
        assert_eq!(bench.holder(), Some("me"));
        let purposes: Vec<_> = bench.writes().iter().map(|write| write.purpose).collect();
        assert!(purposes.iter().all(|purpose| *purpose == Purpose::Renew), "{purposes:?}");
    }
}

#[test]
fn a_deleted_lease_is_taken_no_sooner_than_its_holders_time_is_over() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.wait(secs(10));
    bench.delete();
    bench.wait(millis(4_999));
    assert!(bench.requests.is_empty());
    bench.wait(millis(151));
    assert!(bench.leads(), "the deletion was told without a gap, so the wait went on");
}

#[test]
fn a_deletion_told_with_a_gap_begins_the_wait_anew() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.wait(secs(10));
    bench.watch = false;
    bench.take_as("other");
    bench.delete();
    let deleted = bench.store.history.last().unwrap().sighting();
    bench.machine.handle_sighting(bench.now, deleted);
    bench.wait(millis(14_999));
    assert!(bench.requests.is_empty(), "its holder had renewed unseen");
    bench.wait(millis(151));
    assert!(bench.leads());
}

#[test]
fn a_deletion_told_under_the_version_of_the_last_write_is_one() {
    let mut bench = Bench::waiting_for(held_by(""));
    bench.step_down(secs(60));
    let last = bench.store.lease().unwrap().clone();
    bench.watch = false;
    bench.delete();
    bench.machine.handle_sighting(bench.now, Sighting::Deleted(last));
    bench.forget();
    bench.wait(secs(60));
    assert_eq!(bench.asked()[0], "create", "it need not find out by an update");
}

#[test]
fn an_update_that_finds_nothing_proves_that_the_newest_known_state_is_gone() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.watch = false;
    bench.meddle(|record| record.holder = None);
    let freed = bench.store.history.last().unwrap().sighting();
    bench.delete();
    bench.machine.handle_sighting(bench.now, freed);
    bench.step();
    assert_eq!(bench.asked(), ["update", "create"], "in the same moment");
}

#[test]
fn an_absence_asked_for_in_the_moment_of_other_news_is_not_believed() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked: bench.now });
    assert_eq!(bench.machine.holder(), Some("other"), "it may have been made just before");
    bench.wait(millis(1));
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked: bench.now });
    assert_eq!(bench.machine.holder(), None);
}

#[test]
fn an_absence_from_before_what_is_known_changes_nothing() {
    let mut bench = Bench::waiting_for(held_by("other"));
    let asked = bench.now;
    bench.wait(secs(1));
    bench.take_as("other");
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked });
    assert_eq!(bench.machine.holder(), Some("other"));
}

#[test]
fn an_absence_begins_the_wait_anew() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.watch = false;
    bench.wait(secs(10));
    bench.delete();
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked: bench.now });
    bench.wait(millis(14_999));
    assert!(bench.writes().is_empty());
    bench.wait(millis(151));
    assert!(bench.leads());
}

#[test]
fn a_lease_made_anew_and_free_is_no_release_of_the_deleted_one() {
    // Somebody replaces the manifest of a Lease by force: it comes back empty, while its holder may still lead.
    for watch in [true, false] {
        let mut bench = Bench::waiting_for(held_by("other"));
        bench.wait(secs(10));
        bench.watch = watch;
        bench.delete();
        let mut blank = held_by("");
        blank.uid = "uid-of-a-blank".into();
        bench.store.put(None, blank);
        bench.watch = true;
        bench.wait(millis(4_999));
        assert!(bench.requests.is_empty());
        bench.wait(millis(151));
        assert!(bench.leads());
    }
}

#[test]
fn a_late_creation_of_ones_own_does_not_cut_another_s_time_short() {
    let mut bench = Bench::bare(Options::default());
    bench.server = Server::Slow;
    bench.list();
    bench.wait(secs(2));
    bench.server = Server::Swallows;
    bench.take_as("other");
    bench.wait(secs(5));
    bench.delete();
    bench.deliver();
    assert_eq!(bench.holder(), Some("me"), "the first creation arrives only now");
    bench.server = Server::Serves;
    bench.wait(secs(9));
    assert!(!bench.leads(), "the other may still lead under its deleted Lease");
    bench.wait(secs(2));
    assert!(bench.leads());
}

#[test]
fn a_holder_seen_while_the_creation_is_under_way_is_waited_out() {
    let mut bench = Bench::bare(Options::default());
    bench.server = Server::Slow;
    bench.list();
    // What the watch was behind with comes now: somebody held a Lease that is deleted by now.
    bench.take_as("other");
    bench.watch = false;
    bench.delete();
    bench.deliver();
    assert_eq!(bench.holder(), Some("me"));
    assert!(!bench.leads());
    bench.stop();
    assert!(
        bench.writes().iter().all(|write| write.purpose != Purpose::Release),
        "nor is it freed for others"
    );
    assert!(bench.finished());
}

#[test]
fn a_lease_never_seen_is_created_and_led_at_once_by_default() {
    let mut bench = Bench::bare(Options::default());
    bench.list();
    assert!(bench.leads());
    assert_eq!(bench.asked(), ["create"]);
}

#[test]
fn a_created_lease_can_be_held_for_one_lease_duration_before_it_is_led() {
    let mut bench = Bench::bare(holding());
    bench.list();
    let made = bench.now;
    bench.wait(millis(14_999));
    assert!(!bench.leads());
    assert_eq!(bench.holder(), Some("me"));
    assert!(bench.requests.len() <= 8 + 1, "it is kept like one that is led");
    bench.wait(millis(1));
    assert_eq!(bench.deadline(), made + secs(25));
}

#[test]
fn the_holding_counts_from_when_the_lease_was_known_to_exist() {
    let mut bench = Bench::bare(holding());
    bench.server = Server::Slow;
    bench.list();
    bench.wait(millis(1_500));
    bench.server = Server::Serves;
    bench.deliver();
    let known = bench.now;
    bench.wait(millis(14_999));
    assert!(
        !bench.leads(),
        "whoever lost a deleted Lease may have renewed it until just before this one was made"
    );
    bench.wait(secs(2));
    assert!(bench.leads() && bench.now > known + secs(15));
}

#[test]
fn a_lost_reply_does_not_cut_the_holding_short() {
    let mut bench = Bench::bare(holding());
    bench.server = Server::Mute;
    bench.list();
    let made = bench.now;
    bench.server = Server::Serves;
    bench.wait(millis(14_999));
    assert_eq!(bench.holder(), Some("me"));
    assert!(!bench.leads());
    bench.wait(secs(3));
    assert!(bench.leads() && bench.now >= made + secs(15));
}

#[test]
fn a_lease_that_was_only_held_is_not_freed_by_a_stop() {
    // A free Lease is taken at once, but somebody may still lead under the one that was deleted.
    let mut bench = Bench::bare(holding());
    bench.list();
    bench.wait(secs(5));
    bench.stop();
    assert!(bench.finished());
    assert_eq!(bench.holder(), Some("me"));
    assert!(bench.events.contains(&Event::Notice(Notice::NotReleased)));
}

#[test]
fn a_predecessor_that_only_held_the_lease_hands_nothing_over() {
    let mut options = holding();
    options.predecessor_is_gone = true;
    let mut bench = Bench::waiting_with(held_by("me"), options);
    bench.wait(millis(14_999));
    assert!(!bench.leads());
}

#[test]
fn each_creation_is_held_anew() {
    let mut bench = Bench::bare(holding());
    bench.list();
    bench.wait(secs(14));
    bench.delete();
    bench.wait(secs(14));
    assert!(!bench.leads());
    bench.wait(secs(2));
    assert!(bench.leads());
}

#[test]
fn a_lease_that_was_not_created_is_led_at_once_though_a_stale_list_did_not_have_it() {
    let mut bench = Bench::bare(holding());
    bench.store.put(None, held_by(""));
    bench.server = Server::Late;
    // A watch that is behind: it tells of the Lease as it was, and of nothing since.
    let free = bench.store.lease().expect("it is there").clone();
    bench.machine.handle_watch(bench.now, WatchState::Up);
    bench.machine.handle_sighting(bench.now, Sighting::Present(free));
    bench.step();
    assert_eq!(bench.asked(), ["update"]);
    bench.wait(millis(1));
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked: bench.now });
    bench.step();
    bench.deliver();
    assert!(bench.leads(), "an update proves that it was there, and free: {:?}", bench.machine);
}

#[test]
fn an_update_that_finds_nothing_does_not_hide_a_lease_seen_since() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.server = Server::Swallows;
    bench.meddle(|record| record.holder = None);
    bench.delete();
    bench.take_as("another");
    bench.answer(Reply::NotFound);
    assert_eq!(bench.machine.holder(), Some("another"));
}

#[test]
fn an_absence_from_before_the_lease_was_read_again_is_not_believed() {
    let mut bench = Bench::waiting_for(held_by("other"));
    bench.machine.handle_watch(bench.now, WatchState::Down);
    bench.watch = false;
    let asked = bench.now + millis(500);
    bench.wait(secs(3));
    assert_eq!(bench.asked(), ["get"]);
    bench.machine.handle_sighting(bench.now, Sighting::Absent { asked });
    assert_eq!(bench.machine.holder(), Some("other"));
}
