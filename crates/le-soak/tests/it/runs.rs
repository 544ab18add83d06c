//! Short runs of the full stack.

use std::process::Command;
use std::time::Duration;

use le_soak::{Plan, run};

use crate::support::small;

#[test]
fn ten_minutes_of_a_new_seed_break_no_rule() {
    let seed = fastrand::u64(..1_000_000_000);
    println!("seed {seed}: cargo xtask soak --replicas 5 --buckets 8 --minutes 10 --seed {seed}");
    let outcome = run(&small(seed, 10), None, &mut |_, _, _| {}).unwrap();
    let broken: Vec<String> = outcome.broken.iter().map(ToString::to_string).collect();
    assert!(
        broken.is_empty(),
        "seed {seed}: {} rules broken: {:#?}",
        broken.len(),
        &broken[..broken.len().min(10)]
    );
    // The run is not empty: terms, acts, writes, and things that went wrong.
    for (kind, least) in [("lead", 20), ("act", 10_000), ("write", 200), ("fault", 50), ("crashed", 1)] {
        let count = outcome.tally.get(kind).copied().unwrap_or_default();
        assert!(count >= least, "seed {seed}: {kind} happened {count} times, {least} at least were expected");
    }
}

#[test]
fn one_seed_gives_one_journal_in_two_processes() {
    let folder = tempfile::tempdir().unwrap();
    let seed = fastrand::u64(..1_000_000_000).to_string();
    let journal = |name: &str| {
        let path = folder.path().join(name);
        let status = Command::new(env!("CARGO_BIN_EXE_soak"))
            .args(["--replicas", "4", "--buckets", "5", "--minutes", "4", "--seed", &seed, "--journal"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
        std::fs::read(path).unwrap()
    };
    let (first, second) = (journal("first"), journal("second"));
    assert!(first.len() > 100_000, "{} bytes", first.len());
    assert!(
        first == second,
        "seed {seed}: the journals differ: run `soak --seed {seed} --journal FILE` twice"
    );
}

#[test]
fn another_seed_gives_another_journal() {
    let tiny = |seed| Plan {
        replicas: 1,
        buckets: 1,
        objects: 1,
        length: Duration::from_secs(180),
        ..Plan::new(seed)
    };
    let digest = |seed| run(&tiny(seed), None, &mut |_, _, _| {}).unwrap().digest;
    assert_ne!(digest(1), digest(2));
}
