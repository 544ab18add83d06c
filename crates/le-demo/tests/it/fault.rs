//! A leader that stands still, and what `docs/observability.md` shows of it. `cargo xtask pictures` writes that anew.

use std::path::Path;
use std::thread;

use regex::{Captures, Regex};

use crate::demo::{events, run};

const COMMAND: &str = "$ cargo xtask demo ";

/// What a line has in it that says why leadership was lost.
const LOSS: &str = "lost lease";

/// What is logged at some times and not at others; the document says so in words.
const CHANCE: [&str; 2] = ["dropped the reconcile", "no answer in time"];

#[test]
fn the_document_shows_what_is_seen_of_a_leader_that_stands_still() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/observability.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (head, blocks) = document.split_once("```console\n").unwrap();
    // What other programs print is shown by their own tests.
    let parts = blocks.split("```console\n").map(|block| {
        let (shown, rest) = block.split_once("```").unwrap();
        (shown, shown.strip_prefix(COMMAND).and_then(|shown| shown.lines().next()), rest)
    });
    let parts: Vec<_> = parts.collect();
    let told: Vec<Option<String>> = thread::scope(|scope| {
        let runs: Vec<_> = parts
            .iter()
            .map(|(_, args, _)| {
                args.map(|args| scope.spawn(move || found(&args.split(' ').collect::<Vec<_>>())))
            })
            .collect();
        runs.into_iter().map(|run| run.map(|run| run.join().unwrap())).collect()
    });
    assert!(told.iter().flatten().count() >= 2, "the document shows each fault");
    let mut written = head.to_owned();
    for (told, (shown, args, rest)) in told.iter().zip(&parts) {
        let shown = match (told, args) {
            (Some(told), Some(args)) => format!("{COMMAND}{args}\n{told}"),
            _ => (*shown).to_owned(),
        };
        written.push_str(&format!("```console\n{shown}```{rest}"));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, written).unwrap();
    } else {
        assert_eq!(document, written, "`cargo xtask pictures` writes {} anew", path.display());
    }
}

/// Runs the demo, and returns what it found, with what chance decides masked.
fn found(args: &[&str]) -> String {
    let output = run(args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    // It is followed by an empty line, and the end of the run.
    let from = text.find("\n\nreplica-").expect("it tells what it found") + 2;
    let log = from + text[from..].find("\n\nlog\n").expect("it ends with the log") + 2;
    let to = log + text[log..].find("\n\n").unwrap() + 1;
    masked(&text[from..to])
}

fn masked(text: &str) -> String {
    // Who leads first is chance. The first that is named stood still.
    let (victim, _) = text.split_once(' ').unwrap();
    let other = if victim == "replica-0.1" { "replica-1.1" } else { "replica-0.1" };
    let text = text.replace(victim, "replica-A").replace(other, "replica-B");
    // So is whether an object was in hand, or a renewal under way.
    let is_chance = |line: &&str| !line.contains(LOSS) && CHANCE.iter().any(|words| line.contains(words));
    let lines: Vec<&str> = text.lines().filter(|line| !is_chance(line)).collect();
    let mut text = lines.join("\n") + "\n";
    if text.ends_with("\nlog\n") {
        text.push_str("  nothing\n");
    }
    for (pattern, mask) in [
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "YYYY-MM-DDThh:mm:ssZ"),
        (r"le-demo-[a-z0-9]{5}\b", "le-demo-xxxxx"),
        (r"\btoken=\d+", "token=N"),
        // What was tried meanwhile depends on that too.
        (r"deadline passed; .*", "deadline passed; ..."),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, mask).into_owned();
    }
    let seconds = Regex::new(r" *\b\d+(\.\d+)?(ns|µs|ms| s|s)\b").unwrap();
    let text = seconds.replace_all(&text, |found: &Captures<'_>| {
        // In a table it stays in its column.
        let width = if found[0].starts_with("  ") { found[0].len() } else { 4 };
        format!("{:>width$}", " N s")
    });
    text.replace("replica-A", "replica-0.1").replace("replica-B", "replica-1.1")
}

#[test]
fn a_program_reads_the_same_and_several_buckets_are_handed_on() {
    let output = run(&["--fault", "stop", "--objects", "40", "--output", "json"]);
    let events = events(&output);
    let named = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    assert!(output.status.success(), "{:?}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let found = named("found")[0];
    assert_eq!(
        (named("standstill").len(), found["replica"].clone()),
        (1, named("standstill")[0]["replica"].clone())
    );
    let stood = &found["replicas"][0];
    assert!(stood["livez"][0].as_str().unwrap().starts_with("200 ok"), "{stood}");
    assert!(stood["livez"][1].as_str().unwrap().starts_with("no answer"), "{stood}");
    assert!(stood["livez"][2].as_str().unwrap().contains("stood still for"), "{stood}");
    let states: Vec<&str> = named("lease").iter().map(|event| event["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"held") && states.contains(&"expired"), "{states:?}");
    assert!(named("signal").is_empty(), "nobody else is struck");
}
