//! Schedules that broke a rule once, kept: `cargo xtask sim` writes them to `tests/data`, and each stays a test.

use std::fs;
use std::path::Path;

use le_sim::{Schedule, Trace, known_mutants, run};

fn traces() -> Vec<(String, Trace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let files = fs::read_dir(folder).expect("it is there").map(|file| file.expect("it can be read").path());
    let traces = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let read = |file: std::path::PathBuf| {
        let name = file.file_stem().expect("it ends in .yaml").to_string_lossy().into_owned();
        let trace = Trace::parse(&fs::read_to_string(&file).expect("it is text"));
        let trace = trace.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        (name, trace)
    };
    traces.map(read).collect()
}

#[test]
fn what_was_once_broken_holds() {
    for (name, trace) in traces() {
        assert_eq!(run(&trace.schedule, None).broken, None, "{name}");
    }
}

#[test]
fn every_mutant_has_a_schedule_that_finds_it() {
    let found: Vec<_> = traces().into_iter().filter_map(|(_, trace)| trace.mutant).collect();
    let without: Vec<_> = known_mutants().filter(|name| !found.iter().any(|found| found == name)).collect();
    assert_eq!(without, [""; 0]);
}

/// Only a build with mutants can show this: `cargo xtask sim --mutant all` runs it there.
#[cfg(le_mutants)]
#[test]
fn the_schedule_of_a_mutant_finds_it() {
    for (name, trace) in traces() {
        if let Some(mutant) = &trace.mutant {
            assert!(run(&trace.schedule, Some(mutant)).broken.is_some(), "{name}");
        }
    }
}

#[test]
fn a_trace_is_read_as_it_was_written() {
    for seed in 0..200 {
        let schedule = run(&Schedule::draw(seed), None).spelled_out;
        let trace = Trace { shows: "two leaders: p0 and p1".into(), mutant: None, schedule };
        assert_eq!(Trace::parse(&trace.to_text().unwrap()).unwrap(), trace, "seed {seed}");
    }
    let error = Trace::parse("shows: nothing\nschedule: [1]\n").unwrap_err();
    assert!(format!("{error:#}").starts_with("this is no trace of a schedule: "), "{error:#}");
}
