//! What a machine shows of what it knows, and the numbers in a Lease.

use le_lease::{Options, Version, WriteTime};

use super::bench::{Bench, held_by};

#[test]
fn it_tells_who_holds_the_lease_and_under_which_version_it_would_write() {
    let mut bench = Bench::bare(Options::default());
    assert_eq!((bench.machine.holder(), bench.machine.base()), (None, None), "nothing is known yet");
    bench.store.put(None, held_by("other"));
    bench.list();
    let version = bench.store.lease().unwrap().version;
    assert_eq!((bench.machine.holder(), bench.machine.base()), (Some("other"), Some(version)));
    bench.meddle(|record| record.holder = Some(String::new()));
    assert_eq!(bench.machine.holder(), Some("me"), "a free Lease is taken");
    bench.delete();
    assert_ne!(bench.machine.base(), Some(version));
}

#[test]
fn a_version_is_a_number_or_none() {
    let version = Version::parse("18446744073709551615").unwrap();
    assert_eq!((version.get(), version.to_string().as_str()), (u64::MAX, "18446744073709551615"));
    assert_eq!(Version::parse("7"), Some(Version::new(7)));
    for text in ["", "x", "7 ", "-1", "0x7", "18446744073709551616"] {
        assert_eq!(Version::parse(text), None, "{text}");
    }
    assert!(Version::parse("9") < Version::parse("10"), "in the order of numbers, not of texts");
}

#[test]
fn a_time_is_kept_to_the_microsecond() {
    for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
        assert_eq!(WriteTime::from_micros(micros).as_micros(), micros);
    }
}
