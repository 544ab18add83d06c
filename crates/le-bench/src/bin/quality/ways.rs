//! Ways to divide keys among buckets.

use le_core::NamespacedName;
use le_hash::BucketSet;

/// A way to divide keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Knative's, which is ours.
    Knative,
    /// Each key asks all buckets, and the one with the greatest hash has it.
    Rendezvous,
    /// Lamping's and Veach's jump consistent hash.
    Jump,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::Knative, Self::Rendezvous, Self::Jump];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Knative => "Knative, and ours",
            Self::Rendezvous => "rendezvous",
            Self::Jump => "jump",
        }
    }

    /// Which bucket each key belongs to. Buckets keep their names when one is added, which those of `le-config` do not: see the
    /// document.
    pub(crate) fn owners(self, keys: &[NamespacedName<'_>], count: usize) -> anyhow::Result<Vec<u32>> {
        Ok(match self {
            Self::Knative => {
                let names: Vec<String> =
                    (0..count).map(|index| format!("widgets-operator.widgets.{index:03}")).collect();
                let set = BucketSet::new(&names)?.snapshot();
                let index = |name: &str| name[name.len() - 3..].parse();
                let owners: Result<Vec<u32>, _> =
                    set.owners(keys).map(|owner| index(owner.as_str())).collect();
                owners?
            }
            Self::Rendezvous => keys.iter().map(|key| rendezvous(hash(key), count)).collect(),
            Self::Jump => keys.iter().map(|key| jump(hash(key), count)).collect(),
        })
    }
}

/// A hash of a key with all bits mixed, as both of the others ask for.
fn hash(key: &NamespacedName<'_>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for byte in key.namespace().bytes().chain(*b"/").chain(key.name().bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mixed(hash)
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn rendezvous(hash: u64, count: usize) -> u32 {
    let weight = |bucket: &u32| mixed(hash ^ mixed(u64::from(*bucket) + 1));
    (0..count as u32).max_by_key(weight).unwrap_or(0)
}

fn jump(mut hash: u64, count: usize) -> u32 {
    let (mut bucket, mut next) = (0, 0_i64);
    while next < count as i64 {
        bucket = next;
        hash = hash.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((bucket + 1) as f64 * ((1_u64 << 31) as f64 / ((hash >> 33) + 1) as f64)) as i64;
    }
    bucket as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jump_and_rendezvous_move_keys_to_the_new_bucket_only() {
        for hash in (0..2_000).map(mixed) {
            for way in [jump, rendezvous] {
                let (before, after) = (way(hash, 10), way(hash, 11));
                assert!(before < 10 && (after == before || after == 10), "{hash}: {before} {after}");
            }
        }
    }
}
