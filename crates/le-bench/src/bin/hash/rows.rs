//! The rows.

use std::hint::black_box;
use std::time::{Duration, Instant};

use le_bench::keys::{keys, names};
use le_bench::{Row, Target, Turns, median};
use le_core::NamespacedName;
use le_hash::{BucketSet, Snapshot};

use crate::floor::floor;
use crate::go::Figures;
use crate::measure::{chained, in_a_loop, in_turns, throughput, together};

/// How many names there are: 10 is what Knative allows.
pub(crate) const COUNTS: [usize; 6] = [1, 3, 10, 32, 100, 1_000];

pub(crate) fn rows(peer: &anyhow::Result<Vec<Figures>>) -> anyhow::Result<Vec<Row>> {
    let keys = keys();
    assert_eq!(keys[0].to_string().len(), 28);
    let mut rows = Vec::new();
    for count in COUNTS {
        let set = BucketSet::new(names(count)?)?;
        let snapshot = set.snapshot();
        rows.push(beside_the_floor(count, &keys, &snapshot));
        match peer {
            Ok(figures) => {
                let go = figures.iter().find(|figures| figures.names == count);
                rows.extend(go.into_iter().flat_map(|go| beside_go(*go, &keys, &snapshot)));
            }
            Err(error) if count == COUNTS[0] => {
                rows.push(Row::unmeasured("Knative's look-up, in Go", &format!("{error:#}")))
            }
            Err(_) => {}
        }
        if count == 10 {
            rows.extend(of_ten(&keys, &set, &snapshot, peer.as_ref().ok()));
        }
    }
    rows.push(building()?);
    Ok(rows)
}

fn one(snapshot: &Snapshot, key: &NamespacedName<'_>) -> usize {
    snapshot.owner(key).as_str().len()
}

fn hash(key: &NamespacedName<'_>) -> usize {
    floor(key.namespace(), key.name()) as usize
}

fn beside_the_floor(count: usize, keys: &[NamespacedName<'_>], snapshot: &Snapshot) -> Row {
    let turns = in_turns(|| chained(keys, |key| one(snapshot, key)), || chained(keys, hash));
    let target = if count == 10 { Target::AtMost(1.3) } else { Target::None };
    row(format!("one look-up, {count} names, beside the floor"), &turns, target)
}

fn beside_go(go: Figures, keys: &[NamespacedName<'_>], snapshot: &Snapshot) -> Vec<Row> {
    let ours = median((0..40).map(|_| in_a_loop(keys, |key| one(snapshot, key)).as_secs_f64())) * 1e9;
    let target = match go.names {
        10 => Target::AtLeast(100.0),
        100 => Target::AtLeast(80.0),
        1_000 => Target::AtLeast(40.0),
        _ => Target::None,
    };
    let name = format!("one look-up in a loop, {} names, Go not cached: times faster", go.names);
    let mut rows = vec![Row::new(name, nanos(ours), nanos(go.uncached), go.uncached / ours, target)];
    if go.names == 10 {
        let name = "one look-up in a loop, 10 names, beside Go's cached hit";
        rows.push(Row::new(name, nanos(ours), nanos(go.cached), ours / go.cached, Target::AtMost(1.0)));
    }
    rows
}

fn of_ten(
    keys: &[NamespacedName<'_>],
    set: &BucketSet,
    snapshot: &Snapshot,
    peer: Option<&Vec<Figures>>,
) -> Vec<Row> {
    let many = || together(keys, || snapshot.owners(keys).fold(0, |sum, owner| sum ^ owner.as_str().len()));
    let turns = in_turns(many, || chained(keys, hash));
    let mut rows = vec![row(
        "many keys at once, 10 names, per key, beside the floor of one".to_owned(),
        &turns,
        Target::AtMost(0.8),
    )];
    let turns = in_turns(|| in_a_loop(keys, |key| one(snapshot, key)), || chained(keys, hash));
    let name = "one look-up in a loop, 10 names, beside the floor of one".to_owned();
    rows.push(row(name, &turns, Target::AtMost(1.3)));

    let bucket = &set.buckets()[3];
    let has = || chained(keys, |key| usize::from(bucket.has(key)));
    let turns = in_turns(has, || chained(keys, |key| one(snapshot, key)));
    rows.push(row("Bucket::has, 10 names, beside owner".to_owned(), &turns, Target::AtMost(1.05)));

    let [alone, both] = [1, 2].map(|threads| throughput(threads, keys, |key| one(snapshot, key)));
    let a_second = |rate: f64| format!("{:.1} M/s", rate / 1e6);
    let name = "two threads, 10 names: times the look-ups of one";
    rows.push(Row::new(name, a_second(both), a_second(alone), both / alone, Target::AtLeast(1.8)));
    let go = peer.and_then(|figures| figures.iter().find(|figures| figures.names == 10));
    if let Some(go) = go {
        let ours = 2.0 / both * 1e9;
        let name = "one look-up of two threads, 10 names, beside Go's cached hit by two";
        rows.push(Row::new(
            name,
            nanos(ours),
            nanos(go.two_cached),
            ours / go.two_cached,
            Target::AtMost(1.0),
        ));
    }
    rows
}

fn building() -> anyhow::Result<Row> {
    let names = names(1_000)?;
    let build = || {
        let began = Instant::now();
        black_box(BucketSet::new(&names)).map(|_| began.elapsed().as_secs_f64())
    };
    let times: Result<Vec<f64>, _> = (0..40).map(|_| build()).collect();
    let time = Duration::from_secs_f64(median(times?.into_iter()));
    Ok(Row::of_times(
        "building a set of 1,000 names, beside 1 ms",
        time,
        Duration::from_millis(1),
        Target::AtMost(1.0),
    ))
}

fn row(name: String, turns: &Turns, target: Target) -> Row {
    let [ours, other] = [turns.ours(), turns.other()].map(|time| nanos(time.as_secs_f64() * 1e9));
    Row::new(name, ours, other, turns.ratio(), target)
}

fn nanos(time: f64) -> String {
    format!("{time:.1} ns")
}
