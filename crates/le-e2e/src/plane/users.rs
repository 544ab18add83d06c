//! Who may ask the API server, and with which token.

use std::fs;
use std::path::{Path, PathBuf};

/// How many replicas can have a user of their own in one namespace.
pub const REPLICAS: usize = 32;

/// The administrator.
pub const ADMIN: &str = "admin";

/// The service account of an operator, as the admission policies of the docs know it.
pub const OPERATOR: &str = "system:serviceaccount:acme:widget-operator";

/// The name of a user for a replica, who has no rights until some are granted.
#[must_use]
pub fn replica(index: usize) -> String {
    format!("replica-{index}")
}

/// The token of a user. The servers live for minutes and listen on loopback only.
pub(super) fn token(user: &str) -> String {
    format!("token-of-{}", user.replace(':', "-"))
}

/// Writes the file from which the API server knows its users.
pub(super) fn file(folder: &Path) -> anyhow::Result<PathBuf> {
    let line = |user: &str, group: &str| format!("{},{user},{user},{group}\n", token(user));
    let mut text = line(ADMIN, "system:masters") + &line(OPERATOR, "system:serviceaccounts");
    for index in 0..REPLICAS {
        text += &line(&replica(index), "replicas");
    }
    let path = folder.join("users.csv");
    fs::write(&path, text)?;
    Ok(path)
}
