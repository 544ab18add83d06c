//! A duration as Go reads and writes it.

mod parse;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

pub use parse::ParseDurationError;

/// A signed count of nanoseconds that is read and written exactly as Go does.
///
/// The text is an optional sign, then one or more decimal numbers, each with an optional fraction and a unit among `ns`, `us`,
/// `µs`, `μs`, `ms`, `s`, `m` and `h`; `0` may stand alone. There are no spaces.
///
/// ```
/// use le_config::GoDuration;
///
/// let duration: GoDuration = "1.5h30s".parse()?;
/// assert_eq!(duration.as_nanos(), 5_430_000_000_000);
/// assert_eq!(duration.to_string(), "1h30m30s");
/// # Ok::<(), le_config::ParseDurationError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoDuration(i64);

impl GoDuration {
    /// Makes a duration of so many nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Returns the number of nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Converts into Rust's duration; `None` for a negative one.
    pub fn to_std(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }
}

impl FromStr for GoDuration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::parse(text).map(Self)
    }
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&written(self.0 < 0, self.0.unsigned_abs().into()))
    }
}

/// Writes Rust's duration in Go's form, whatever its size.
pub(crate) fn go_form(duration: Duration) -> String {
    written(false, duration.as_nanos())
}

const MICROSECOND: u128 = 1_000;
const MILLISECOND: u128 = 1_000_000;
const SECOND: u128 = 1_000_000_000;

fn written(negative: bool, nanos: u128) -> String {
    let sign = if negative { "-" } else { "" };
    let (unit, name) = match nanos {
        0 => return "0s".to_owned(),
        1..MICROSECOND => (1, "ns"),
        MICROSECOND..MILLISECOND => (MICROSECOND, "µs"),
        MILLISECOND..SECOND => (MILLISECOND, "ms"),
        SECOND.. => return format!("{sign}{}", with_hours(nanos)),
    };
    format!("{sign}{}{}{name}", nanos / unit, fraction(nanos % unit, unit))
}

/// Writes a second or more: hours and minutes come before the seconds as soon as there are any.
fn with_hours(nanos: u128) -> String {
    let seconds = nanos / SECOND;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = format!("{}{}s", seconds % 60, fraction(nanos % SECOND, SECOND));
    match (hours, minutes) {
        (0, 0) => rest,
        (0, _) => format!("{minutes}m{rest}"),
        _ => format!("{hours}h{minutes}m{rest}"),
    }
}

/// Writes `part` of `whole` (a power of ten) as a decimal fraction without trailing zeros, and nothing for zero.
fn fraction(part: u128, whole: u128) -> String {
    if part == 0 {
        return String::new();
    }
    let digits = whole.ilog10() as usize;
    format!(".{part:0digits$}").trim_end_matches('0').to_owned()
}
