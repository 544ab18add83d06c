//! JSON patches.

use serde_json::{Value, json};

use super::answer::Answer;
use super::bench::JSON_PATCH;
use super::{Bench, Done, claims};

claims!("json_patch":
    a_json_patch_is_done_whole_or_not_at_all,
    every_operation_does_its_work,
    a_test_for_null_passes_where_there_is_nothing,
    what_cannot_be_patched_is_unprocessable,
    what_is_not_there_is_copied_and_replaced_as_nothing,
    a_list_of_operations_must_be_one,
    ten_thousand_operations_are_the_most,
);

async fn patch(bench: &Bench, operations: Value) -> anyhow::Result<Answer> {
    bench.patch(&bench.map("x"), JSON_PATCH, operations).await
}

const REJECTED: &str = "the server rejected our request due to an error in our request";

async fn a_json_patch_is_done_whole_or_not_at_all(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1" })).await?;
    let good = json!([
        { "op": "test", "path": "/data/a", "value": "1" }, { "op": "add", "path": "/data/b", "value": "2" },
    ]);
    patch(&bench, good).await?.code(200)?.has("/data/b", "2".into())?;
    let bad = json!([
        { "op": "add", "path": "/data/c", "value": "3" }, { "op": "test", "path": "/data/a", "value": "9" },
    ]);
    patch(&bench, bad).await?.refused(422, "Invalid", REJECTED)?.details(json!({}))?;
    bench.get(&bench.map("x")).await?.has("/data", json!({ "a": "1", "b": "2" }))?;
    Ok(())
}

async fn every_operation_does_its_work(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1", "b": "2", "c": "3" })).await?;
    let operations = json!([
        { "op": "remove", "path": "/data/a" },
        { "op": "replace", "path": "/data/b", "value": "4" },
        { "op": "replace", "path": "/data/new", "value": "5" },
        { "op": "move", "from": "/data/c", "path": "/data/d" },
        { "op": "copy", "from": "/data/d", "path": "/data/e" },
        { "op": "add", "path": "/metadata/annotations", "value": {} },
        { "op": "add", "path": "/metadata/annotations/acme.io~1a", "value": "b" },
        { "op": "add", "path": "/metadata/finalizers", "value": ["a.io/b"] },
        { "op": "add", "path": "/metadata/finalizers/-", "value": "a.io/c" },
        { "op": "add", "path": "/metadata/finalizers/0", "value": "a.io/a" },
    ]);
    let patched = patch(&bench, operations).await?;
    patched.code(200)?.has("/data", json!({ "b": "4", "d": "3", "e": "3", "new": "5" }))?;
    patched.has("/metadata/annotations", json!({ "acme.io/a": "b" }))?;
    patched.has("/metadata/finalizers", json!(["a.io/a", "a.io/b", "a.io/c"]))?;
    Ok(())
}

async fn a_test_for_null_passes_where_there_is_nothing(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    // How kube adds the first finalizer. The second time there is something.
    let operations = json!([
        { "op": "test", "path": "/metadata/finalizers", "value": null },
        { "op": "add", "path": "/metadata/finalizers", "value": ["acme.io/cleanup"] },
    ]);
    let patched = patch(&bench, operations.clone()).await?;
    patched.code(200)?.has("/metadata/finalizers", json!(["acme.io/cleanup"]))?;
    patch(&bench, operations).await?.code(422)?;
    // A missing parent, a value other than null, and an index beyond the end of a list are refused.
    for (path, value) in [
        ("/nothing/here", json!(null)),
        ("/metadata/labels", json!({})),
        ("/metadata/finalizers/7", json!(null)),
    ] {
        patch(&bench, json!([{ "op": "test", "path": path, "value": value }])).await?.code(422)?;
    }
    Ok(())
}

async fn what_cannot_be_patched_is_unprocessable(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1" })).await?;
    for operation in [
        json!({ "op": "remove", "path": "/data/none" }),
        json!({ "op": "add", "path": "/none/none", "value": "1" }),
        json!({ "op": "move", "from": "/data/none", "path": "/data/b" }),
        json!({ "op": "copy", "from": "/none/none", "path": "/data/b" }),
    ] {
        patch(&bench, json!([operation])).await?.refused(422, "Invalid", REJECTED)?;
    }
    Ok(())
}

async fn what_is_not_there_is_copied_and_replaced_as_nothing(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "a", "leaseDurationSeconds": 15 })).await?;
    let operations = json!([
        { "op": "copy", "from": "/spec/none", "path": "/spec/leaseDurationSeconds" },
        { "op": "add", "path": "/spec/holderIdentity" },
    ]);
    let patched = bench.patch(&bench.lease("x"), JSON_PATCH, operations).await?;
    patched.code(200)?.has("/spec", json!({}))?;
    Ok(())
}

async fn ten_thousand_operations_are_the_most(bench: Bench) -> Done {
    bench.made_map("x", json!({ "a": "1" })).await?;
    let test = json!({ "op": "test", "path": "/data/a", "value": "1" });
    let refused = patch(&bench, Value::Array(vec![test.clone(); 10_001])).await?;
    let message =
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001";
    refused.refused(413, "RequestEntityTooLarge", message)?;
    patch(&bench, Value::Array(vec![test; 10_000])).await?.code(200)?;
    Ok(())
}

async fn a_list_of_operations_must_be_one(bench: Bench) -> Done {
    bench.made_map("x", json!({})).await?;
    for body in [json!({}), json!("a"), json!(5)] {
        let refused = patch(&bench, body).await?;
        refused.code(400)?.has("/reason", "BadRequest".into())?;
    }
    let refused = patch(&bench, json!([5])).await?;
    let message =
        "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp";
    refused.refused(400, "BadRequest", message)?;
    for body in [json!([]), json!(null)] {
        patch(&bench, body).await?.code(200)?;
    }
    Ok(())
}
