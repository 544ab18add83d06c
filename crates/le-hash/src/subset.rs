//! The choice of several names for one target.

use crate::BucketSetError;
use crate::circle::Circle;
use crate::hash::{self, Key, SLOTS};
use crate::prepared::Prepared;

/// Chooses `n` of the names for a target, in ascending byte order; all of them where there are no more than `n`.
///
/// The same target gets the same names wherever it is asked for, and keeps most of them when the names change. A name that is
/// given twice counts once.
///
/// ```
/// let names = ["sun", "moon", "mars", "mercury"];
/// assert_eq!(le_hash::choose_subset(names, 2, "a target!")?, ["mercury", "moon"]);
/// # Ok::<(), le_hash::BucketSetError>(())
/// ```
///
/// # Errors
///
/// [`BucketSetError::TooMany`], when there is a choice to make among more than
/// [`MAX_NAMES`](crate::BucketSet::MAX_NAMES) names.
pub fn choose_subset<N: AsRef<str>>(
    names: impl IntoIterator<Item = N>,
    n: usize,
    target: &str,
) -> Result<Vec<N>, BucketSetError> {
    let mut names: Vec<N> = names.into_iter().collect();
    names.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
    names.dedup_by(|a, b| a.as_ref() == b.as_ref());
    if n >= names.len() {
        return Ok(names);
    }

    let chosen = choose(&Prepared::new(names.iter().map(AsRef::as_ref))?, n, Key::of_text(target));
    Ok(names.into_iter().zip(chosen).filter_map(|(name, chosen)| chosen.then_some(name)).collect())
}

/// Tells for each rank whether it is among the `n` that are chosen, which are fewer than all.
fn choose(names: &Prepared, n: usize, key: Key<'_>) -> Vec<bool> {
    let circle = Circle::new(names, key);
    let (mut angle, stride) = (hash::start(key.low()), hash::stride(key.low()));
    let mut chosen = vec![false; names.len()];
    for _ in 0..n {
        let rank = circle.from(angle).find(|&rank| !chosen[rank]).expect("not all are chosen yet");
        chosen[rank] = true;
        angle = (angle + stride) % SLOTS;
    }
    chosen
}
