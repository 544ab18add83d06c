//! The forms of bodies and answers.

use http::Method;
use serde_json::json;

use super::answer::same;
use super::bench::YAML;
use super::{Bench, Done, claims};

claims!("media":
    a_body_that_is_no_json_is_told_in_the_words_of_go,
    a_deeply_nested_body_is_refused,
    a_body_above_three_megabytes_is_413,
    an_object_of_another_type_is_refused,
    yaml_is_read,
    a_body_of_another_sort_is_415,
    a_patch_of_another_sort_is_415,
    an_answer_of_another_sort_is_406,
    of_several_forms_the_first_that_there_is_is_sent,
);

async fn a_body_that_is_no_json_is_told_in_the_words_of_go(bench: Bench) -> Done {
    for (body, why) in [
        ("hello", "invalid character 'h' looking for beginning of value (68656c6c6f)"),
        ("", "unexpected end of JSON input (<empty>)"),
        (r#"{"metadata":"#, r#"unexpected end of JSON input ({"metadata":)"#),
        (r#"{"a":1,}"#, r#"invalid character '}' looking for beginning of object key string ({"a":1,})"#),
        (r#"{"a" 1}"#, r#"invalid character '1' after object key ({"a" 1})"#),
        (r#"{"a":[1 2]}"#, r#"invalid character '2' after array element ({"a":[1 2]})"#),
        (r#"{"a":tru}"#, r#"invalid character '}' in literal true (expecting 'e') ({"a":tru})"#),
        ("{} x", "invalid character 'x' after top-level value ({} x)"),
    ] {
        let headers = [("content-type", "application/json")];
        let refused = bench.send(Method::POST, &bench.leases(), &headers, body).await?;
        let message = format!(
            "the object provided is unrecognized (must be of type Lease): couldn't get version/kind; json parse error: {why}"
        );
        refused.refused(400, "BadRequest", &message)?.details(json!(null))?;
    }
    Ok(())
}

async fn a_deeply_nested_body_is_refused(bench: Bench) -> Done {
    let body = "[".repeat(1_000_000);
    bench
        .send(Method::POST, &bench.leases(), &[("content-type", "application/json")], body)
        .await?
        .code(400)?;
    Ok(())
}

async fn a_body_above_three_megabytes_is_413(bench: Bench) -> Done {
    let body = " ".repeat(3 * 1024 * 1024 + 1);
    let refused =
        bench.send(Method::POST, &bench.maps(), &[("content-type", "application/json")], body).await?;
    refused.refused(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")?;
    Ok(())
}

async fn an_object_of_another_type_is_refused(bench: Bench) -> Done {
    for (api_version, kind, why) in [
        (
            "v1",
            "ConfigMap",
            "ConfigMap in version \"v1\" cannot be handled as a Lease: converting (v1.ConfigMap) to (coordination.Lease): unknown \
             conversion",
        ),
        (
            "coordination.k8s.io/v1",
            "Foo",
            "Foo in version \"v1\" cannot be handled as a Lease: no kind \"Foo\" is registered for version \
             \"coordination.k8s.io/v1\" in scheme \"pkg/runtime/scheme.go:111\"",
        ),
        (
            "coordination.k8s.io/v1beta1",
            "Lease",
            "the API version in the data (coordination.k8s.io/v1beta1) does not match the expected API version \
             (coordination.k8s.io/v1)",
        ),
    ] {
        let body = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "x" } });
        bench.post(&bench.leases(), body).await?.refused(400, "BadRequest", why)?;
    }
    Ok(())
}

async fn yaml_is_read(bench: Bench) -> Done {
    let yaml = "metadata:\n  name: x\nspec:\n  holderIdentity: me\n";
    let made = bench.send(Method::POST, &bench.leases(), &[("content-type", YAML)], yaml).await?;
    made.code(201)?.has("/spec", json!({ "holderIdentity": "me" }))?;
    Ok(())
}

async fn a_body_of_another_sort_is_415(bench: Bench) -> Done {
    let refused = bench.send(Method::POST, &bench.leases(), &[("content-type", "text/plain")], "x").await?;
    refused.code(415)?.has("/reason", "UnsupportedMediaType".into())?;
    Ok(())
}

async fn a_patch_of_another_sort_is_415(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for media in ["application/json", "text/plain"] {
        let refused = bench.patch(&bench.map("x"), media, json!({})).await?;
        refused.code(415)?.has("/reason", "UnsupportedMediaType".into())?;
    }
    Ok(())
}

async fn an_answer_of_another_sort_is_406(bench: Bench) -> Done {
    let refused = bench.send(Method::GET, &bench.leases(), &[("accept", "text/html")], "").await?;
    refused.code(406)?.has("/reason", "NotAcceptable".into())?;
    Ok(())
}

async fn of_several_forms_the_first_that_there_is_is_sent(bench: Bench) -> Done {
    for accept in ["text/html, application/json", "application/json;q=0.5, text/html", "*/*"] {
        let answer = bench.send(Method::GET, &bench.leases(), &[("accept", accept)], "").await?;
        same("the content type", answer.code(200)?.header("content-type"), "application/json")?;
    }
    Ok(())
}
