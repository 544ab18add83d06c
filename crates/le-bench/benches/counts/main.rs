//! What is counted in instructions, for `cargo xtask counts`.
//!
//! Only what a function here does is counted, and not how its input was made. Inputs are leaked, so that no function pays for their
//! end. Many calls are counted at once where one may differ from the next.
#![expect(missing_docs, reason = "gungraun makes public modules of these functions")]

mod led;

use std::hint::black_box;

use gungraun::{LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use le_bench::keys;
use le_bench::seat::{Candidate, Leader};
use le_core::{Leadership, NamespacedName};
use le_hash::{BucketSet, Snapshot};

/// How many calls are counted at once.
const CALLS: usize = 100;

/// The C library copies and compares in another way on each processor. These take from it all but the plainest way, which is the same
/// on each.
const PLAIN: &str = "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX2_Usable,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,-BMI2,-ERMS,\
                     -FSRM,-SSE4_1,-SSE4_2,-SSSE3";

fn config() -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.env("GLIBC_TUNABLES", PLAIN);
    config
}

type Keys = &'static [NamespacedName<'static>];

fn leak<T>(input: T) -> &'static mut T {
    Box::leak(Box::new(input))
}

fn set(count: usize) -> (&'static Snapshot, Keys) {
    let set = BucketSet::new(names(count)).expect("the names differ");
    (leak(set.snapshot()), &leak(keys::keys())[..CALLS])
}

fn names(count: usize) -> &'static [String] {
    leak(keys::names(count).expect("so many are allowed"))
}

#[library_benchmark]
#[bench::names_10(set(10))]
#[bench::names_100(set(100))]
#[bench::names_1000(set(1_000))]
fn owner((snapshot, keys): (&'static Snapshot, Keys)) {
    for key in keys {
        black_box(snapshot.owner(black_box(key)));
    }
}

#[library_benchmark]
#[bench::names_10(set(10))]
fn owners((snapshot, keys): (&'static Snapshot, Keys)) {
    for owner in snapshot.owners(black_box(keys)) {
        black_box(owner);
    }
}

#[library_benchmark]
#[bench::names_1000(names(1_000))]
fn build(names: &'static [String]) -> BucketSet {
    BucketSet::new(black_box(names)).expect("the names differ")
}

#[library_benchmark]
#[bench::renews(leak(Leader::new(CALLS).expect("nobody else is there")))]
fn leader(leader: &'static mut Leader) {
    for _ in 0..CALLS {
        leader.renew().expect("it renews");
    }
}

#[library_benchmark]
#[bench::sees_a_renewal(leak(Candidate::new(CALLS).expect("another leads")))]
fn candidate(candidate: &'static mut Candidate) {
    for _ in 0..CALLS {
        candidate.see().expect("it waits");
    }
}

#[library_benchmark]
#[bench::leads(leak(led::lead().expect("nobody else is there")))]
fn is_valid(leadership: &'static mut Leadership) {
    for _ in 0..CALLS {
        assert!(black_box(&*leadership).is_valid());
    }
}

library_benchmark_group!(name = hash, benchmarks = [owner, owners, build]);
library_benchmark_group!(name = machine, benchmarks = [leader, candidate, is_valid]);
main!(config = config(), library_benchmark_groups = [hash, machine]);
