//! The rules of names.

use serde_json::json;

use super::{Bench, Done, claims};

claims!("names":
    the_name_of_a_lease_is_a_subdomain,
    a_name_may_be_253_characters_long_and_no_longer,
    the_name_of_a_namespace_is_a_label,
);

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
                         end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                         '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

async fn the_name_of_a_lease_is_a_subdomain(bench: Bench) -> Done {
    for name in ["Upper", "under_score", "-dash", "dash-", ".dot", "dot.", "a..b", "a.-b", "a b", "ä"] {
        let refused = bench.post(&bench.leases(), json!({ "metadata": { "name": name } })).await?;
        let lease = format!("Lease.coordination.k8s.io {name:?}");
        let message = format!("Invalid value: {name:?}: {SUBDOMAIN}");
        refused.invalid(&lease, "metadata.name", "FieldValueInvalid", &message)?;
    }
    for name in ["0", "a.b", "a--b"] {
        bench.made_lease(name, json!({})).await?;
    }
    Ok(())
}

async fn a_name_may_be_253_characters_long_and_no_longer(bench: Bench) -> Done {
    bench.made_lease(&"a".repeat(253), json!({})).await?;
    let name = "a".repeat(254);
    let refused = bench.post(&bench.leases(), json!({ "metadata": { "name": name } })).await?;
    let lease = format!("Lease.coordination.k8s.io {name:?}");
    let message = format!("Invalid value: {name:?}: must be no more than 253 characters");
    refused.invalid(&lease, "metadata.name", "FieldValueInvalid", &message)?;
    Ok(())
}

async fn the_name_of_a_namespace_is_a_label(bench: Bench) -> Done {
    let label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
                 alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    for (name, why) in [("A", label), ("a_b", label), ("a.b", "must not contain dots")] {
        let refused = bench.post("/api/v1/namespaces", json!({ "metadata": { "name": name } })).await?;
        let namespace = format!("Namespace {name:?}");
        refused.invalid(
            &namespace,
            "metadata.name",
            "FieldValueInvalid",
            &format!("Invalid value: {name:?}: {why}"),
        )?;
    }
    Ok(())
}
