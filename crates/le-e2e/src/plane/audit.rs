//! Who asked for which Lease, as the API server wrote it down.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};

use serde::Deserialize;

use super::Plane;

/// A request for Leases that was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asked.
    pub user: String,
    /// In which namespace.
    pub namespace: String,
    /// `get`, `list`, `watch`, `create`, `update` and so on.
    pub verb: String,
    /// The name of the Lease, where one was named.
    pub name: String,
    /// The version that a write was computed from, where it said one.
    pub version: String,
    /// What the program calls itself.
    pub agent: String,
    /// The status of the answer.
    pub code: u16,
    /// When the request came, in RFC 3339 with microseconds: sorted as text it is sorted by time.
    pub at: String,
}

impl Plane {
    /// Returns what was asked about Leases so far, by the time at which it was answered. The last second may be missing.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub fn asked(&self) -> anyhow::Result<Vec<Asked>> {
        let mut asked = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // A log that has grown large is set aside under a name with the date.
            if name.starts_with("audit") && name.ends_with(".log") {
                let text = fs::read_to_string(&path)?;
                asked.extend(
                    text.lines()
                        .filter_map(|line| serde_json::from_str::<Event>(line).ok())
                        .filter(Event::counts)
                        .map(read),
                );
            }
        }
        Ok(asked)
    }

    /// Returns how long the log is, to look later at what came after.
    #[must_use]
    pub fn audit_mark(&self) -> u64 {
        fs::metadata(self.folder().join(LOG)).map_or(0, |metadata| metadata.len())
    }

    /// Returns what was asked since a mark, which is quicker than to read everything.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub fn asked_since(&self, mark: u64) -> anyhow::Result<Vec<Asked>> {
        let mut log = fs::File::open(self.folder().join(LOG))?;
        // One that is shorter by now is a new one.
        if log.metadata()?.len() >= mark {
            log.seek(SeekFrom::Start(mark))?;
        }
        let mut text = Vec::new();
        log.read_to_end(&mut text)?;
        let lines = String::from_utf8_lossy(&text);
        Ok(lines.lines().filter_map(|line| serde_json::from_str(line).ok()).map(read).collect())
    }
}

/// As `api_server` names it.
const LOG: &str = "audit.log";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    stage: String,
    verb: String,
    user: User,
    #[serde(default)]
    user_agent: String,
    object_ref: Option<ObjectRef>,
    response_status: Option<Status>,
    request_received_timestamp: String,
}

impl Event {
    /// A watch is written down when it begins and when it ends.
    fn counts(&self) -> bool {
        self.verb != "watch" || self.stage == "ResponseStarted"
    }
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ObjectRef {
    namespace: String,
    name: String,
    resource_version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: u16,
}

fn read(event: Event) -> Asked {
    let object = event.object_ref.unwrap_or_default();
    Asked {
        user: event.user.username,
        namespace: object.namespace,
        verb: event.verb,
        name: object.name,
        version: object.resource_version,
        agent: event.user_agent,
        code: event.response_status.unwrap_or_default().code,
        at: event.request_received_timestamp,
    }
}
