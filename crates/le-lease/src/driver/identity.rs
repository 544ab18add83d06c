//! The identity of a replica that was given none.

use std::hash::{BuildHasher as _, RandomState};
use std::process;

use le_config::{HolderIdentity, IdentityError};

use super::clock;

/// Makes `<hostname>_<uuid>`, as Knative does: the part before the first `_` tells people, and tools, which pod it is.
pub(crate) fn unique() -> Result<HolderIdentity, IdentityError> {
    let host = hostname::get().unwrap_or_default();
    let bits = u128::from(random()) << 64 | u128::from(random());
    HolderIdentity::new(format!("{}_{}", host.to_string_lossy(), uuid(bits)))
}

/// Draws a seed that differs between replicas.
pub(crate) fn seed() -> u64 {
    random()
}

/// Draws a number that no other replica draws.
///
/// The standard library protects its maps with SipHash under a key of 128 bits, which each thread asks the system for once and changes
/// with every `RandomState`. What that makes of any input is as good as random to whoever does not know the key, so two draws are
/// the same as rarely as two drawn by lot; this asks for no secret. A crate for it would be one more in each operator's tree. A
/// process that was forked has the key of its parent: the process's number and the time are hashed, so that it draws others.
fn random() -> u64 {
    RandomState::new().hash_one((process::id(), clock::wall().as_micros()))
}

/// Writes these bits as a UUID of version 4, whose 6 bits of version and variant take the place of what is there.
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) | 0x4 << 76;
    let bits = bits & !(0b11 << 62) | 0b10 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::process::Command;
    use std::{env, thread};

    use super::*;

    #[test]
    fn a_uuid_is_one_of_version_4() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let bits = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
        assert_eq!(uuid(bits), "01234567-89ab-4def-8123-456789abcdef");
    }

    #[test]
    fn an_identity_begins_with_the_host() {
        let identity = unique().unwrap().to_string();
        let (host, uuid) = identity.rsplit_once('_').unwrap();
        assert_eq!(host, hostname::get().unwrap().to_string_lossy());
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }

    #[test]
    fn no_two_draws_are_the_same_and_each_bit_is_set_in_half_of_them() {
        const DRAWS: usize = 10_000;
        let draw = || (0..DRAWS).map(|_| random()).collect::<Vec<u64>>();
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(draw)).collect();
        let drawn: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 4 * DRAWS);
        for bit in 0..64 {
            let set = drawn.iter().filter(|drawn| *drawn >> bit & 1 == 1).count();
            // Ten standard deviations: lot does not do that.
            assert!(set.abs_diff(2 * DRAWS) < 1_000, "bit {bit} is set {set} times");
        }
    }

    #[test]
    fn two_processes_draw_differently() {
        const CHILD: &str = "LE_IDENTITY_OF_A_CHILD";
        if env::var_os(CHILD).is_some() {
            return println!("drawn: {:016x}", random());
        }
        let child = || {
            let mut command = Command::new(env::current_exe().unwrap());
            let name = "driver::identity::tests::two_processes_draw_differently";
            command.args([name, "--exact", "--nocapture"]).env(CHILD, "1");
            let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
            output.split_once("drawn: ").unwrap().1[..16].to_owned()
        };
        assert_ne!(child(), child());
    }
}
