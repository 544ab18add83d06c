//! A Lease as a person reads it. Whatever anybody wrote into it is read as far as it can be, and what is odd is said.

use std::time::Duration;

use jiff::Timestamp;
use kube::api::DynamicObject;
use le_config::Timing;
use serde::Serialize;
use serde_json::Value;

/// A duration above this is told as odd: a holder that crashes blocks the Lease for as long.
const LONG: i64 = 24 * 60 * 60;

/// A Lease, read leniently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LeaseView {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What its name says.
    #[serde(flatten)]
    pub place: Place,
    /// Its holder; `None` when it is free.
    pub holder: Option<String>,
    /// How long it is held after a renewal, in seconds, where that can be read.
    pub duration_seconds: Option<i64>,
    /// When the present term began, on the holder's clock, as written.
    pub acquire_time: Option<String>,
    /// When it was last renewed, on the holder's clock, as written.
    pub renew_time: Option<String>,
    /// How often the holder has changed.
    pub transitions: Option<i64>,
    /// When it was made, on the API server's clock.
    #[serde(skip)]
    pub created: Option<Timestamp>,
    /// The version of the object.
    #[serde(skip)]
    pub version: Option<String>,
    /// What tells it from a later one of the same name.
    #[serde(skip)]
    pub uid: Option<String>,
    /// What is odd in it, in words.
    #[serde(skip)]
    pub problems: Vec<String>,
}

/// What the name of a Lease says: `<component>.<queue>.<bucket>-of-<buckets>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The component: what stands before the first dot.
    pub component: String,
    /// The queue; empty for a Lease with a name of its own.
    pub queue: String,
    /// Which bucket of how many.
    pub bucket: Option<(u32, u32)>,
}

impl Place {
    /// Reads the name of a Lease.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let (prefix, bucket) = match le_config::bucket_of_lease(name) {
            Some((prefix, index, buckets)) => (prefix, Some((index, buckets))),
            None => (name, None),
        };
        // A Lease that stands alone may have dots in its name that mean something else.
        let (component, queue) = match bucket {
            Some(_) => prefix.split_once('.').unwrap_or((prefix, "")),
            None => (prefix, ""),
        };
        Self { component: component.to_owned(), queue: queue.to_owned(), bucket }
    }
}

impl LeaseView {
    /// Reads a Lease.
    #[must_use]
    pub fn read(lease: &DynamicObject) -> Self {
        let mut reading = Reading { spec: &lease.data["spec"], problems: Vec::new() };
        let name = lease.metadata.name.clone().unwrap_or_default();
        if !reading.spec.is_object() && !reading.spec.is_null() {
            reading.problems.push(format!("spec is {}", noun(reading.spec)));
        }
        let holder = reading.text("holderIdentity").filter(|holder| !holder.is_empty());
        let held = holder.is_some();
        if let Some(holder) = &holder {
            if holder.len() > 253 {
                reading.problems.push(format!("holderIdentity has {} bytes", holder.len()));
            }
            if holder.chars().any(char::is_control) || holder.trim().is_empty() {
                reading.problems.push("holderIdentity cannot be seen as text".to_owned());
            }
        }
        let duration_seconds = reading.duration(held);
        let acquire_time = reading.time("acquireTime", false);
        let renew_time = reading.time("renewTime", held);
        let transitions = reading.transitions();
        Self {
            namespace: lease.metadata.namespace.clone().unwrap_or_default(),
            place: Place::of(&name),
            name,
            holder,
            duration_seconds,
            acquire_time,
            renew_time,
            transitions,
            created: lease.metadata.creation_timestamp.as_ref().map(|time| time.0),
            version: lease.metadata.resource_version.clone(),
            uid: lease.metadata.uid.clone(),
            problems: reading.problems,
        }
    }

    /// Tells whether a Lease has to do with an election: one of a node, or of an API server, has not.
    #[must_use]
    pub fn is_of_election(lease: &DynamicObject) -> bool {
        let metadata = &lease.metadata;
        let labels = metadata.labels.iter().flatten();
        metadata.namespace.as_deref() != Some("kube-node-lease")
            && !labels.into_iter().any(|(key, _)| key == "apiserver.kubernetes.io/identity")
            && !metadata.owner_references.iter().flatten().any(|owner| owner.kind == "Node")
    }

