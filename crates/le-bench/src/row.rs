//! One figure.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One figure: ours beside a peer or a floor, as a ratio, and what it should be.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Row {
    name: String,
    ours: String,
    other: String,
    ratio: f64,
    target: String,
    met: bool,
}

/// What a ratio should be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Nothing is asked of it.
    None,
}

impl Row {
    /// Makes the row of two values in words, and their ratio.
    pub fn new(
        name: impl Into<String>,
        ours: impl Into<String>,
        other: impl Into<String>,
        ratio: f64,
        target: Target,
    ) -> Self {
        let (text, met) = match target {
            Target::AtMost(most) => (format!("at most {most}"), ratio <= most),
            Target::AtLeast(least) => (format!("at least {least}"), ratio >= least),
            Target::None => ("-".to_owned(), true),
        };
        Self { name: name.into(), ours: ours.into(), other: other.into(), ratio, target: text, met }
    }

    /// Makes the row of something that could not be measured, and says why.
    pub fn unmeasured(name: impl Into<String>, why: &str) -> Self {
        Self {
            name: name.into(),
            ours: "-".to_owned(),
            other: why.to_owned(),
            ratio: 0.0,
            target: "-".to_owned(),
            met: true,
        }
    }

    /// Makes the row of two times, whose ratio is ours to the other's.
    pub fn of_times(name: impl Into<String>, ours: Duration, other: Duration, target: Target) -> Self {
        let ratio = ours.as_secs_f64() / other.as_secs_f64();
        Self::new(name, format!("{ours:.1?}"), format!("{other:.1?}"), ratio, target)
    }

    /// Tells whether the target is met.
    pub fn is_met(&self) -> bool {
        self.met
    }

    pub(crate) fn columns(&self) -> [String; 6] {
        let met = match (self.met, &*self.target) {
            (true, "-") => "",
            (true, _) => "met",
            (false, _) => "NOT MET",
        };
        let ratio = format!("{:.3}", self.ratio);
        [self.name.clone(), self.ours.clone(), self.other.clone(), ratio, self.target.clone(), met.to_owned()]
    }
}
