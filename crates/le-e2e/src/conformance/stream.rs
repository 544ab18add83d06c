//! A watch that is open, read event by event.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;
use tokio::time::timeout;

use super::answer::same;

/// How long an event may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The events of a watch, as they come.
#[derive(Debug)]
pub(crate) struct Watch {
    path: String,
    body: Body,
    buffer: Vec<u8>,
}

impl Watch {
    pub(super) fn new(path: &str, body: Body) -> Self {
        Self { path: path.to_owned(), body, buffer: Vec::new() }
    }

    /// The next event; `None` where the server ends the watch.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let event = serde_json::from_slice(&line);
                return event
                    .map(Some)
                    .with_context(|| format!("{}: {}", self.path, String::from_utf8_lossy(&line)));
            }
            let frame = timeout(PATIENCE, self.body.frame()).await;
            match frame.with_context(|| format!("{}: no event came", self.path))? {
                None => {
                    ensure!(self.buffer.is_empty(), "{}: the last line has no end", self.path);
                    return Ok(None);
                }
                Some(frame) => self.buffer.extend(frame?.into_data().unwrap_or_default()),
            }
        }
    }

    /// The next event, which must be of this sort and about this object. Bookmarks that come in between are passed over.
    pub(crate) async fn expect(&mut self, what: &str, name: &str) -> Result<Value> {
        loop {
            let Some(event) = self.next().await? else {
                bail!("{}: expected {what} {name}, came the end", self.path)
            };
            if event["type"] == "BOOKMARK" && what != "BOOKMARK" {
                continue;
            }
            same(&self.path, told(&event), format!("{what} {name}"))?;
            return Ok(event["object"].clone());
        }
    }

    /// All events until the server ends the watch, each in two words: what, and the name.
    pub(crate) async fn rest(&mut self) -> Result<Vec<String>> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(told(&event));
        }
        Ok(events)
    }
}

/// An event in two words.
fn told(event: &Value) -> String {
    let name = event["object"]["metadata"]["name"].as_str().unwrap_or_default();
    format!("{} {name}", event["type"].as_str().unwrap_or_default())
}
