//! Times as Go reads them, with the words that it uses where it cannot.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
const RFC3339_MICRO: &str = "2006-01-02T15:04:05.000000Z07:00";

/// The time that Go takes for none.
const ZERO: DateTime = DateTime::constant(1, 1, 1, 0, 0, 0, 0);

/// The years after which the calendar repeats itself.
const BACK: i32 = 400;

/// Reads a time with an optional fraction and gives it in UTC with whole seconds; none for Go's zero time.
pub(super) fn time(text: &str) -> Result<Option<String>, String> {
    let (time, later) = Reader { layout: RFC3339, text, rest: text }.read(None)?;
    Ok((later || time != ZERO).then(|| shown(time, later, "")))
}

/// Reads a time with exactly six fraction digits and gives it in UTC, so written; none for Go's zero time.
pub(super) fn micro_time(text: &str) -> Result<Option<String>, String> {
    let (time, later) = Reader { layout: RFC3339_MICRO, text, rest: text }.read(Some(6))?;
    Ok((later || time != ZERO).then(|| shown(time, later, &time.strftime("%.6f").to_string())))
}

/// A time in UTC. Jiff's years end with 9999; an offset can lead beyond, into the first day of the year `later`.
fn shown(time: DateTime, later: bool, fraction: &str) -> String {
    let year = match time.year() {
        year if later => format!("{}", i32::from(year) + BACK),
        year if year < 0 => format!("-{:04}", -year),
        year => format!("{year:04}"),
    };
    format!("{year}-{}{fraction}Z", time.strftime("%m-%dT%H:%M:%S"))
}

struct Reader<'a> {
    layout: &'static str,
    text: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    /// Gives the time in UTC, and whether it stands for one that is 400 years later. It is civil time, for that reaches further
    /// than jiff's timestamps.
    fn read(mut self, digits: Option<usize>) -> Result<(DateTime, bool), String> {
        let year = self.number("2006", 4)?;
        self.literal("-")?;
        let month = self.number("01", 2)?;
        self.range(month, 1, 12, "month")?;
        self.literal("-")?;
        let day = self.number("02", 2)?;
        self.literal("T")?;
        let hour = self.hour()?;
        self.range(hour, 0, 23, "hour")?;
        self.literal(":")?;
        let minute = self.number("04", 2)?;
        self.range(minute, 0, 59, "minute")?;
        self.literal(":")?;
        let second = self.number("05", 2)?;
        self.range(second, 0, 59, "second")?;
        let nanos = match digits {
            Some(digits) => self.fraction(digits)?,
            None => self.any_fraction(),
        };
        let offset = self.offset()?;
        if !self.rest.is_empty() {
            return Err(format!("parsing time {:?}: extra text: {:?}", self.text, self.rest));
        }
        let (year, month, day) = (year as i16, month as i8, day as i8);
        let out_of_range = || format!("parsing time {:?}: day out of range", self.text);
        let date = Date::new(year, month, day).map_err(|_| out_of_range())?;
        let at = |date: Date| date.at(hour as i8, minute as i8, second as i8, nanos);
        let offset = SignedDuration::from_secs(offset);
        if let Ok(utc) = at(date).checked_sub(offset) {
            return Ok((utc, false));
        }
        let earlier = Date::new(year - BACK as i16, month, day).map_err(|_| out_of_range())?;
        at(earlier).checked_sub(offset).map(|utc| (utc, true)).map_err(|_| out_of_range())
    }

    fn cannot(&self, element: &str) -> String {
        format!(
            "parsing time {:?} as {:?}: cannot parse {:?} as {element:?}",
            self.text, self.layout, self.rest
        )
    }

    fn range(&self, value: u32, low: u32, high: u32, what: &str) -> Result<(), String> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        Err(format!("parsing time {:?}: {what} out of range", self.text))
    }

    fn number(&mut self, element: &str, digits: usize) -> Result<u32, String> {
        let number = self.rest.get(..digits).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let Some(number) = number else { return Err(self.cannot(element)) };
        self.rest = &self.rest[digits..];
        Ok(number.bytes().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    }

    /// Go takes an hour of one digit, too.
    fn hour(&mut self) -> Result<u32, String> {
        let one = self.rest.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let two = self.rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        self.number("15", if one && !two { 1 } else { 2 })
    }

    fn literal(&mut self, literal: &str) -> Result<(), String> {
        let Some(rest) = self.rest.strip_prefix(literal) else { return Err(self.cannot(literal)) };
        self.rest = rest;
        Ok(())
    }

    fn fraction(&mut self, digits: usize) -> Result<i32, String> {
        let element = ".000000000".get(..=digits).unwrap_or(".");
        let part = self
            .rest
            .get(1..=digits)
            .filter(|part| self.rest.starts_with(['.', ',']) && part.bytes().all(|b| b.is_ascii_digit()));
        let Some(part) = part else { return Err(self.cannot(element)) };
        let nanos = nanos(part);
        self.rest = &self.rest[digits + 1..];
        Ok(nanos)
    }

    /// A fraction that the layout does not ask for is taken all the same.
    fn any_fraction(&mut self) -> i32 {
        let Some(after) = self.rest.strip_prefix(['.', ',']) else { return 0 };
        let end = after.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(after.len());
        if end == 0 {
            return 0;
        }
        self.rest = &after[end..];
        nanos(&after[..end])
    }

    /// `Z` or an offset, in seconds.
    fn offset(&mut self) -> Result<i64, String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(0);
        }
        let bytes = self.rest.as_bytes();
        let shape = bytes.len() >= 6
            && matches!(bytes[0], b'+' | b'-')
            && bytes[3] == b':'
            && [1, 2, 4, 5].iter().all(|&at| bytes[at].is_ascii_digit());
        if !shape {
            return Err(self.cannot("Z07:00"));
        }
        let digit = |at: usize| i64::from(bytes[at] - b'0');
        let (hours, minutes) = (digit(1) * 10 + digit(2), digit(4) * 10 + digit(5));
        if hours > 24 {
            return Err(format!("parsing time {:?}: time zone offset hour out of range", self.text));
        }
        if minutes > 60 {
            return Err(format!("parsing time {:?}: time zone offset minute out of range", self.text));
        }
        let seconds = hours * 3600 + minutes * 60;
        let sign = if bytes[0] == b'-' { -1 } else { 1 };
        self.rest = &self.rest[6..];
        Ok(sign * seconds)
    }
}

/// The first nine digits of a fraction.
fn nanos(digits: &str) -> i32 {
    let mut nanos = 0;
    for at in 0..9 {
        let digit = digits.as_bytes().get(at).map_or(0, |byte| i32::from(byte - b'0'));
        nanos = nanos * 10 + digit;
    }
    nanos
}
