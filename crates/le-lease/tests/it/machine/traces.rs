//! Stories as text: commands after `>`, what the machine did below them. `UPDATE_TRACES=1` writes the files anew.

use std::fmt::Write as _;
use std::time::Duration;
use std::{env, fs};

use le_core::StopReason;
use le_lease::{Machine, Options};

use super::bench::{Bench, Server, held_by, timing};

#[test]
fn acquire_and_renew() {
    check("acquire_and_renew");
}

#[test]
fn hand_over() {
    check("hand_over");
}

#[test]
fn crash_take_over() {
    check("crash_take_over");
}

#[test]
fn deletion_while_leading() {
    check("deletion_while_leading");
}

#[test]
fn late_reply() {
    check("late_reply");
}

#[test]
fn release_meets_own_renewal() {
    check("release_meets_own_renewal");
}

#[test]
fn duplicate_identity() {
    check("duplicate_identity");
}

#[test]
fn server_hangs() {
    check("server_hangs");
}

#[test]
fn deleted_while_waiting() {
    check("deleted_while_waiting");
}

#[test]
fn work_that_hangs() {
    check("work_that_hangs");
}

/// Runs the commands of a trace and compares all that happens with what is written there.
fn check(name: &str) {
    let path = format!("{}/tests/data/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let expected = fs::read_to_string(&path).expect("the trace can be read");
    let mut found = String::new();
    let mut bench = Bench::bare(Options::default());
    // A machine of a known seed, so that its chances are those of the file.
    bench.machine = Machine::new(timing(), "me".parse().expect("valid"), 7);
    for line in expected.lines().filter(|line| line.is_empty() || line.starts_with(['#', '>'])) {
        writeln!(found, "{line}").expect("a text can be written to");
        if let Some(command) = line.strip_prefix("> ") {
            obey(&mut bench, command);
            for noted in bench.log.drain(..) {
                writeln!(found, "{noted}").expect("a text can be written to");
            }
        }
    }
    if env::var_os("UPDATE_TRACES").is_some() {
        fs::write(&path, found).expect("the trace can be written");
    } else {
        assert_eq!(
            found, expected,
            "{name} differs: UPDATE_TRACES=1 writes it anew, to be reviewed as a diff"
        );
    }
}

fn obey(bench: &mut Bench, command: &str) {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    match (verb, rest) {
        ("list", "") => bench.list(),
        ("wait", time) => bench.wait(duration(time)),
        ("freeze", time) => bench.freeze(duration(time)),
        ("server", manner) => bench.server = server(manner),
        ("deliver", "") => bench.deliver(),
        ("cut", "watch") => bench.watch = false,
        ("held", holder) => {
            bench.store.put(None, held_by(holder));
        }
        ("take", holder) => bench.take_as(holder),
        ("free", "") => bench.meddle(|record| record.holder = Some(String::new())),
        ("touch", "") => bench.meddle(|_| {}),
        ("delete", "") => bench.delete(),
        ("stop", "") => bench.stop(),
        ("drained", "") => bench.drained(),
        ("step", "down") => {
            bench.machine.handle_step_down(bench.now, StopReason::PromotionFailed, Duration::from_secs(5));
            bench.step();
        }
        _ => panic!("no such command: {command}"),
    }
}

fn duration(text: &str) -> Duration {
    let seconds = text.strip_suffix('s').expect("seconds end in s");
    Duration::from_secs_f64(seconds.parse().expect("a number of seconds"))
}

fn server(manner: &str) -> Server {
    match manner {
        "serves" => Server::Serves,
        "swallows" => Server::Swallows,
        "mute" => Server::Mute,
        "late" => Server::Late,
        "slow" => Server::Slow,
        "refuses" => Server::Refuses,
        "errs" => Server::Errs,
        _ => panic!("no such manner of a server: {manner}"),
    }
}
