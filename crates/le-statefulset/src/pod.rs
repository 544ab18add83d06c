//! The name of a pod of a StatefulSet: the set's name, a hyphen, and the ordinal.

use crate::PlacementError;

/// The two halves of a pod's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodName {
    pub(crate) set: String,
    pub(crate) ordinal: u64,
}

impl PodName {
    pub(crate) fn parse(value: &str) -> Result<Self, PlacementError> {
        let wrong = |reason| PlacementError::NoOrdinal { value: value.to_owned(), reason };
        let (set, ordinal) = value.rsplit_once('-').ok_or_else(|| wrong("it has no hyphen"))?;
        let ordinal = ordinal_of(ordinal).map_err(wrong)?;
        if set.is_empty() {
            return Err(wrong("the set has no name"));
        }
        Ok(Self { set: set.to_owned(), ordinal })
    }
}

/// Reads an ordinal as Go reads a number: leading zeros and a plus sign are let through, spaces and fractions are not, and what
/// 63 bits cannot hold is too large.
fn ordinal_of(text: &str) -> Result<u64, &'static str> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("what follows the last hyphen is no number");
    }
    digits.parse().ok().filter(|ordinal| i64::try_from(*ordinal).is_ok()).ok_or("the ordinal is too large")
}

#[cfg(test)]
mod tests {
    use super::PodName;

    fn ordinal(value: &str) -> Option<u64> {
        PodName::parse(value).ok().map(|pod| pod.ordinal)
    }

    #[test]
    fn the_ordinal_is_what_follows_the_last_hyphen() {
        let pod = PodName::parse("a-b-c-12").unwrap();
        assert_eq!((pod.set.as_str(), pod.ordinal), ("a-b-c", 12));
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (value, expected) in
            [("as-0", 0), ("as-007", 7), ("as-+1", 1), ("as-9223372036854775807", i64::MAX as u64)]
        {
            assert_eq!(ordinal(value), Some(expected), "{value}");
        }
        // The hyphen before a negative number is taken for the one that ends the set's name.
        assert_eq!(PodName::parse("as--1").unwrap().set, "as-");
    }

    #[test]
    fn what_has_no_ordinal_is_refused() {
        for value in [
            "", "as", "as0", "as-", "as-x", "as- 1", "as-1 ", "as-1\n", "as-1.0", "as-0x1", "as-1_0", "as-٣",
            "as-++1", "as-+", "-1",
        ] {
            assert_eq!(ordinal(value), None, "{value:?}");
        }
        for value in ["as-9223372036854775808", "as-18446744073709551615", "as-99999999999999999999"] {
            assert_eq!(ordinal(value), None, "{value:?}");
        }
    }
}
