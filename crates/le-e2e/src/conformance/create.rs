//! Creations.

use anyhow::ensure;
use serde_json::json;

use super::answer::same;
use super::{Bench, Done, claims};

claims!("create":
    a_created_object_gets_what_only_the_server_gives,
    a_name_is_taken_once,
    a_generated_name_has_the_prefix_and_five_characters,
    a_long_prefix_is_cut_to_leave_room,
    a_bad_prefix_is_refused_in_both_fields,
    a_dry_run_changes_nothing,
    a_version_on_an_object_to_be_created_is_an_error,
    a_version_of_zero_is_none,
    the_body_must_be_of_the_namespace_in_the_path,
    what_only_the_server_sets_is_not_taken_from_a_client,
    a_creation_without_a_name_is_refused,
);

async fn a_created_object_gets_what_only_the_server_gives(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    made.has("/metadata/namespace", bench.namespace().into())?;
    made.has("/apiVersion", "coordination.k8s.io/v1".into())?.has("/kind", "Lease".into())?;
    same("the length of the uid", made.uid()?.len(), 36)?;
    same("the length of the creation time", made.text_at("/metadata/creationTimestamp")?.len(), 20)?;
    ensure!(made.version()?.parse::<u64>()? > 0);
    let mut read = bench.get(&bench.lease("x")).await?.json;
    // Who wrote which field is shown by a real server alone.
    let mut wrote = made.json;
    for object in [&mut read, &mut wrote] {
        object["metadata"].as_object_mut().map(|metadata| metadata.remove("managedFields"));
    }
    same("what is read", read, wrote)
}

async fn a_name_is_taken_once(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let again = bench.post(&bench.leases(), json!({ "metadata": { "name": "x" } })).await?;
    again.refused(409, "AlreadyExists", r#"leases.coordination.k8s.io "x" already exists"#)?;
    again.details(json!({ "name": "x", "group": "coordination.k8s.io", "kind": "leases" }))?;
    bench.made_map("x", json!({})).await?;
    let again = bench.post(&bench.maps(), json!({ "metadata": { "name": "x" } })).await?;
    again.refused(409, "AlreadyExists", r#"configmaps "x" already exists"#)?;
    again.details(json!({ "name": "x", "kind": "configmaps" }))?;
    Ok(())
}

async fn a_generated_name_has_the_prefix_and_five_characters(bench: Bench) -> Done {
    let map = json!({ "metadata": { "generateName": "x-" } });
    let (a, b) = (bench.made(&bench.maps(), map.clone()).await?, bench.made(&bench.maps(), map).await?);
    for made in [&a, &b] {
        let name = made.has("/metadata/generateName", "x-".into())?.text_at("/metadata/name")?;
        ensure!(name.starts_with("x-") && name.len() == 7, "{name}");
    }
    ensure!(a.json["metadata"]["name"] != b.json["metadata"]["name"]);
    Ok(())
}

async fn a_long_prefix_is_cut_to_leave_room(bench: Bench) -> Done {
    let made = bench.made(&bench.maps(), json!({ "metadata": { "generateName": "a".repeat(80) } })).await?;
    same("the length of the name", made.text_at("/metadata/name")?.len(), 63)
}

async fn a_bad_prefix_is_refused_in_both_fields(bench: Bench) -> Done {
    let refused = bench.post(&bench.leases(), json!({ "metadata": { "generateName": "X_" } })).await?;
    refused.code(422)?.has("/details/causes/0/field", "metadata.generateName".into())?;
    refused.has("/details/causes/1/field", "metadata.name".into())?;
    Ok(())
}

async fn a_dry_run_changes_nothing(bench: Bench) -> Done {
    let path = format!("{}?dryRun=All", bench.leases());
    let made = bench.made(&path, json!({ "metadata": { "name": "x" } })).await?;
    same("the length of the uid", made.uid()?.len(), 36)?;
    made.has("/metadata/resourceVersion", json!(null))?;
    bench.get(&bench.lease("x")).await?.code(404)?;
    Ok(())
}

async fn a_version_on_an_object_to_be_created_is_an_error(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "resourceVersion": "5" } });
    let refused = bench.post(&bench.leases(), body).await?;
    refused
        .refused(500, "", "resourceVersion should not be set on objects to be created")?
        .details(json!(null))?;
    Ok(())
}

async fn a_version_of_zero_is_none(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "resourceVersion": "0" } });
    let made = bench.made(&bench.leases(), body).await?;
    ensure!(made.version()? != "0");
    Ok(())
}

async fn the_body_must_be_of_the_namespace_in_the_path(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "x", "namespace": "other" } });
    let refused = bench.post(&bench.leases(), body).await?;
    let message = "the namespace of the provided object does not match the namespace sent on the request";
    refused.refused(400, "BadRequest", message)?.details(json!(null))?;
    Ok(())
}

async fn what_only_the_server_sets_is_not_taken_from_a_client(bench: Bench) -> Done {
    let body = json!({ "metadata": {
        "name": "x", "uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z", "deletionTimestamp": "2001-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": 5, "selfLink": "/a",
    } });
    let made = bench.made(&bench.leases(), body).await?;
    same("the length of the uid", made.uid()?.len(), 36)?;
    ensure!(made.text_at("/metadata/creationTimestamp")? > "2020");
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        made.has(&format!("/metadata/{field}"), json!(null))?;
    }
    Ok(())
}

async fn a_creation_without_a_name_is_refused(bench: Bench) -> Done {
    let refused = bench.post(&bench.leases(), json!({ "metadata": {} })).await?;
    let lease = r#"Lease.coordination.k8s.io """#;
    refused.invalid(
        lease,
        "metadata.name",
        "FieldValueRequired",
        "Required value: name or generateName is required",
    )?;
    Ok(())
}
