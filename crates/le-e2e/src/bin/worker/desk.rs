//! Where it is said what is in hand, and under which right.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use le_core::Leadership;
use serde_json::{Value, json};

/// Says things, one JSON object a line. Whoever reads them compares moments of one machine's clock.
#[derive(Clone, Debug)]
pub(crate) struct Desk;

impl Desk {
    pub(crate) fn say(&self, event: &str, t: f64, what: Value) {
        let mut line = json!({ "t": t, "event": event });
        for (key, value) in what.as_object().into_iter().flatten() {
            line[key] = value.clone();
        }
        let mut line = line.to_string();
        line.push('\n');
        // Nobody listens once the main process is gone, and then this one is killed soon.
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }

    /// Takes an object in hand until what this returns is dropped.
    pub(crate) fn take(&self, key: &str, leadership: &Leadership) -> InHand {
        let (from, valid) = (now(), leadership.is_valid());
        let (bucket, token) = (leadership.bucket().name().as_str().to_owned(), leadership.token().get());
        self.say("begin", from, json!({ "key": key, "bucket": bucket, "token": token, "valid": valid }));
        InHand {
            desk: self.clone(),
            key: key.to_owned(),
            leadership: leadership.clone(),
            until: from,
            done: false,
        }
    }
}

/// An object that is in hand.
#[derive(Debug)]
#[must_use = "the object is let go of when this is dropped"]
pub(crate) struct InHand {
    desk: Desk,
    key: String,
    leadership: Leadership,
    /// The last moment at which it was known that the right held.
    until: f64,
    done: bool,
}

impl InHand {
    /// Looks whether the right still holds.
    pub(crate) fn look(&mut self) {
        // The moment comes first: a right that holds a little later held then, too.
        let t = now();
        if self.leadership.is_valid() {
            self.until = t;
        }
    }

    /// Lets go of the object, which was seen to.
    pub(crate) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.look();
        let token = self.leadership.token().get();
        self.desk.say("end", self.until, json!({ "key": self.key, "token": token, "done": self.done }));
    }
}

/// The time of day in seconds.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
