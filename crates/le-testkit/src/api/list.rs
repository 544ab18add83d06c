//! Lists: whole, in pages, or as of an earlier version.

use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::options::ListOptions;
use super::{Call, Shape, go_json, shape};
use crate::failure::{Failure, Outcome};
use crate::schema;
use crate::select::Selector;
use crate::store::{Key, Snapshot};
use crate::table;

/// The objects of one page of a list, and the metadata of the list.
pub(super) struct Page {
    pub(super) metadata: Value,
    pub(super) objects: Vec<(Key, Arc<Value>)>,
}

/// Where a list that came in pages goes on: after which key, and as of which version.
struct Place {
    /// `None` goes on with whatever there is now.
    version: Option<u64>,
    after: (String, String),
}

impl Call {
    pub(super) fn list(&self) -> Outcome<Response<Body>> {
        let wanted = Shape::negotiate(&self.request)?;
        let Page { mut metadata, objects } = self.page()?;
        let shown: Vec<_> = objects.iter().map(|(_, object)| self.kind.shown(object)).collect();
        let items = shown.iter().map(|object| &**object);
        let answer = match wanted {
            Shape::Object => {
                if self.kind.rules.custom && metadata.get("continue").is_none() {
                    metadata["continue"] = "".into();
                }
                self.list_of(metadata, items)
            }
            Shape::Metadata => json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "items": items.map(shape::partial).collect::<Vec<_>>(),
            }),
            Shape::Table => table::table(&self.kind, &self.server.clock, items, metadata, true),
        };
        Ok(shape::json(StatusCode::OK, &answer))
    }

    /// The objects that a request is about.
    pub(super) fn page(&self) -> Outcome<Page> {
        let options = ListOptions::parse(&self.request)?;
        let selector = Selector::parse(&self.request, &self.kind)?;
        let namespace = self.target.namespace.as_deref();
        let place =
            options.token.as_deref().map(|token| Place::parse(token, namespace, &options)).transpose()?;
        let snapshot = self.snapshot(&options, place.as_ref())?;
        let objects = match &place {
            Some(Place { after: (namespace, name), .. }) => snapshot.after(namespace, name),
            None => &snapshot.objects,
        };
        // Of any version there is, the real server gives all: its cache does not count.
        let whole = options.limit == 0 || options.version == Some(0);
        let limit = if whole { usize::MAX } else { options.limit };
        let matching = objects.iter().enumerate().filter(|(_, (_, object))| selector.matches(object));
        let page: Vec<(usize, &(Key, Arc<Value>))> = matching.take(limit).collect();
        let mut metadata = json!({ "resourceVersion": snapshot.version.to_string() });
        // A full page goes on where anything is left, even if none of it matches.
        if let Some((at, (last, _))) = page.last()
            && page.len() == limit
            && at + 1 < objects.len()
        {
            metadata["continue"] = Place::token(snapshot.version, last, namespace).into();
            if selector.is_empty() {
                metadata["remainingItemCount"] = (objects.len() - page.len()).into();
            }
            self.server.store().keep(Arc::clone(&snapshot));
        }
        let objects = page.into_iter().map(|(_, (key, object))| (key.clone(), Arc::clone(object)));
        Ok(Page { metadata, objects: objects.collect() })
    }

    /// Makes a list. The items of a custom resource say what they are, those of others do not.
    pub(super) fn list_of<'a>(&self, metadata: Value, items: impl Iterator<Item = &'a Value>) -> Value {
        let custom = self.kind.rules.custom;
        let items: Vec<Value> =
            items.map(|item| if custom { item.clone() } else { without_type(item) }).collect();
        json!({
            "kind": format!("{}List", self.kind.kind()),
            "apiVersion": self.kind.api_version(),
            "metadata": metadata,
            "items": items,
        })
    }

    /// The objects, as of the version that was asked for.
    fn snapshot(&self, options: &ListOptions, place: Option<&Place>) -> Outcome<Arc<Snapshot>> {
        let store = self.server.store();
        let (resource, namespace) = (self.kind.storage(), self.target.namespace.as_deref());
        let current = store.version();
        let wanted = match place {
            Some(place) => place.version.unwrap_or(current),
            None => options.version.filter(|_| options.exact).unwrap_or(current),
        };
        let asked = place.and_then(|place| place.version).or(options.version);
        if let Some(version) = asked.filter(|version| *version > current) {
            return Err(Failure::too_large_version(version, current));
        }
        store.at(resource, namespace, wanted).map_err(|_| match place {
            Some(place) => Failure::continue_expired(&place.without_version(namespace)),
            None => Failure::expired("The resourceVersion for the provided list is too old."),
        })
    }
}

impl Place {
    fn parse(token: &str, namespace: Option<&str>, options: &ListOptions) -> Outcome<Self> {
        let invalid = |why: &str| {
            Failure::bad_request(format!("invalid continue token: continue key is not valid: {why}"))
        };
        let bytes =
            URL_SAFE_NO_PAD.decode(token).map_err(|error| invalid(&schema::illegal_base64(&error)))?;
        let token: Value = serde_json::from_slice(&bytes).map_err(|_| invalid(&go_json::error(&bytes)))?;
        if !token.is_object() {
            let what = schema::go_kind(&token);
            return Err(invalid(&format!(
                "json: cannot unmarshal {what} into Go value of type storage.continueToken"
            )));
        }
        if token["v"] != "meta.k8s.io/v1" {
            let version = token["v"].as_str().unwrap_or_default();
            return Err(invalid(&format!("server does not recognize this encoded version {version}")));
        }
        let version = token["rv"].as_i64().filter(|version| *version != 0);
        let Some(version) = version else {
            return Err(invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)"));
        };
        let whole = token["start"].as_str().unwrap_or_default();
        if whole.is_empty() {
            return Err(invalid("encoded start key empty (version meta.k8s.io/v1)"));
        }
        let start = whole.strip_prefix('/').unwrap_or(whole);
        // It must lead nowhere else.
        if start.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            return Err(invalid(whole));
        }
        let start = start.trim_end_matches('\0');
        // What stands in it is the way from where the list begins.
        let after = match namespace {
            Some(namespace) => (namespace, start),
            None => start.split_once('/').unwrap_or(("", start)),
        };
        if options.version.is_some_and(|version| version != 0) {
            return Err(Failure::bad_request(
                "specifying resource version is not allowed when using continue",
            ));
        }
        Ok(Self { version: u64::try_from(version).ok(), after: (after.0.into(), after.1.into()) })
    }

    fn token(version: u64, last: &Key, namespace: Option<&str>) -> String {
        let start = match (namespace, &*last.namespace) {
            (Some(_), _) | (_, "") => format!("{}\0", last.name),
            (None, namespace) => format!("{namespace}/{}\0", last.name),
        };
        Self::encode(&json!(version), &start)
    }

    /// A token with which a list goes on although its version is gone.
    fn without_version(&self, listed: Option<&str>) -> String {
        let (namespace, name) = &self.after;
        let within = listed.is_some() || namespace.is_empty();
        let start = if within { format!("{name}\0") } else { format!("{namespace}/{name}\0") };
        Self::encode(&json!(-1), &start)
    }

    fn encode(version: &Value, start: &str) -> String {
        let token = json!({ "v": "meta.k8s.io/v1", "rv": version, "start": start });
        URL_SAFE_NO_PAD.encode(token.to_string())
    }
}

/// The items of a list do not repeat what they are.
fn without_type(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("kind");
        fields.remove("apiVersion");
    }
    object
}
