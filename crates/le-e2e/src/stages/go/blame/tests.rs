//! Each way in which two can act at once.

use super::*;
use crate::stages::go::history::Author;

fn party(identity: &str, kind: Kind) -> Party {
    Party { identity: identity.to_owned(), user: format!("user-of-{identity}"), kind }
}

fn overlap(by: (&str, Kind), beside: (&str, Kind), from: f64, last: f64) -> Overlap {
    Overlap { by: party(by.0, by.1), beside: party(beside.0, beside.1), from, last }
}

/// A version that was written at a moment by somebody, and seen a hundredth of a second later.
fn version(holder: &str, renewed: f64, author: &str) -> Version {
    let program = if author.starts_with("go") { "clientgo/v0.0.0" } else { "" };
    Version {
        number: format!("{renewed}"),
        holder: holder.to_owned(),
        duration: if holder.is_empty() { 1.0 } else { 3.0 },
        renewed,
        seen: renewed + 0.01,
        author: Author { user: format!("user-of-{author}"), agent: program.to_owned() },
    }
}

const RUST: Kind = Kind::Rust;
const GO: Kind = Kind::ClientGo;

fn hazard(overlap: &Overlap, history: &[Version]) -> Option<Hazard> {
    match attribute(overlap, 2.0, history) {
        Blame::Go(hazard, _) => Some(hazard),
        Blame::Ours(_) => None,
        Blame::Unexplained(what) => panic!("{what}"),
    }
}

#[test]
fn one_in_go_that_acts_on_after_its_lease_ran_out_is_to_blame() {
    let history = [version("go", 10.0, "go"), version("rust", 13.1, "rust")];
    let acts = overlap(("go", GO), ("rust", RUST), 13.15, 14.0);
    assert_eq!(hazard(&acts, &history), Some(Hazard::GoesOnAfterItsLease));
}

#[test]
fn ours_is_to_blame_for_a_lease_that_it_takes_before_its_time() {
    let history = [version("go", 10.0, "go"), version("rust", 12.9, "rust")];
    let acts = overlap(("go", GO), ("rust", RUST), 12.95, 14.0);
    assert_eq!(hazard(&acts, &history), None);
}

#[test]
fn one_in_go_that_acts_on_after_its_own_release_is_to_blame() {
    let history = [version("go", 10.0, "go"), version("", 10.2, "go"), version("rust", 10.21, "rust")];
    for (kind, expected) in
        [(GO, Hazard::ReleasesBeforeItsWorkEnds), (Kind::Knative, Hazard::DemotesAfterRelease)]
    {
        let acts = overlap(("go", kind), ("rust", RUST), 10.22, 10.25);
        assert_eq!(hazard(&acts, &history), Some(expected));
    }
}

#[test]
fn ours_is_to_blame_where_it_acts_and_never_had_the_lease() {
    let history = [version("go", 10.0, "go")];
    assert_eq!(hazard(&overlap(("go", GO), ("rust", RUST), 10.5, 10.6), &history), None);
    assert_eq!(hazard(&overlap(("rust", RUST), ("go", GO), 10.5, 10.6), &history), None);
}

#[test]
fn ours_is_to_blame_where_it_begins_after_its_own_right_has_ended() {
    let history = [version("go", 10.0, "go"), version("rust", 13.5, "rust")];
    assert_eq!(hazard(&overlap(("go", GO), ("rust", RUST), 15.6, 15.7), &history), None);
}

#[test]
fn one_in_go_that_frees_what_is_ours_is_to_blame_until_we_have_heard_of_it() {
    let history =
        [version("rust", 10.0, "rust"), version("", 10.2, "go"), version("rust-2", 10.21, "rust-2")];
    let heard = overlap(("rust", RUST), ("rust-2", RUST), 10.22, 10.23);
    assert_eq!(hazard(&heard, &history), Some(Hazard::FreesAnothers));
    let deaf = overlap(("rust", RUST), ("rust-2", RUST), 10.22, 10.22 + DELIVERY);
    assert_eq!(hazard(&deaf, &history), None);
}

#[test]
fn one_in_go_that_takes_what_is_ours_before_its_time_is_to_blame() {
    let history = [version("rust", 10.0, "rust"), version("go", 11.0, "go")];
    let acts = overlap(("rust", RUST), ("go", GO), 11.01, 11.1);
    assert_eq!(hazard(&acts, &history), Some(Hazard::TakesEarly));
}

#[test]
fn ours_is_to_blame_where_it_acts_after_its_right_has_ended() {
    let history = [version("rust", 10.0, "rust"), version("go", 13.1, "go")];
    assert_eq!(hazard(&overlap(("rust", RUST), ("go", GO), 13.2, 13.3), &history), None);
}

#[test]
fn ours_is_to_blame_where_it_acts_after_its_own_release() {
    let history = [version("rust", 10.0, "rust"), version("", 10.2, "rust"), version("go", 10.3, "go")];
    assert_eq!(hazard(&overlap(("rust", RUST), ("go", GO), 10.4, 10.5), &history), None);
}

#[test]
fn ours_is_to_blame_where_two_of_ours_act_and_nobody_in_go_wrote_anything() {
    let history = [version("rust", 10.0, "rust"), version("rust-2", 13.1, "rust-2")];
    assert_eq!(hazard(&overlap(("rust", RUST), ("rust-2", RUST), 13.2, 13.3), &history), None);
}

#[test]
fn one_in_go_whose_lease_was_freed_by_another_in_go_is_told_apart() {
    let history = [version("go", 10.0, "go"), version("", 10.2, "go-2"), version("rust", 10.3, "rust")];
    let acts = overlap(("go", GO), ("rust", RUST), 10.4, 12.0);
    assert_eq!(hazard(&acts, &history), Some(Hazard::FreesAnothers));
}

#[test]
fn ours_has_a_right_until_the_deadline_of_its_last_renewal_and_not_longer() {
    let history = [version("rust", 10.0, "rust"), version("rust", 10.5, "rust"), version("go", 14.0, "go")];
    assert_eq!(without_right("rust", 12.5, 2.0, &history), None);
    assert!(without_right("rust", 12.6, 2.0, &history).is_some());
    assert!(without_right("rust-2", 10.1, 2.0, &history).is_some());
}

#[test]
fn what_no_version_explains_is_no_hazard() {
    let acts = overlap(("go", GO), ("go-2", GO), 10.5, 10.6);
    let history = [version("go", 10.0, "go")];
    assert!(matches!(attribute(&acts, 2.0, &history), Blame::Unexplained(_)));
}
