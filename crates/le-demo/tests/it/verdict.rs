//! What the summary says of a run, and what the run itself shows of it.

use std::collections::BTreeSet;

use crate::demo::{events, run};

#[test]
fn leaders_are_terminated_and_killed_and_each_object_is_handled_by_exactly_one_replica() {
    let output = run(&["--duration", "16s", "--objects", "60", "--output", "json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let events = events(&output);
    let summary = events.last().unwrap();
    assert_eq!(summary["event"], "summary", "{said}");
    for count in ["overlapping", "stale_writes", "unhandled"] {
        assert_eq!(summary[count], 0, "{count} in {summary}: {said}");
    }
    assert!(output.status.success(), "{:?}: {said}", output.status);

    let named = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    assert_eq!(summary["objects"], named("created").len());
    assert_eq!(summary["generations"], named("created").len() + named("changed").len());
    assert!(summary["resynced"].as_u64().unwrap() > 0, "{summary}");
    for kind in ["terminate", "kill"] {
        let times = &summary["handovers"][kind];
        assert!(times["count"].as_u64().unwrap() >= 1, "{summary}");
        let handovers = named("handover").into_iter().filter(|event| event["kind"] == kind);
        let took: Vec<f64> = handovers.map(|event| event["seconds"].as_f64().unwrap()).collect();
        assert_eq!(times["buckets"], took.len());
        assert_eq!(times["max"].as_f64(), took.iter().copied().reduce(f64::max));
        assert!(times["p50"].as_f64() <= times["max"].as_f64());
    }
    for terminated in named("signal").into_iter().filter(|event| event["kind"] == "terminate") {
        let ends = named("end").into_iter().filter(|event| event["replica"] == terminated["replica"]);
        let dropped: Vec<_> = ends.filter(|event| event["outcome"] == "dropped").collect();
        assert!(dropped.is_empty(), "who is told to stop ends what it has in hand: {dropped:?}");
    }
    let pids: BTreeSet<u64> = named("started").iter().map(|event| event["pid"].as_u64().unwrap()).collect();
    assert_eq!(
        pids.len(),
        3 + named("signal").len(),
        "every replica is a process of its own, and is replaced"
    );
    assert_eq!(named("exited").len(), pids.len(), "none is left behind");
}

#[test]
fn replicas_that_do_not_elect_are_found_out() {
    let args = ["--duration", "4s", "--objects", "40", "--output", "json", "--without-election"];
    let output = run(&args);
    let events = events(&output);
    let summary = events.last().unwrap();
    assert!(summary["overlapping"].as_u64().unwrap() > 0, "{summary}");
    assert_eq!(output.status.code(), Some(1));
    assert!(events.iter().any(|event| event["event"] == "trouble"));
}

#[test]
fn without_json_the_lines_are_for_people_and_the_verdict_is_the_last() {
    let output = run(&["--duration", "4s", "--objects", "5", "--buckets", "2", "--replicas", "2"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("gets SIGTERM"), "{text}");
    assert_eq!(text.lines().last(), Some("each object by exactly one replica"));
}
