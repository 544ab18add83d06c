//! The verdict, over entries that are made up: each rule can be found broken, and what is allowed is not.

use std::time::Duration;

use le_soak::{Entry, Name, Rule, Rules, Verdict, What};

fn rules() -> Rules {
    Rules {
        buckets: vec!["x".into(), "y".into()],
        renew_deadline: Duration::from_secs(10),
        window: Duration::from_secs(2),
        most: 3,
        act_every: Duration::from_secs(1),
    }
}

fn x() -> Name {
    "x".into()
}

/// Reads entries that come one second after the other, and returns the rules that were broken and how often one was excused.
fn judge(entries: impl IntoIterator<Item = (&'static str, What)>) -> (Vec<Rule>, u64) {
    let mut verdict = Verdict::new(rules());
    for (second, (who, what)) in (0..).zip(entries) {
        verdict.take(&Entry { at: Duration::from_secs(second), who: who.into(), what });
    }
    (verdict.broken().iter().map(|broken| broken.rule).collect(), verdict.excused())
}

fn lead(token: u64) -> What {
    What::Lead { bucket: x(), token }
}

fn act(token: u64) -> What {
    What::Act { bucket: x(), token }
}

fn demote(token: u64) -> What {
    What::Demote { bucket: x(), token }
}

fn drained(token: u64) -> What {
    What::Drained { bucket: x(), token }
}

fn take(token: u64) -> What {
    What::Take { bucket: x(), token, object: "o".into() }
}

fn leave(token: u64) -> What {
    What::Leave { bucket: x(), token, object: "o".into() }
}

fn write(token: u64) -> What {
    What::Write { bucket: x(), token, object: "o".into() }
}

fn stored(token: u64) -> What {
    What::Stored { object: "o".into(), token }
}

fn release() -> What {
    What::Release { bucket: x() }
}

fn robbed() -> What {
    What::Robbed { bucket: x(), how: "freed" }
}

#[test]
fn terms_that_follow_one_another_break_nothing() {
    let entries = [
        ("a", lead(1)),
        ("a", act(1)),
        ("a", take(1)),
        ("a", write(1)),
        ("store", stored(1)),
        ("a", demote(1)),
        ("a", What::Hold { bucket: x(), token: 1 }),
        ("a", leave(1)),
        ("a", drained(1)),
        ("a", release()),
        ("b", lead(2)),
        ("b", take(2)),
        ("b", write(2)),
        ("store", stored(2)),
        ("b", act(2)),
    ];
    assert_eq!(judge(entries), (vec![], 0));
}

#[test]
fn an_act_of_an_earlier_term_beside_a_later_one_is_found() {
    assert_eq!(judge([("a", lead(1)), ("b", lead(2)), ("a", act(1))]).0, [Rule::OneLeader]);
    let draining = What::Hold { bucket: x(), token: 1 };
    assert_eq!(
        judge([("a", lead(1)), ("a", demote(1)), ("b", lead(2)), ("a", draining)]).0,
        [Rule::OneLeader]
    );
}

#[test]
fn a_token_that_does_not_grow_is_found() {
    for token in [4, 5] {
        assert_eq!(judge([("a", lead(5)), ("b", lead(token))]).0, [Rule::TokensGrow]);
    }
}

#[test]
fn acts_and_work_after_a_demotion_are_found() {
    for after in [act(1), take(1)] {
        let entries = [("a", lead(1)), ("a", demote(1)), ("a", after)];
        assert_eq!(judge(entries).0, [Rule::NoActAfterDemotion]);
    }
    assert_eq!(judge([("a", act(1))]).0, [Rule::NoActAfterDemotion, Rule::OneLeader]);
}

#[test]
fn a_write_under_an_older_token_is_found_when_it_leaves_and_when_it_is_stored() {
    let entries = [("a", lead(1)), ("a", take(1)), ("b", lead(2)), ("a", write(1))];
    assert_eq!(judge(entries).0, [Rule::WorkEndsFirst, Rule::NoStaleWrite]);
    assert_eq!(judge([("store", stored(2)), ("store", stored(1))]).0, [Rule::NoStaleWrite]);
    assert_eq!(judge([("a", lead(1)), ("a", write(1))]).0, [Rule::NoStaleWrite], "it has nothing in hand");
}

#[test]
fn a_release_or_another_term_before_the_end_of_the_work_is_found() {
    assert_eq!(judge([("a", lead(1)), ("a", release())]).0, [Rule::WorkEndsFirst]);
    assert_eq!(judge([("a", lead(1)), ("a", demote(1)), ("a", release())]).0, [Rule::WorkEndsFirst]);
    let drained_too_soon = [("a", lead(1)), ("a", take(1)), ("a", demote(1)), ("a", drained(1))];
    assert_eq!(judge(drained_too_soon).0, [Rule::WorkEndsFirst]);
    assert_eq!(judge([("a", lead(1)), ("a", take(1)), ("b", lead(2))]).0, [Rule::WorkEndsFirst]);
}

#[test]
fn what_happens_within_a_renew_deadline_of_a_strangers_deed_is_excused_and_counted() {
    assert_eq!(judge([("a", lead(1)), ("s", robbed()), ("b", lead(2)), ("a", act(1))]), (vec![], 1));
    let waits = (0..10).map(|_| ("b", What::Reported { what: "nothing" }));
    let late = [("a", lead(1)), ("s", robbed()), ("b", lead(2))].into_iter().chain(waits);
    assert_eq!(judge(late.chain([("a", act(1))])), (vec![Rule::OneLeader], 0));
}

#[test]
fn nothing_excuses_an_act_after_ones_own_demotion() {
    let entries = [("a", lead(1)), ("s", robbed()), ("a", demote(1)), ("a", act(1))];
    assert_eq!(judge(entries), (vec![Rule::NoActAfterDemotion], 0));
}

#[test]
fn too_many_requests_about_one_lease_are_found_and_those_about_several_are_not() {
    let mut verdict = Verdict::new(rules());
    let mut ask = |millis, who: &str, lease: &str| {
        let what = What::Asked { lease: lease.into() };
        verdict.take(&Entry { at: Duration::from_millis(millis), who: who.into(), what });
        verdict.broken().len()
    };
    let counts: Vec<usize> =
        [(0, "a", "x"), (1, "a", "y"), (2, "b", "x"), (500, "a", "x"), (1_000, "a", "x"), (2_001, "a", "x")]
            .map(|(millis, who, lease)| ask(millis, who, lease))
            .into();
    assert_eq!(counts, [0; 6], "the first is out of the window when the fourth comes");
    assert_eq!(ask(2_002, "a", "x"), 1);
    assert_eq!(verdict.broken()[0].rule, Rule::NoHotLoop);
    assert_eq!(verdict.busiest(), 4);
}

#[test]
fn a_bucket_that_nobody_leads_in_time_is_found_and_named() {
    let mut verdict = Verdict::new(rules());
    let mut happen = |second, who: &str, what| {
        verdict.take(&Entry { at: Duration::from_secs(second), who: who.into(), what });
    };
    happen(0, "world", What::Calm);
    happen(1, "a", lead(1));
    happen(3, "a", act(1));
    happen(4, "world", What::Due);
    assert_eq!(verdict.broken().len(), 1, "{:?}", verdict.broken());
    assert_eq!(verdict.broken()[0].rule, Rule::SoonLed);
    assert!(verdict.broken()[0].why.ends_with("nobody leads y"), "{}", verdict.broken()[0]);
    assert_eq!(verdict.settled(), Duration::from_secs(3));
}

#[test]
fn whoever_is_gone_must_have_left_nothing() {
    assert_eq!(judge([("a", lead(1)), ("a", What::Crashed), ("b", lead(2))]).0, [], "its terms end with it");
    assert_eq!(judge([("a", lead(1)), ("a", take(1)), ("a", What::Crashed)]).0, [Rule::InOrder]);
    assert_eq!(judge([("a", lead(1)), ("a", What::Stopped)]).0, [Rule::InOrder]);
}

#[test]
fn entries_that_contradict_each_other_are_found() {
    for (entries, what) in [
        (vec![("a", lead(1)), ("a", lead(2))], "it leads already"),
        (vec![("a", drained(1))], "there is no such term"),
        (vec![("a", leave(1))], "nothing is in hand"),
        (vec![("a", What::Lead { bucket: "z".into(), token: 1 })], "there is no such bucket"),
    ] {
        assert_eq!(judge(entries).0, [Rule::InOrder], "{what}");
    }
}
