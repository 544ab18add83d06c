//! Watches: what is there, then what happens, with bookmarks, until the time is up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::Response;
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::options::ListOptions;
use super::{Call, Shape, shape};
use crate::bell::Ear;
use crate::failure::{Failure, Outcome};
use crate::faults::{Flow, Tap};
use crate::meta;
use crate::schema::decode;
use crate::select::Selector;
use crate::store::{Change, Event};
use crate::table;

/// How long a watch lasts that does not say: the real server draws between 30 and 60 minutes.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);
/// How often a bookmark comes.
const BOOKMARK_PERIOD: Duration = Duration::from_secs(60);
/// How long before the end the last bookmark comes.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);

/// A watch that is open.
struct Watch {
    call: Call,
    shape: Shape,
    selector: Selector,
    bookmarks: bool,
    /// The version up to which everything was looked at.
    seen: u64,
    /// Lines that wait to be sent.
    ready: VecDeque<Bytes>,
    changed: Ear,
    tap: Tap,
    deadline: Instant,
    next_bookmark: Instant,
    /// Table columns are sent once.
    columns_sent: bool,
    finished: bool,
}

impl Call {
    pub(crate) fn watch(self, tap: Tap) -> Outcome<Response<Body>> {
        self.check_path()?;
        let wanted = Shape::negotiate(&self.request)?;
        let options = ListOptions::parse(&self.request)?;
        let mut selector = Selector::parse(&self.request, &self.kind)?;
        if let Some(name) = &self.target.name {
            selector = selector.named(name);
        }
        let timeout = options.timeout_seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        let now = Instant::now();
        let deadline = now + timeout.unwrap_or(DEFAULT_TIMEOUT);
        let changed = self.server.store().listen();
        let mut watch = Watch {
            shape: wanted,
            selector,
            bookmarks: options.bookmarks,
            seen: 0,
            ready: VecDeque::new(),
            changed,
            tap,
            deadline,
            next_bookmark: next_bookmark(now, deadline),
            columns_sent: false,
            finished: false,
            call: self,
        };
        watch.begin(&options);
        let lines = stream::unfold(watch, |mut watch| async move {
            let line = watch.next().await?;
            Some((line, watch))
        });
        let mut response = Response::new(Body::from_stream(lines));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }
}

fn next_bookmark(now: Instant, deadline: Instant) -> Instant {
    let last = deadline - LAST_BOOKMARK;
    if now < last { (now + BOOKMARK_PERIOD).min(last) } else { deadline + BOOKMARK_PERIOD }
}

impl Watch {
    /// Sends what is there, if the watch wants it, and sets from where it goes on.
    fn begin(&mut self, options: &ListOptions) {
        let server = Arc::clone(&self.call.server);
        let store = server.store();
        let current = store.version();
        let from = options.version.unwrap_or(0);
        if options.send_initial.is_some() && from > current {
            drop(store);
            self.line("ERROR", &Failure::too_large_version(from, current).status());
            self.finished = true;
            return;
        }
        // To ask for a watch from the present is to ask for what there is first.
        let initial = options.send_initial.unwrap_or(from == 0);
        self.seen = if initial || from == 0 { current } else { from };
        if initial {
            let namespace = self.call.target.namespace.as_deref();
            let objects: Vec<Arc<Value>> = store
                .range(self.call.kind.storage(), namespace)
                .filter(|(_, stored)| self.selector.matches(&stored.object))
                .map(|(_, stored)| Arc::clone(&stored.object))
                .collect();
            drop(store);
            for object in objects {
                self.push("ADDED", &object);
            }
            if self.bookmarks {
                self.bookmark(true);
            }
        }
    }

