//! OpenAPI v3, as far as `kubectl` reads it: which kinds there are, that unknown fields are checked here, and the fields that
//! are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::kind::Kind;
use crate::schema::{META, Schema, Type};

const ROOT: &str = "/openapi/v3";

pub(super) fn document(path: &str, kinds: &[Arc<Kind>]) -> Option<Value> {
    let rest = path.strip_prefix(ROOT)?.trim_start_matches('/');
    if rest.is_empty() {
        return Some(index(kinds));
    }
    let of_path: Vec<&Arc<Kind>> = kinds.iter().filter(|kind| base(kind) == rest).collect();
    if of_path.is_empty() {
        return None;
    }
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for kind in of_path {
        let namespace = if kind.is_namespaced() { "/namespaces/{namespace}" } else { "" };
        let collection = format!("/{rest}{namespace}/{}", kind.plural());
        let one = operations(kind, &["get", "put", "patch", "delete"]);
        paths.insert(format!("{collection}/{{name}}"), one);
        paths.insert(collection, operations(kind, &["get", "post", "delete"]));
        schemas.insert(schema_name(kind), schema(kind));
    }
    schemas.insert("ObjectMeta".to_owned(), fields(&META));
    Some(json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "v1.37.2" },
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}

fn index(kinds: &[Arc<Kind>]) -> Value {
    let bases: BTreeSet<String> = kinds.iter().map(|kind| base(kind)).collect();
    let paths: Map<String, Value> = bases
        .into_iter()
        .map(|base| {
            let url = format!("{ROOT}/{base}");
            (base, json!({ "serverRelativeURL": url }))
        })
        .collect();
    json!({ "paths": paths })
}

/// `api/v1` or `apis/<group>/<version>`.
fn base(kind: &Kind) -> String {
    let root = if kind.group().is_empty() { "api" } else { "apis" };
    format!("{root}/{}", kind.api_version())
}

fn operations(kind: &Kind, methods: &[&str]) -> Value {
    let parameter = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string", "uniqueItems": true } });
    let mut operations = Map::new();
    for method in methods {
        let mut parameters = Vec::new();
        if ["post", "put", "patch"].contains(method) {
            parameters = ["dryRun", "fieldManager", "fieldValidation"].map(parameter).to_vec();
        }
        let operation = json!({
            "parameters": parameters,
            "x-kubernetes-group-version-kind": group_version_kind(kind),
        });
        operations.insert((*method).to_owned(), operation);
    }
    Value::Object(operations)
}

fn group_version_kind(kind: &Kind) -> Value {
    json!({ "group": kind.group(), "version": kind.version(), "kind": kind.kind() })
}

fn schema_name(kind: &Kind) -> String {
    let group = if kind.group().is_empty() { "core" } else { kind.group() };
    format!("{group}.{}.{}", kind.version(), kind.kind())
}

fn schema(kind: &Kind) -> Value {
    let mut schema = match kind.rules.schema {
        Some(known) => fields(known),
        None => json!({
            "type": "object",
            "properties": {
                "apiVersion": { "type": "string" },
                "kind": { "type": "string" },
                "metadata": { "$ref": "#/components/schemas/ObjectMeta" },
                "spec": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                "status": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
            },
            "x-kubernetes-preserve-unknown-fields": true,
        }),
    };
    schema["description"] = format!("{} as this server keeps it.", kind.kind()).into();
    schema["x-kubernetes-group-version-kind"] = json!([group_version_kind(kind)]);
    schema
}

fn fields(schema: &'static Schema) -> Value {
    let properties: Map<String, Value> =
        schema.fields.iter().map(|(name, _, of)| ((*name).to_owned(), property(of))).collect();
    json!({ "type": "object", "properties": properties })
}

fn property(of: &'static Type) -> Value {
    match of {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int32 => json!({ "type": "integer", "format": "int32" }),
        Type::Int64 => json!({ "type": "integer", "format": "int64" }),
        Type::String => json!({ "type": "string" }),
        Type::Bytes => json!({ "type": "string", "format": "byte" }),
        Type::Time | Type::MicroTime => json!({ "type": "string", "format": "date-time" }),
        Type::Any | Type::Managed => json!({ "x-kubernetes-preserve-unknown-fields": true }),
        Type::Map(of) => json!({ "type": "object", "additionalProperties": property(of) }),
        Type::List(of) => json!({ "type": "array", "items": property(of) }),
        Type::Struct(schema) if schema.name == META.name => {
            json!({ "$ref": "#/components/schemas/ObjectMeta" })
        }
        Type::Struct(schema) => fields(schema),
        Type::Pointer(of) => property(of),
    }
}
