//! The parameters of requests, read as strictly as the real server reads them.

use std::num::{IntErrorKind, ParseIntError};

use crate::failure::{Failure, FieldError, Outcome};
use crate::request::{Request, Verb};

/// The most that the name of a manager may take.
const MANAGER_LIMIT: usize = 128;

/// What a write asks for beside its body.
#[derive(Clone, Debug)]
pub(crate) struct WriteOptions {
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
    pub(crate) manager: String,
    pub(crate) unknown_fields: UnknownFields,
}

/// What becomes of fields that a type does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownFields {
    Ignore,
    Warn,
    Refuse,
}

impl WriteOptions {
    pub(crate) fn parse(request: &Request) -> Outcome<Self> {
        let options = match request.verb() {
            Verb::Create => "CreateOptions",
            Verb::Update => "UpdateOptions",
            Verb::Patch => "PatchOptions",
            _ => "DeleteOptions",
        };
        let refuse = |error| Failure::invalid_as("meta.k8s.io", options, "", vec![error]);
        let dry = request.queries("dryRun");
        if dry.iter().any(|value| *value != "All") {
            return Err(refuse(FieldError::not_supported_list("dryRun", &dry, &["All"])));
        }
        let dry_run = !dry.is_empty();
        let unknown_fields = match request.query("fieldValidation") {
            None | Some("" | "Warn") => UnknownFields::Warn,
            Some("Ignore") => UnknownFields::Ignore,
            Some("Strict") => UnknownFields::Refuse,
            // A deletion has no fields.
            Some(_) if options == "DeleteOptions" => UnknownFields::Ignore,
            Some(other) => {
                let allowed = ["", "Ignore", "Strict", "Warn"];
                return Err(refuse(FieldError::not_supported("fieldValidation", other, &allowed)));
            }
        };
        let manager = match request.query("fieldManager") {
            None | Some("") => manager_of(request),
            Some(manager) if manager.len() > MANAGER_LIMIT => {
                return Err(refuse(FieldError::too_long("fieldManager", MANAGER_LIMIT)));
            }
            Some(manager) => {
                let bad = manager.chars().enumerate().find(|(_, character)| character.is_control());
                if let Some((at, character)) = bad {
                    let message =
                        format!("invalid character U+{:04X} (at position {at})", u32::from(character));
                    return Err(refuse(FieldError::invalid("fieldManager", &manager.into(), message)));
                }
                manager.to_owned()
            }
        };
        Ok(Self { dry_run, force: flag(request, "force"), manager, unknown_fields })
    }
}

/// Without a name of its own, the manager is the program that sent the request.
fn manager_of(request: &Request) -> String {
    let agent = match request.user_agent() {
        "" => request.client(),
        agent => agent.split('/').next().unwrap_or(agent),
    };
    agent.chars().take(MANAGER_LIMIT).collect()
}

/// What a list or a watch asks for.
#[derive(Clone, Debug)]
pub(crate) struct ListOptions {
    pub(crate) limit: usize,
    pub(crate) token: Option<String>,
    /// `None` is unset; `Some(0)` is any.
    pub(crate) version: Option<u64>,
    pub(crate) exact: bool,
    pub(crate) send_initial: Option<bool>,
    pub(crate) bookmarks: bool,
    pub(crate) timeout_seconds: Option<u64>,
}

