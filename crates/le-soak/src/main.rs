//! Runs the full stack for an hour of virtual time.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program says how it goes")]

use le_soak::{Plan, run};
use std::time::{Duration, Instant};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let get = |i: usize, d: u64| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(d);
    let plan = Plan { replicas: get(1, 20) as u32, buckets: get(2, 20) as u32, length: Duration::from_secs(get(3, 3600)), ..Plan::new(get(4, 1)) };
    let out = args.get(5).map(|p| Box::new(std::io::BufWriter::new(std::fs::File::create(p).unwrap())) as Box<dyn std::io::Write + Send>);
    let began = Instant::now();
    let o = run(&plan, out, &mut |at, r, b| eprintln!("{at:?} {:?} {r} {b}", began.elapsed()))?;
    for b in o.broken.iter().take(20) { println!("{b}"); }
    println!("{:#?} excused {} busiest {} settled {:?} digest {:x} missing {:?}", o.tally, o.excused, o.busiest, o.settled, o.digest, o.missing());
    for c in &o.calms { println!("{c:?}"); }
    println!("broken {} real {:?}", o.broken.len(), began.elapsed());
    Ok(())
}
