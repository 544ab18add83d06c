//! Reads Go's text form of a duration, with Go's own limits and rounding.

use std::fmt;

use crate::quote::quote_bytes;

/// Why a text is no duration, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDurationError {
    problem: Problem,
    text: String,
}

impl ParseDurationError {
    /// Returns the text that is no duration.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = quote_bytes(&self.text);
        match &self.problem {
            Problem::Invalid => write!(f, "time: invalid duration {text}"),
            Problem::MissingUnit => write!(f, "time: missing unit in duration {text}"),
            Problem::UnknownUnit(unit) => {
                write!(f, "time: unknown unit {} in duration {text}", quote_bytes(unit))
            }
        }
    }
}

impl std::error::Error for ParseDurationError {}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// No number where one must be, or more nanoseconds than 64 bits hold.
    Invalid,
    MissingUnit,
    UnknownUnit(String),
}

/// The magnitude of the least 64-bit integer. Only a negative duration may reach it.
const LIMIT: u64 = 1 << 63;

/// Reads `text` as nanoseconds.
pub(super) fn parse(text: &str) -> Result<i64, ParseDurationError> {
    parse_signed(text).map_err(|problem| ParseDurationError { problem, text: text.to_owned() })
}

fn parse_signed(text: &str) -> Result<i64, Problem> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if magnitude == "0" {
        return Ok(0);
    }
    let nanos = parse_magnitude(magnitude)?;
    if negative {
        Ok(0i64.wrapping_sub_unsigned(nanos))
    } else {
        i64::try_from(nanos).map_err(|_| Problem::Invalid)
    }
}

fn parse_magnitude(text: &str) -> Result<u64, Problem> {
    if text.is_empty() {
        return Err(Problem::Invalid);
    }
    let (mut rest, mut sum) = (text, 0u64);
    while !rest.is_empty() {
        let (nanos, after) = parse_term(rest)?;
        // Two terms of exactly 2^63 ns wrap round to zero in Go, which looks at the sum only afterwards. A ConfigMap has to
        // mean the same to replicas of either language.
        sum = sum.wrapping_add(nanos);
        if sum > LIMIT {
            return Err(Problem::Invalid);
        }
        rest = after;
    }
    Ok(sum)
}

/// Reads one number with its unit, such as the `1.5h` of `1.5h30s`; returns its nanoseconds and what follows it.
fn parse_term(text: &str) -> Result<(u64, &str), Problem> {
    let (digits, rest) = split_digits(text);
    let whole = leading_int(digits).ok_or(Problem::Invalid)?;
    let (decimals, rest) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    if digits.is_empty() && decimals.is_empty() {
        return Err(Problem::Invalid);
    }

    let (name, rest) =
        rest.split_at(rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len()));
    if name.is_empty() {
        return Err(Problem::MissingUnit);
    }
    let unit = unit(name).ok_or_else(|| Problem::UnknownUnit(name.to_owned()))?;
    if whole > LIMIT / unit {
        return Err(Problem::Invalid);
    }
    let (numerator, scale) = leading_fraction(decimals);
    // Go computes the fraction in floating point, in this order, and cuts it: at most an hour, so the sum cannot overflow.
    let nanos = whole * unit + (numerator as f64 * (unit as f64 / scale)) as u64;
    if nanos > LIMIT { Err(Problem::Invalid) } else { Ok((nanos, rest)) }
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        // The micro sign and the Greek letter mu.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3600 * 1_000_000_000,
        _ => return None,
    })
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Reads digits as an integer of at most [`LIMIT`]; none are zero.
fn leading_int(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0u64, |value, digit| {
        let value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        (value <= LIMIT).then_some(value)
    })
}

/// Reads digits as a numerator and its power of ten, and leaves out those that no longer fit.
fn leading_fraction(digits: &str) -> (u64, f64) {
    let (mut numerator, mut scale) = (0u64, 1f64);
    for digit in digits.bytes() {
        if numerator > (LIMIT - 1) / 10 {
            break;
        }
        let next = numerator * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        numerator = next;
        scale *= 10.0;
    }
    (numerator, scale)
}