    /// Waits for the next lines; `None` ends the stream.
    async fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        loop {
            if self.finished && self.ready.is_empty() {
                return None;
            }
            self.collect();
            match self.tap.flow() {
                Flow::Cut => return None,
                Flow::Broken => {
                    self.finished = true;
                    self.ready.clear();
                    return Some(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
                }
                // Nothing comes through, not even the end: what there is waits until the way is open again.
                Flow::Unreachable => {
                    self.tap.changed().await;
                    continue;
                }
                Flow::Silent if Instant::now() < self.deadline => {
                    tokio::select! {
                        biased;
                        () = self.tap.changed() => {}
                        () = sleep_until(self.deadline) => {}
                    }
                    continue;
                }
                Flow::Silent => return None,
                Flow::Open => {}
            }
            if !self.ready.is_empty() {
                return Some(Ok(self.ready.drain(..).collect::<Vec<_>>().concat().into()));
            }
            if self.finished || Instant::now() >= self.deadline {
                return None;
            }
            let bookmark = if self.bookmarks { self.next_bookmark } else { self.deadline };
            tokio::select! {
                biased;
                () = self.changed.rung() => {}
                () = self.tap.changed() => {}
                () = sleep_until(bookmark.min(self.deadline)) => self.ring(),
            }
        }
    }

    /// Sends a bookmark when its time has come.
    fn ring(&mut self) {
        let now = Instant::now();
        if self.bookmarks && now >= self.next_bookmark {
            self.collect();
            self.bookmark(false);
            self.next_bookmark = next_bookmark(now, self.deadline);
        }
    }

    /// Looks at what happened since.
    fn collect(&mut self) {
        if self.finished {
            return;
        }
        self.changed.forget();
        let server = Arc::clone(&self.call.server);
        let store = server.store();
        let current = store.version();
        if current <= self.seen {
            return;
        }
        let events: Result<Vec<Event>, _> = store.since(self.seen).map(|events| {
            let kind = self.call.kind.storage();
            let namespace = self.call.target.namespace.as_deref();
            events
                .filter(|event| {
                    &*event.key.resource == kind && namespace.is_none_or(|one| event.key.namespace == one)
                })
                .cloned()
                .collect()
        });
        drop(store);
        match events {
            Ok(events) => {
                for event in &events {
                    self.event(event);
                }
                self.seen = current;
            }
            Err(too_old) => {
                let message = format!("too old resource version: {} ({})", too_old.wanted, too_old.oldest);
                self.line("ERROR", &Failure::expired(message).status());
                self.finished = true;
            }
        }
    }

    /// An object that begins to match appears, one that ceases to match goes.
    fn event(&mut self, event: &Event) {
        let matches = event.change != Change::Deleted && self.selector.matches(&event.object);
        let matched = event.before.as_ref().is_some_and(|before| self.selector.matches(before));
        match (matched, matches) {
            (false, true) => self.push("ADDED", &event.object),
            (true, true) => self.push("MODIFIED", &event.object),
            (true, false) => {
                // What goes is the last state that was seen, under the version of its going.
                let mut last = Value::clone(event.before.as_ref().unwrap_or(&event.object));
                meta::set(&mut last, "resourceVersion", event.version.to_string().into());
                self.push("DELETED", &last);
            }
            (false, false) => {}
        }
    }

    fn push(&mut self, what: &str, object: &Value) {
        let kind = Arc::clone(&self.call.kind);
        let object = kind.shown(object);
        let shown = match self.shape {
            Shape::Object => object.into_owned(),
            Shape::Metadata => shape::partial(&object),
            Shape::Table => {
                let list = json!({ "resourceVersion": meta::text(&object, "resourceVersion") });
                let first = !std::mem::replace(&mut self.columns_sent, true);
                table::table(&kind, &self.call.server.clock, [&*object], list, first)
            }
        };
        self.line(what, &shown);
    }

    fn bookmark(&mut self, initial_end: bool) {
        let (kind, version) = (&self.call.kind, self.seen.to_string());
        let mut metadata = json!({ "resourceVersion": version });
        if initial_end {
            metadata["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        let object = match self.shape {
            Shape::Metadata => json!({
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            }),
            _ => {
                let empty = kind.rules.schema.and_then(|schema| decode(&json!({}), schema).ok());
                let mut object = empty.map_or_else(|| json!({}), |(object, _)| object);
                object["kind"] = kind.kind().into();
                object["apiVersion"] = kind.api_version().into();
                object["metadata"] = metadata;
                object
            }
        };
        self.line("BOOKMARK", &object);
    }

    fn line(&mut self, what: &str, object: &Value) {
        let line = format!("{{\"type\":\"{what}\",\"object\":{object}}}\n");
        self.ready.push_back(line.into());
    }
}
