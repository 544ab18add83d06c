//! What refuses writes of earlier leaders, as an admission policy of the API server does: nothing comes between it and the write.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use le_testkit::ApiServer;
use serde_json::Value;

use crate::arena::Arena;
use crate::entry::{Name, What};

/// Sets it up.
pub(super) fn set_up(server: &ApiServer, arena: Arena) {
    // Of each object the greatest token that has come: it outlives the object.
    let newest: Mutex<BTreeMap<Name, u64>> = Mutex::default();
    server.admit(move |request, _, object| {
        let Some(token) = token(object) else { return Ok(()) };
        let name: Name = object["metadata"]["name"].as_str().unwrap_or_default().into();
        let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = newest.entry(name.clone()).or_default();
        if token < *seen {
            arena.note(&request.client().into(), What::Fenced { object: name, token, seen: *seen });
            return Err("a newer leader has written this object".to_owned());
        }
        *seen = token;
        Ok(())
    });
}

/// The fencing token that an object carries.
pub(super) fn token(object: &Value) -> Option<u64> {
    object["metadata"]["annotations"][le_runtime::FENCING_TOKEN_ANNOTATION].as_str()?.parse().ok()
}
