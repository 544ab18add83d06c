//! try
use std::sync::Arc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut scope = le_model::Scope::new(args[1].parse().unwrap(), args[2].parse().unwrap());
    scope.symmetry = args.len() < 4;
    if std::env::var("TWINS").is_ok() { match le_model::compare_twins(scope, usize::MAX) { Ok(n) => println!("{n}"), Err(u) => {
      let a: Vec<&str> = u.worlds[0].lines().collect(); let b: Vec<&str> = u.worlds[1].lines().collect();
      if std::env::var("FULL").is_ok() { println!("{}", u.worlds[0]); }
      println!("{} {}", a.len(), b.len()); for (x, y) in a.iter().zip(&b) { if x != y { println!("{x}   |||  {y}"); } }
      println!("{:#?}", u.steps); } } return; }
    #[cfg(le_mutants)] {
        use le_lease::Mutant as M;
        for m in [M::DeadlineFromReply,M::ReleaseBeforeDrain,M::ReleaseWithoutVersion,M::NoWaitForDeleted,M::LeaseTimeByOwnClock,M::OwnDuration,M::LateSuccessCounts,M::UnknownIsFailed,M::UnknownIsDone,M::TokenFromTransitions,M::LossIgnored,M::ConflictIsSuccess,M::ReplyReopensTerm,M::SameIdentityIsOwn,M::MissingDurationIsZero,M::RecordsNotVersions,M::TransitionsOverflow,M::NoAttemptTimeout,M::NoBackoff,M::RightOutlivesClock] {
            scope.mutant = Some(m);
            let o = le_model::search(scope, 2, &Arc::default(), |_| {});
            println!("{m:?} {} states {:?} {:?}: {:?}", o.progress.unique, o.progress.time, o.story.len(), o.verdicts.iter().filter(|v| v.1 == le_model::Verdict::Violated).collect::<Vec<_>>());
            if std::env::var("STORY").is_ok_and(|s| format!("{m:?}") == s) { for l in &o.story { println!("{l}"); } }
        }
        return;
    }
    let mut last = std::time::Instant::now();
    let outcome = le_model::search(scope, 2, &Arc::default(), |p| if last.elapsed().as_secs() >= 5 { eprintln!("{p:?}"); last = std::time::Instant::now(); });
    println!("{:?}\n{:?}", outcome.progress, outcome.verdicts);
    for l in &outcome.story { println!("{l}"); }
    for (n, c) in outcome.coverage.counts() { print!("{n}: {c}, "); }
    println!();
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
