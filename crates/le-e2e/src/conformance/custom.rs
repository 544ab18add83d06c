//! Custom resources: kinds that are registered.

use http::Method;
use serde_json::{Value, json};

use super::bench::APPLY;
use super::{Bench, Done, claims};

claims!("custom":
    what_is_sent_is_kept_but_for_the_status,
    the_generation_counts_what_is_wanted,
    a_version_is_due_with_a_put,
    a_custom_resource_must_say_what_it_is,
    its_items_say_what_they_are,
    its_lists_are_owned_as_a_whole,
    methods_that_it_does_not_have_are_405_in_its_own_words,
    a_put_creates_nothing,
);

fn widgets(bench: &Bench) -> String {
    bench.group("acme.io/v1", "widgets")
}

fn widget(fields: Value) -> Value {
    let mut widget = fields;
    widget["apiVersion"] = "acme.io/v1".into();
    widget["kind"] = "Widget".into();
    widget["metadata"]["name"] = "w".into();
    widget
}

async fn what_is_sent_is_kept_but_for_the_status(bench: Bench) -> Done {
    let sent = widget(json!({ "spec": { "any": [1, null, { "a": "b" }] }, "status": { "a": 1 } }));
    let made = bench.made(&widgets(&bench), sent).await?;
    made.has("/spec", json!({ "any": [1, null, { "a": "b" }] }))?.has("/status", Value::Null)?;
    made.has("/metadata/generation", 1.into())?;
    Ok(())
}

async fn the_generation_counts_what_is_wanted(bench: Bench) -> Done {
    bench.made(&widgets(&bench), widget(json!({ "spec": { "any": 1 } }))).await?;
    let path = format!("{}/w", widgets(&bench));
    let reported =
        bench.merge(&format!("{path}/status"), json!({ "status": { "a": 2 }, "spec": { "any": 5 } })).await?;
    reported.code(200)?.has("/metadata/generation", 1.into())?.has("/status/a", 2.into())?;
    reported.has("/spec/any", 1.into())?;
    let changed = bench.merge(&path, json!({ "spec": { "any": 2 } })).await?;
    changed.code(200)?.has("/metadata/generation", 2.into())?;
    let labelled = bench.merge(&path, json!({ "metadata": { "labels": { "a": "b" } } })).await?;
    labelled.code(200)?.has("/metadata/generation", 2.into())?;
    Ok(())
}

async fn a_version_is_due_with_a_put(bench: Bench) -> Done {
    let made = bench.made(&widgets(&bench), widget(json!({}))).await?;
    let path = format!("{}/w", widgets(&bench));
    let refused = bench.put(&path, widget(json!({}))).await?;
    let message = "Invalid value: 0: must be specified for an update";
    refused.invalid(r#"widgets.acme.io "w""#, "metadata.resourceVersion", "FieldValueInvalid", message)?;
    let body = widget(json!({ "metadata": { "resourceVersion": made.version()? }, "spec": { "a": 1 } }));
    bench.put(&path, body).await?.code(200)?.has("/spec/a", 1.into())?;
    Ok(())
}

async fn a_custom_resource_must_say_what_it_is(bench: Bench) -> Done {
    let refused = bench.post(&widgets(&bench), json!({ "metadata": { "name": "w" } })).await?;
    refused.code(400)?.has("/reason", "BadRequest".into())?;
    let body = json!({ "apiVersion": "acme.io/v2", "kind": "Widget", "metadata": { "name": "w" } });
    let refused = bench.post(&widgets(&bench), body).await?;
    let message =
        "the API version in the data (acme.io/v2) does not match the expected API version (acme.io/v1)";
    refused.refused(400, "BadRequest", message)?;
    let body = json!({ "apiVersion": "acme.io/v1", "kind": "Foo", "metadata": { "name": "w" } });
    let refused = bench.post(&widgets(&bench), body).await?;
    let message = "Invalid value: \"Foo\": must be Widget";
    refused.invalid(r#"Foo.acme.io "w""#, "kind", "FieldValueInvalid", message)?;
    Ok(())
}

async fn its_items_say_what_they_are(bench: Bench) -> Done {
    bench.made(&widgets(&bench), widget(json!({}))).await?;
    let list = bench.get(&widgets(&bench)).await?;
    list.lists("w")?.has("/kind", "WidgetList".into())?.has("/items/0/kind", "Widget".into())?;
    list.has("/items/0/apiVersion", "acme.io/v1".into())?.has("/metadata/continue", "".into())?;
    Ok(())
}

async fn its_lists_are_owned_as_a_whole(bench: Bench) -> Done {
    let apply = |manager: &str, list: Value| {
        let path = format!("{}/w?fieldManager={manager}", widgets(&bench));
        let bench = bench.clone();
        async move { bench.patch(&path, APPLY, widget(json!({ "spec": { "list": list } }))).await }
    };
    apply("m", json!([1, 2])).await?.code(201)?;
    let refused = apply("n", json!([3])).await?;
    let message = r#"Apply failed with 1 conflict: conflict with "m": .spec.list"#;
    refused.refused(409, "Conflict", message)?;
    apply("n", json!([1, 2])).await?.code(200)?;
    Ok(())
}

async fn methods_that_it_does_not_have_are_405_in_its_own_words(bench: Bench) -> Done {
    for (method, action) in [(Method::POST, "create"), (Method::DELETE, "delete")] {
        let path = format!("{}/w/status", widgets(&bench));
        let headers = [("content-type", "application/json")];
        let refused = bench.send(method, &path, &headers, "{}").await?;
        let message = format!(r#"{action} is not supported on resources of kind "widgets.acme.io""#);
        refused.refused(405, "MethodNotAllowed", &message)?;
        refused.details(json!({ "group": "acme.io", "kind": "widgets" }))?;
    }
    let refused = bench.put(&widgets(&bench), widget(json!({}))).await?;
    refused.refused(400, "BadRequest", "name must be provided")?;
    let refused = bench.delete("/apis/acme.io/v1/widgets").await?;
    super::answer::same("the text", refused.code(404)?.text.as_str(), "404 page not found\n")?;
    // The name at the end of the path of a creation is passed over.
    bench
        .made(&format!("{}/v", widgets(&bench)), widget(json!({})))
        .await?
        .has("/metadata/name", "w".into())?;
    Ok(())
}

async fn a_put_creates_nothing(bench: Bench) -> Done {
    let refused = bench.put(&format!("{}/w", widgets(&bench)), widget(json!({}))).await?;
    refused.refused(404, "NotFound", r#"widgets.acme.io "w" not found"#)?;
    let refused = bench.get(&format!("{}/w/scale", widgets(&bench))).await?;
    refused.code(404)?;
    Ok(())
}
