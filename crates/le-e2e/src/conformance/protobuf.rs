//! Bodies in protobuf, as Go's clients send them.

use anyhow::ensure;
use http::Method;
use serde_json::json;

use super::bench::PROTOBUF;
use super::{Bench, Done, claims};

claims!("protobuf":
    a_lease_in_protobuf_is_read_and_checked,
    a_body_in_protobuf_that_is_cut_is_a_bad_request,
);

/// A field of a message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    let mut out = vec![number << 3 | 2, length];
    out.extend(bytes);
    out
}

/// A Lease `x` with this spec.
fn object(spec: &[u8]) -> Vec<u8> {
    let types = [field(1, b"coordination.k8s.io/v1"), field(2, b"Lease")].concat();
    let raw = [field(1, &field(1, b"x")), field(2, spec)].concat();
    [b"k8s\0".to_vec(), field(1, &types), field(2, &raw)].concat()
}

/// 15 seconds, renewed 1 s and 500 ms after the epoch.
fn spec() -> Vec<u8> {
    let renewed = [8, 1, 16, 128, 202, 181, 238, 1];
    [field(1, b"me"), vec![16, 15], field(4, &renewed)].concat()
}

async fn a_lease_in_protobuf_is_read_and_checked(bench: Bench) -> Done {
    let headers = [("content-type", PROTOBUF), ("accept", "application/json")];
    let made = bench.send(Method::POST, &bench.leases(), &headers, object(&spec())).await?;
    let kept = json!({
        "holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": "1970-01-01T00:00:01.500000Z",
    });
    made.code(201)?.has("/spec", kept)?;
    // Minus one transitions.
    let bad = [spec(), vec![40, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]].concat();
    let refused = bench.send(Method::POST, &bench.leases(), &headers, object(&bad)).await?;
    refused.code(422)?.has("/details/causes/0/field", "spec.leaseTransitions".into())?;
    Ok(())
}

async fn a_body_in_protobuf_that_is_cut_is_a_bad_request(bench: Bench) -> Done {
    let headers = [("content-type", PROTOBUF), ("accept", "application/json")];
    let whole = object(&spec());
    for cut in 0..whole.len() {
        let answer = bench.send(Method::POST, &bench.leases(), &headers, whole[..cut].to_vec()).await?;
        ensure!((400..500).contains(&answer.code), "cut at {cut}: {} {}", answer.code, answer.text);
    }
    Ok(())
}
