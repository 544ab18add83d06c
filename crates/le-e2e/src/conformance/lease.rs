//! What a Lease may say, and how it is kept.

use serde_json::{Value, json};

use super::answer::Answer;
use super::{Bench, Done, claims};

claims!("lease":
    a_lease_that_is_invalid_is_refused_with_422,
    two_faults_are_told_at_once,
    a_value_of_the_wrong_type_is_a_bad_request_in_the_words_of_go,
    nulls_go_and_empty_texts_stay,
    a_lease_without_a_spec_has_an_empty_one,
    the_ends_of_the_ranges_are_allowed,
    coordinated_election_is_off,
);

pub(super) const LEASE: &str = r#"Lease.coordination.k8s.io "x""#;

/// Creates a Lease with this spec.
pub(super) async fn create(bench: &Bench, spec: Value) -> anyhow::Result<Answer> {
    bench.post(&bench.leases(), json!({ "metadata": { "name": "x" }, "spec": spec })).await
}

async fn a_lease_that_is_invalid_is_refused_with_422(bench: Bench) -> Done {
    let zero = "Invalid value: 0: must be greater than 0";
    let negative = "Invalid value: -5: must be greater than 0";
    let transitions = "Invalid value: -1: must be greater than or equal to 0";
    for (spec, field, message) in [
        (json!({ "leaseDurationSeconds": 0 }), "spec.leaseDurationSeconds", zero),
        (json!({ "leaseDurationSeconds": -5 }), "spec.leaseDurationSeconds", negative),
        (json!({ "leaseTransitions": -1 }), "spec.leaseTransitions", transitions),
    ] {
        let refused = create(&bench, spec).await?;
        refused.invalid(LEASE, field, "FieldValueInvalid", message)?;
        let causes = json!([{ "reason": "FieldValueInvalid", "message": message, "field": field }]);
        refused.details(
            json!({ "name": "x", "group": "coordination.k8s.io", "kind": "Lease", "causes": causes }),
        )?;
    }
    Ok(())
}

async fn two_faults_are_told_at_once(bench: Bench) -> Done {
    let refused = create(&bench, json!({ "leaseDurationSeconds": 0, "leaseTransitions": -1 })).await?;
    let message = "Lease.coordination.k8s.io \"x\" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, \
                   spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]";
    refused.refused(422, "Invalid", message)?;
    refused.has("/details/causes/0/field", "spec.leaseDurationSeconds".into())?;
    refused.has("/details/causes/1/field", "spec.leaseTransitions".into())?;
    Ok(())
}

async fn a_value_of_the_wrong_type_is_a_bad_request_in_the_words_of_go(bench: Bench) -> Done {
    let duration =
        |what: &str| format!("{what} into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32");
    let text = |what: &str, field: &str| {
        format!("{what} into Go struct field LeaseSpec.spec.{field} of type string")
    };
    for (spec, why) in [
        (json!({ "leaseDurationSeconds": "15" }), duration("string")),
        (json!({ "leaseDurationSeconds": true }), duration("bool")),
        (json!({ "leaseDurationSeconds": 1.5 }), duration("number 1.5")),
        (json!({ "leaseDurationSeconds": 3_000_000_000_u32 }), duration("number 3000000000")),
        (json!({ "holderIdentity": 5 }), text("number", "holderIdentity")),
        (json!({ "holderIdentity": ["a"] }), text("array", "holderIdentity")),
        (json!({ "renewTime": 5 }), text("number", "renewTime")),
        (json!([]), "array into Go struct field Lease.spec of type v1.LeaseSpec".to_owned()),
    ] {
        let message =
            format!("Lease in version \"v1\" cannot be handled as a Lease: json: cannot unmarshal {why}");
        create(&bench, spec).await?.refused(400, "BadRequest", &message)?.details(json!(null))?;
    }
    Ok(())
}

async fn nulls_go_and_empty_texts_stay(bench: Bench) -> Done {
    let spec = json!({
        "holderIdentity": "", "leaseDurationSeconds": null, "acquireTime": null, "leaseTransitions": 0,
    });
    let made = create(&bench, spec).await?;
    made.code(201)?.has("/spec", json!({ "holderIdentity": "", "leaseTransitions": 0 }))?;
    bench
        .get(&bench.lease("x"))
        .await?
        .has("/spec", json!({ "holderIdentity": "", "leaseTransitions": 0 }))?;
    Ok(())
}

async fn a_lease_without_a_spec_has_an_empty_one(bench: Bench) -> Done {
    for (name, body) in [("a", json!({})), ("b", json!({ "spec": null })), ("c", json!({ "spec": {} }))] {
        let mut body = body;
        body["metadata"]["name"] = name.into();
        bench.made(&bench.leases(), body).await?.has("/spec", json!({}))?;
    }
    Ok(())
}

async fn the_ends_of_the_ranges_are_allowed(bench: Bench) -> Done {
    let spec = json!({
        "holderIdentity": "x".repeat(5000), "leaseDurationSeconds": i32::MAX, "leaseTransitions": i32::MAX,
        "renewTime": "9999-12-31T23:59:59.999999Z", "acquireTime": "0000-01-01T00:00:00.000000Z",
    });
    create(&bench, spec.clone()).await?.code(201)?.has("/spec", spec)?;
    Ok(())
}

async fn coordinated_election_is_off(bench: Bench) -> Done {
    let spec = json!({ "holderIdentity": "a", "strategy": "OldestEmulationVersion", "preferredHolder": "b" });
    create(&bench, spec).await?.code(201)?.has("/spec", json!({ "holderIdentity": "a" }))?;
    Ok(())
}
