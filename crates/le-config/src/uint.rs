//! An unsigned 32-bit decimal as Go reads it.

use std::fmt;

use crate::quote::quote;

/// Why a text is no unsigned 32-bit decimal, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseUintError {
    problem: Problem,
    text: String,
}

impl ParseUintError {
    /// Returns the text that is no such number.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ParseUintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            Problem::Syntax => "invalid syntax",
            Problem::Range => "value out of range",
        };
        write!(f, "strconv.ParseUint: parsing {}: {problem}", quote(&self.text))
    }
}

impl std::error::Error for ParseUintError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Syntax,
    Range,
}

/// Reads digits only: no sign, no space, no underscore.
///
/// `u32::from_str` will not do: it takes a leading `+`.
pub(crate) fn parse_u32(text: &str) -> Result<u32, ParseUintError> {
    let read = || {
        if text.is_empty() {
            return Err(Problem::Syntax);
        }
        // Go reads from the left, so of two mistakes in a text the first is reported.
        text.bytes().try_fold(0u32, |value, byte| {
            let digit = char::from(byte).to_digit(10).ok_or(Problem::Syntax)?;
            value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or(Problem::Range)
        })
    };
    read().map_err(|problem| ParseUintError { problem, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::parse_u32;

    #[test]
    fn digits_are_read_and_leading_zeros_do_not_count() {
        assert_eq!(parse_u32("0"), Ok(0));
        assert_eq!(parse_u32("007"), Ok(7));
        assert_eq!(parse_u32("4294967295"), Ok(u32::MAX));
        assert_eq!(parse_u32(&"0".repeat(100)), Ok(0));
    }

    #[test]
    fn everything_else_is_refused_in_gos_words() {
        for text in ["", "+1", "-1", " 1", "1 ", "1_0", "0x1", "1e1", "1.0", "٣", "x"] {
            let error = parse_u32(text).unwrap_err();
            assert_eq!(error.to_string(), format!("strconv.ParseUint: parsing \"{text}\": invalid syntax"));
            assert_eq!(error.text(), text);
        }
        for text in ["4294967296", "18446744073709551616", "99999999999x"] {
            let error = parse_u32(text).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("strconv.ParseUint: parsing \"{text}\": value out of range")
            );
        }
    }
}
