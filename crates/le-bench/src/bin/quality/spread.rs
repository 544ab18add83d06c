//! How owners are spread.

/// How much more than its share the fullest bucket has: 0.1 is a tenth more.
pub(crate) fn fullest(owners: &[u32], count: usize) -> f64 {
    let mut each = vec![0_usize; count];
    for owner in owners {
        each[*owner as usize] += 1;
    }
    let share = owners.len() as f64 / count as f64;
    each.into_iter().max().unwrap_or(0) as f64 / share - 1.0
}

/// Which share of the keys has another owner.
pub(crate) fn moved(before: &[u32], after: &[u32]) -> f64 {
    let moved = before.iter().zip(after).filter(|(before, after)| before != after).count();
    moved as f64 / before.len() as f64
}
