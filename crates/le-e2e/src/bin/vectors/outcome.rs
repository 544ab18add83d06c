//! What comes of one case.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

/// `Err` says what was expected, and what came.
pub(crate) type Outcome = Result<(), String>;

/// Checks the cases of one line; `Err` says why the line cannot be read.
pub(crate) type Check = fn(&str) -> Result<Vec<Outcome>, String>;

/// Reads a line.
pub(crate) fn read<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| format!("the line cannot be read: {error}"))
}

/// Compares the answer for one thing that was given.
pub(crate) fn compare<T: PartialEq + Debug + ?Sized>(given: impl Debug, expected: &T, came: &T) -> Outcome {
    if expected == came { Ok(()) } else { Err(format!("{given:?}: expected {expected:?}, came {came:?}")) }
}

/// Tells that an answer was expected and an error came.
pub(crate) fn refused(given: impl Debug, expected: impl Debug, error: impl ToString) -> Outcome {
    Err(format!("{given:?}: expected {expected:?}, came the error {:?}", error.to_string()))
}

/// Tells that an error was expected and an answer came.
pub(crate) fn accepted(given: impl Debug, expected: &str, came: impl Debug) -> Outcome {
    Err(format!("{given:?}: expected an error ({expected}), came {came:?}"))
}

/// Compares the error that came with how it must begin.
pub(crate) fn begins(given: impl Debug, expected: &str, came: impl ToString) -> Outcome {
    let came = came.to_string();
    if came.starts_with(expected) {
        Ok(())
    } else {
        Err(format!("{given:?}: expected an error that begins with {expected:?}, came {came:?}"))
    }
}
