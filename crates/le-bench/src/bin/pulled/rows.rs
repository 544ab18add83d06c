//! The rows.

use le_bench::{Row, Target};

use crate::build::{Cost, crates, measure};
use crate::programs::{
    DRIVER, HASH, MACHINE, OLD_PLAIN, PLAIN, Program, SETTINGS, WITH_KUBERT, WITH_LEASE, WITH_MANAGER,
    WITH_RUNTIME,
};

/// How many crates the driver may add to an operator.
const MOST: usize = 10;

pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let plain = measure(&PLAIN, None)?;
    let lease = measure(&WITH_LEASE, Some(plain))?;
    rows.extend(beside(&WITH_LEASE, lease, &PLAIN, plain));
    rows.extend(beside(&WITH_RUNTIME, measure(&WITH_RUNTIME, Some(lease))?, &PLAIN, plain));
    let added = lease.crates - plain.crates;
    rows.push(Row::new(
        format!("crates that the driver adds to an operator, beside {MOST}"),
        added.to_string(),
        MOST.to_string(),
        added as f64 / MOST as f64,
        Target::AtMost(1.0),
    ));
    rows.extend(peer(&WITH_MANAGER, &PLAIN, Ok(plain)));
    rows.extend(peer(&WITH_KUBERT, &OLD_PLAIN, measure(&OLD_PLAIN, None)));
    for program in [&HASH, &SETTINGS, &MACHINE] {
        rows.extend(beside(program, measure(program, None)?, &PLAIN, plain));
    }
    // Almost an operator; that is built twice with ours already.
    let (ours, other) = (crates(&DRIVER)?, plain.crates);
    rows.push(Row::new(
        format!("{}, beside {}: crates", DRIVER.what, PLAIN.what),
        ours.to_string(),
        other.to_string(),
        ours as f64 / other as f64,
        Target::None,
    ));
    Ok(rows)
}

/// What another's crate costs, or why it does not build.
fn peer(program: &Program, without: &Program, base: anyhow::Result<Cost>) -> Vec<Row> {
    match base.and_then(|base| Ok((measure(program, Some(base))?, base))) {
        Ok((cost, base)) => beside(program, cost, without, base),
        Err(error) => vec![Row::unmeasured(program.what, &format!("{error:#}"))],
    }
}

fn beside(program: &Program, cost: Cost, other: &Program, base: Cost) -> Vec<Row> {
    let row = |measure: &str, of: &dyn Fn(Cost) -> (String, f64)| {
        let ((ours, value), (theirs, other_value)) = (of(cost), of(base));
        let name = format!("{}, beside {}: {measure}", program.what, other.what);
        Row::new(name, ours, theirs, value / other_value, Target::None)
    };
    let seconds = |cost: Cost| {
        let [cpu, wall] = [cost.time.cpu, cost.time.wall].map(|time| time.as_secs_f64());
        (format!("{cpu:.0} s of CPU, {wall:.0} s"), cpu)
    };
    let kib = |bytes: u64| format!("{} KiB", bytes / 1024);
    let size = |cost: Cost| match cost.stripped {
        Some(stripped) => (format!("{} ({})", kib(stripped), kib(cost.bytes)), stripped as f64),
        None => (format!("({})", kib(cost.bytes)), cost.bytes as f64),
    };
    vec![
        row("crates", &|cost| (cost.crates.to_string(), cost.crates as f64)),
        row("building it from nothing", &seconds),
        row("its size, stripped (and not)", &size),
    ]
}