impl ListOptions {
    pub(crate) fn parse(request: &Request) -> Outcome<Self> {
        let watch = request.verb() == Verb::Watch;
        let query = |key| request.query(key).filter(|value| !value.is_empty());
        let (limit, timeout) = (number(request, "limit")?, number(request, "timeoutSeconds")?);
        let text = query("resourceVersion");
        let version: Result<Option<u64>, _> = text.map(str::parse).transpose();
        let token = query("continue").map(str::to_owned);
        let (unset, given) =
            (query("resourceVersionMatch").is_none(), version != Ok(None) && version != Ok(Some(0)));
        // Before there was a match to ask for, a page of a version was of that version.
        let page_of = unset && given && token.is_none() && limit.unwrap_or(0) > 0;
        let options = Self {
            limit: usize::try_from(limit.unwrap_or(0)).unwrap_or(0),
            token,
            version: version.clone().unwrap_or(Some(u64::MAX)),
            exact: page_of || query("resourceVersionMatch") == Some("Exact"),
            send_initial: query("sendInitialEvents").map(|text| text != "false" && text != "0"),
            bookmarks: flag(request, "allowWatchBookmarks"),
            timeout_seconds: timeout.and_then(|seconds| u64::try_from(seconds).ok()),
        };
        let errors = match watch {
            true => check_watch(&options, query("resourceVersionMatch")),
            false => check_list(&options, query("resourceVersionMatch")),
        };
        if !errors.is_empty() {
            return Err(Failure::invalid_as("meta.k8s.io", "ListOptions", "", errors));
        }
        match version {
            Ok(_) => Ok(options),
            Err(_) => Err(bad_version(text.unwrap_or_default(), watch)),
        }
    }
}

fn check_list(options: &ListOptions, matching: Option<&str>) -> Vec<FieldError> {
    const FIELD: &str = "resourceVersionMatch";
    let mut errors = Vec::new();
    if let Some(matching) = matching {
        if options.version.is_none() {
            let message = "resourceVersionMatch is forbidden unless resourceVersion is provided";
            errors.push(FieldError::forbidden(FIELD, message));
        }
        if options.token.is_some() {
            let message = "resourceVersionMatch is forbidden when continue is provided";
            errors.push(FieldError::forbidden(FIELD, message));
        }
        if !["Exact", "NotOlderThan"].contains(&matching) {
            errors.push(FieldError::not_supported(FIELD, matching, &["Exact", "NotOlderThan", ""]));
        }
        if options.exact && options.version == Some(0) {
            let message = r#"resourceVersionMatch "exact" is forbidden for resourceVersion "0""#;
            errors.push(FieldError::forbidden(FIELD, message));
        }
    }
    if options.send_initial.is_some() {
        errors.push(FieldError::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    errors
}

fn check_watch(options: &ListOptions, matching: Option<&str>) -> Vec<FieldError> {
    const FIELD: &str = "resourceVersionMatch";
    let mut errors = Vec::new();
    if options.send_initial.is_some() && matching != Some("NotOlderThan") {
        let message = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
        errors.push(FieldError::forbidden(FIELD, message));
    }
    if let Some(matching) = matching {
        if options.send_initial.is_none() {
            let message = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            errors.push(FieldError::forbidden(FIELD, message));
        }
        if matching != "NotOlderThan" {
            errors.push(FieldError::not_supported(FIELD, matching, &["NotOlderThan"]));
        }
    }
    if options.token.is_some() {
        let message = "resourceVersionMatch is forbidden when continue is provided";
        errors.push(FieldError::forbidden(FIELD, message));
    }
    errors
}

/// A parameter that counts as set unless it says `false` or `0`.
pub(crate) fn flag(request: &Request, key: &str) -> bool {
    request.query(key).is_some_and(|text| text != "false" && text != "0")
}

fn number(request: &Request, key: &str) -> Outcome<Option<i64>> {
    match request.query(key) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|error: ParseIntError| {
            let why = match error.kind() {
                IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
                _ => "invalid syntax",
            };
            Failure::bad_request(format!("strconv.ParseInt: parsing {text:?}: {why}"))
        }),
    }
}

fn bad_version(text: &str, watch: bool) -> Failure {
    let why = bad_version_text(text);
    if watch {
        Failure::unforeseen(why)
    } else {
        Failure::bad_request(format!("invalid resource version: {why}"))
    }
}

/// What is wrong with a resourceVersion that is no number.
pub(super) fn bad_version_text(text: &str) -> String {
    format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax")
}