    /// Returns the name of the pod that the holder is, if it is one: what stands before the first `_`.
    #[must_use]
    pub fn pod(&self) -> Option<&str> {
        le_config::pod_of_identity(self.holder.as_deref()?)
    }

    /// Returns how long a reader takes it to be held after a renewal: where the holder does not say, as long as readers do by default.
    #[must_use]
    pub fn claim(&self) -> Duration {
        let said = self.duration_seconds.map(|seconds| Duration::from_secs(seconds.unsigned_abs()));
        said.unwrap_or_else(|| Timing::default().lease_duration())
    }

    /// Returns when it was last renewed, on the holder's clock, where that can be read.
    #[must_use]
    pub fn renewed(&self) -> Option<Timestamp> {
        self.renew_time.as_deref()?.parse().ok()
    }

    /// Returns when the present term began, on the holder's clock, where that can be read.
    #[must_use]
    pub fn acquired(&self) -> Option<Timestamp> {
        self.acquire_time.as_deref()?.parse().ok()
    }
}

struct Reading<'a> {
    spec: &'a Value,
    problems: Vec<String>,
}

impl Reading<'_> {
    fn text(&mut self, field: &str) -> Option<String> {
        match &self.spec[field] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => {
                self.problems.push(format!("{field} is {}", noun(other)));
                None
            }
        }
    }

    fn duration(&mut self, held: bool) -> Option<i64> {
        let value = &self.spec["leaseDurationSeconds"];
        let seconds = value.as_i64().filter(|seconds| (1..=i64::from(i32::MAX)).contains(seconds));
        match (value, seconds) {
            (Value::Null, _) if held => {
                self.problems.push("leaseDurationSeconds is missing: each reader counts its own".to_owned());
            }
            (Value::Null, _) => {}
            (_, Some(seconds)) if held && seconds > LONG => self.problems.push(format!(
                "leaseDurationSeconds is {seconds}: a holder that crashes blocks it for {} days",
                seconds / LONG
            )),
            (_, Some(_)) => {}
            (other, None) => self.problems.push(format!(
                "leaseDurationSeconds is {}: each reader counts its own",
                number_or_noun(other)
            )),
        }
        seconds
    }

    fn time(&mut self, field: &str, needed: bool) -> Option<String> {
        let present = !self.spec[field].is_null();
        let text = self.text(field);
        match &text {
            None if needed && !present => self.problems.push(format!("{field} is missing")),
            Some(written) if written.parse::<Timestamp>().is_err() => {
                self.problems.push(format!("{field} is no time that can be read: {}", plain(written)));
            }
            _ => {}
        }
        text
    }

    fn transitions(&mut self) -> Option<i64> {
        let value = &self.spec["leaseTransitions"];
        let count = value.as_i64().filter(|count| (0..=i64::from(i32::MAX)).contains(count));
        match (value, count) {
            (Value::Null, _) => {}
            (_, Some(count)) if count == i64::from(i32::MAX) => {
                self.problems.push("leaseTransitions is at the top of its range".to_owned());
            }
            (_, Some(_)) => {}
            (other, None) => {
                self.problems.push(format!("leaseTransitions is {}", number_or_noun(other)));
            }
        }
        count
    }
}

fn number_or_noun(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        other => noun(other).to_owned(),
    }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Writes what anybody may have written so that it cannot do anything to a terminal, nor fill it.
#[must_use]
pub fn plain(text: &str) -> String {
    const MOST: usize = 80;
    let mut written = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == MOST {
            written.push('…');
            break;
        }
        // Besides control characters: those that change the direction of what follows.
        let is_safe = !character.is_control()
            && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if is_safe { written.push(character) } else { written.extend(character.escape_unicode()) }
    }
    written
}

/// Writes a whole message so that it cannot do anything to a terminal: the cluster, or a webhook, has put its words into it.
#[must_use]
pub fn harmless(message: &str) -> String {
    // No more at once than is written in full.
    const PART: usize = 80;
    let characters: Vec<char> = message.chars().collect();
    characters.chunks(PART).map(|part| plain(&part.iter().collect::<String>())).collect()
}
