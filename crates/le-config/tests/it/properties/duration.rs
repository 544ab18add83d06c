//! Go's durations: what holds for any text.

use le_config::GoDuration;

/// The magnitude that only a negative duration may reach.
const LIMIT: u128 = 1 << 63;

/// Any text is a duration or none, as the grammar says, and what is one is written and read back.
pub(crate) fn any_text_is_read_by_the_grammar(text: &str) {
    let read = text.parse::<GoDuration>();
    match &read {
        Ok(duration) => {
            assert_eq!(duration.to_string().parse().as_ref(), Ok(duration), "{text:?}");
            assert_eq!(duration.to_std().is_some(), duration.as_nanos() >= 0, "{text:?}");
        }
        Err(error) => {
            assert_eq!(error.text(), text);
            assert!(
                error.to_string().starts_with("time: ") && error.to_string().contains(" duration "),
                "{error}"
            );
        }
    }

    let Some((negative, terms)) = terms(text) else {
        assert!(read.is_err(), "{text:?} is not in the grammar: {read:?}");
        return;
    };
    let sum: u128 = terms.iter().sum();
    // A fraction is computed in floating point, so each term is exact to a nanosecond.
    let error = terms.len() as u128;
    // Far above the limit a sum may wrap round in Go, and so here.
    if sum + error < LIMIT {
        let nanos = read.unwrap_or_else(|error| panic!("{text:?} is in the grammar: {error}")).as_nanos();
        assert!(nanos == 0 || (nanos < 0) == negative, "{text:?}: {nanos}");
        assert!(sum.abs_diff(nanos.unsigned_abs().into()) <= error, "{text:?}: {nanos}, not {sum}");
    } else if terms.iter().any(|term| *term > LIMIT + error) || (sum > LIMIT + error && terms.len() == 2) {
        assert!(read.is_err() || sum >= 2 * LIMIT - error, "{text:?} does not fit 64 bits: {read:?}");
    }
}

/// Takes a text apart: whether it is negative, and the nanoseconds of each of its terms, cut. `None` for what is no duration.
fn terms(text: &str) -> Option<(bool, Vec<u128>)> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some((negative, Vec::new()));
    }
    let mut terms = Vec::new();
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (whole, decimals) = rest[..number].split_once('.').unwrap_or((&rest[..number], ""));
        if decimals.contains('.') || whole.len() + decimals.len() == 0 {
            return None;
        }
        rest = &rest[number..];
        let name = rest.len() - rest.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.').len();
        let unit = match &rest[..name] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[name..];
        terms.push(whole_nanos(whole, unit) + part_nanos(decimals, unit));
    }
    (!terms.is_empty()).then_some((negative, terms))
}

fn whole_nanos(digits: &str, unit: u128) -> u128 {
    // Whatever is longer is far too long, however long it is.
    let capped =
        digits.bytes().fold(0u128, |value, digit| (value * 10 + u128::from(digit - b'0')).min(1 << 70));
    capped * unit
}

fn part_nanos(digits: &str, unit: u128) -> u128 {
    // Past the first 20 digits nothing is as much as a nanosecond of an hour.
    let digits = &digits[..digits.len().min(20)];
    let numerator = digits.bytes().fold(0u128, |value, digit| value * 10 + u128::from(digit - b'0'));
    numerator * unit / 10u128.pow(digits.len() as u32)
}
