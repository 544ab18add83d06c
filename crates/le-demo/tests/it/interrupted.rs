//! Runs that are ended early.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::demo::{Running, demo};

const ARGS: [&str; 6] = ["--duration", "10m", "--output", "json", "--objects", "10"];

#[test]
fn an_interrupt_ends_the_run_and_its_replicas_and_the_exit_code_says_so() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut running = Running::start(demo(&ARGS));
        let replica = running.until("started")["pid"].as_u64().unwrap();
        let main = Pid::from_child(&running.child);
        kill_process(main, signal).unwrap();
        running.until("exited");
        assert_eq!(running.child.wait().unwrap().code(), Some(130));
        assert!(!is_alive(replica));
    }
}

#[test]
fn replicas_do_not_outlive_a_main_process_that_was_killed() {
    let mut running = Running::start(demo(&ARGS));
    let replica = running.until("started")["pid"].as_u64().unwrap();
    running.until("lead");
    running.child.kill().unwrap();
    let killed = Instant::now();
    while is_alive(replica) {
        assert!(killed.elapsed() < Duration::from_secs(30), "the replica lives on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_replica_that_ends_by_itself_ends_the_run_with_a_failure() {
    let mut running = Running::start(demo(&ARGS));
    let replica = running.until("started")["pid"].as_u64().unwrap();
    let replica = Pid::from_raw(i32::try_from(replica).unwrap()).unwrap();
    kill_process(replica, Signal::KILL).unwrap();
    let trouble = running.until("trouble");
    assert!(trouble["message"].as_str().unwrap().contains("ended by itself"), "{trouble}");
    running.until("summary");
    assert_eq!(running.child.wait().unwrap().code(), Some(1));
}

/// A process that has ended and that nobody has waited for is still listed, but as a zombie.
fn is_alive(pid: u64) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}
