//! The rules of labels, annotations, finalizers and owners.

use serde_json::{Value, json};

use super::answer::{Answer, same};
use super::{Bench, Done, claims};

claims!("metadata":
    labels_are_checked_by_key_and_value,
    annotations_are_checked_by_key_and_size,
    finalizers_are_qualified_names,
    an_owner_is_named_in_full,
    only_one_owner_is_the_controller,
    some_owners_are_never_allowed,
    what_is_done_with_dependents_is_said_once,
    texts_where_texts_belong,
    a_null_among_labels_is_an_empty_text,
);

async fn with(bench: &Bench, metadata: Value) -> anyhow::Result<Answer> {
    let mut metadata = metadata;
    metadata["name"] = "x".into();
    bench.post(&bench.maps(), json!({ "metadata": metadata })).await
}

const KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character \
                   (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with \
                     an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
                     '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const MAP: &str = r#"ConfigMap "x""#;

async fn labels_are_checked_by_key_and_value(bench: Bench) -> Done {
    for (labels, value, why) in [
        (json!({ "a b": "c" }), "a b", KEY),
        (json!({ "a": "-c" }), "-c", VALUE),
        (json!({ "a": "ä" }), "ä", VALUE),
    ] {
        let refused = with(&bench, json!({ "labels": labels })).await?;
        let message = format!("Invalid value: {value:?}: {why}");
        refused.invalid(MAP, "metadata.labels", "FieldValueInvalid", &message)?;
    }
    let (long, longer) = ("a".repeat(63), "a".repeat(64));
    for labels in [json!({ &longer: "" }), json!({ "a": longer })] {
        with(&bench, json!({ "labels": labels }))
            .await?
            .code(422)?
            .has("/details/causes/0/field", "metadata.labels".into())?;
    }
    with(&bench, json!({ "labels": { long.as_str(): long.as_str(), "acme.io/a": "" } })).await?.code(201)?;
    Ok(())
}

async fn annotations_are_checked_by_key_and_size(bench: Bench) -> Done {
    let refused = with(&bench, json!({ "annotations": { "a/b/c": "" } })).await?;
    refused.code(422)?.has("/details/causes/0/field", "metadata.annotations".into())?;
    let refused = with(&bench, json!({ "annotations": { "a": "x".repeat(262_144) } })).await?;
    let message = "Too long: may not be more than 262144 bytes";
    refused.invalid(MAP, "metadata.annotations", "FieldValueTooLong", message)?;
    with(&bench, json!({ "annotations": { "a": "x".repeat(262_143) } })).await?.code(201)?;
    Ok(())
}

async fn finalizers_are_qualified_names(bench: Bench) -> Done {
    let refused = with(&bench, json!({ "finalizers": ["a b"] })).await?;
    refused.code(422)?.has("/details/causes/0/field", "metadata.finalizers".into())?;
    with(&bench, json!({ "finalizers": ["acme.io/a"] })).await?.code(201)?;
    Ok(())
}

async fn an_owner_is_named_in_full(bench: Bench) -> Done {
    let whole = json!({ "apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u" });
    for field in ["apiVersion", "kind", "name", "uid"] {
        let mut owner = whole.clone();
        owner.as_object_mut().map(|owner| owner.remove(field));
        let refused = with(&bench, json!({ "ownerReferences": [owner] })).await?;
        refused
            .code(422)?
            .has("/details/causes/0/field", format!("metadata.ownerReferences[0].{field}").into())?;
    }
    with(&bench, json!({ "ownerReferences": [whole] })).await?.code(201)?;
    Ok(())
}

async fn only_one_owner_is_the_controller(bench: Bench) -> Done {
    let owner = |name: &str| json!({ "apiVersion": "v1", "kind": "Pod", "name": name, "uid": name, "controller": true });
    let refused = with(&bench, json!({ "ownerReferences": [owner("p"), owner("q")] })).await?;
    refused.code(422)?.has("/details/causes/0/field", "metadata.ownerReferences".into())?;
    let told = refused.text_at("/message")?.split(": ").last().unwrap_or_default();
    let why = "Only one reference can have Controller set to true. Found \"true\" in references for Pod/p and Pod/q";
    same("the end of the message", told, why)
}

async fn some_owners_are_never_allowed(bench: Bench) -> Done {
    let owner =
        |version: &str, kind: &str| json!([{ "apiVersion": version, "kind": kind, "name": "p", "uid": "u" }]);
    let refused = with(&bench, json!({ "ownerReferences": owner("a/b/c", "Pod") })).await?;
    let message = "Invalid value: \"a/b/c\": must be <group>/<version> or <version>";
    refused.invalid(MAP, "metadata.ownerReferences[0].apiVersion", "FieldValueInvalid", message)?;
    let refused = with(&bench, json!({ "ownerReferences": owner("v1", "Event") })).await?;
    let message = "Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"p\",\"uid\":\"u\"}: /v1, Kind=Event is \
                   disallowed from being an owner";
    refused.invalid(MAP, "metadata.ownerReferences[0]", "FieldValueInvalid", message)?;
    Ok(())
}

async fn what_is_done_with_dependents_is_said_once(bench: Bench) -> Done {
    let refused = with(&bench, json!({ "finalizers": ["orphan", "foregroundDeletion"] })).await?;
    let message = "Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be both set";
    refused.invalid(MAP, "metadata.finalizers", "FieldValueInvalid", message)?;
    Ok(())
}

async fn texts_where_texts_belong(bench: Bench) -> Done {
    let cannot = "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal";
    for (metadata, what) in [
        (
            json!({ "labels": { "a": 5 } }),
            "number into Go struct field ObjectMeta.metadata.labels of type string",
        ),
        (
            json!({ "finalizers": [5] }),
            "number into Go struct field ObjectMeta.metadata.finalizers of type string",
        ),
        (
            json!({ "labels": [] }),
            "array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
        ),
        (
            json!({ "generateName": {} }),
            "object into Go struct field ObjectMeta.metadata.generateName of type string",
        ),
    ] {
        with(&bench, metadata).await?.refused(400, "BadRequest", &format!("{cannot} {what}"))?;
    }
    Ok(())
}

async fn a_null_among_labels_is_an_empty_text(bench: Bench) -> Done {
    with(&bench, json!({ "labels": { "a": null } }))
        .await?
        .code(201)?
        .has("/metadata/labels", json!({ "a": "" }))?;
    Ok(())
}
