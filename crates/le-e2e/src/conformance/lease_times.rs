//! The times of a Lease.

use anyhow::ensure;
use serde_json::json;

use super::lease::create;
use super::{Bench, Done, claims};

claims!("lease_times":
    a_time_that_is_no_micro_time_is_a_bad_request_in_the_words_of_go,
    a_time_that_there_never_is_is_a_bad_request,
    times_are_kept_in_utc_with_six_digits,
    the_zero_time_is_none,
    a_patched_time_is_checked_with_422,
);

/// What a text is that ends before Go's layout does: where it stops, and what was expected there.
const WRONG: [(&str, &str, &str); 10] = [
    ("yesterday", "yesterday", "2006"),
    ("", "", "2006"),
    ("2024-1-01T00:00:00.000000Z", "1-01T00:00:00.000000Z", "01"),
    ("2024-01-01 00:00:00.000000Z", " 00:00:00.000000Z", "T"),
    ("2024-01-01T00:00:00Z", "Z", ".000000"),
    ("9999-12-31T23:59:59Z", "Z", ".000000"),
    ("2024-01-01T00:00:00.000Z", ".000Z", ".000000"),
    ("2024-01-01T00:00:00.0000000Z", "0Z", "Z07:00"),
    ("2024-01-01T00:00:00.000000", "", "Z07:00"),
    ("2024-01-01T00:00:00.000000+2:00", "+2:00", "Z07:00"),
];

fn cannot(time: &str, rest: &str, element: &str) -> String {
    format!(
        "parsing time {time:?} as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse {rest:?} as {element:?}"
    )
}

async fn a_time_that_is_no_micro_time_is_a_bad_request_in_the_words_of_go(bench: Bench) -> Done {
    for (time, rest, element) in WRONG {
        let why = cannot(time, rest, element);
        let message = format!("Lease in version \"v1\" cannot be handled as a Lease: {why}");
        for field in ["renewTime", "acquireTime"] {
            create(&bench, json!({ field: time })).await?.refused(400, "BadRequest", &message)?;
        }
    }
    Ok(())
}

async fn a_time_that_there_never_is_is_a_bad_request(bench: Bench) -> Done {
    for (time, what) in [
        ("2024-13-01T00:00:00.000000Z", "month out of range"),
        ("2024-02-30T00:00:00.000000Z", "day out of range"),
        ("2024-01-01T25:00:00.000000Z", "hour out of range"),
        ("2024-01-01T00:00:60.000000Z", "second out of range"),
        ("2024-01-01T00:00:00.000000Zx", "extra text: \"x\""),
    ] {
        let refused = create(&bench, json!({ "renewTime": time })).await?;
        let end = format!("parsing time {time:?}: {what}");
        ensure!(refused.code(400)?.text_at("/message")?.ends_with(&end), "{}", refused.text);
    }
    Ok(())
}

async fn times_are_kept_in_utc_with_six_digits(bench: Bench) -> Done {
    for (at, (sent, kept)) in [
        ("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123456Z"),
        ("2024-01-01T00:00:00.000001+02:00", "2023-12-31T22:00:00.000001Z"),
        ("2024-02-28T23:30:00.000000-01:00", "2024-02-29T00:30:00.000000Z"),
        ("1969-12-31T23:59:59.500000Z", "1969-12-31T23:59:59.500000Z"),
        ("2024-01-01T1:02:03.000000Z", "2024-01-01T01:02:03.000000Z"),
        ("0000-01-01T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z"),
        ("0000-01-01T00:00:00.000000+01:00", "-0001-12-31T23:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999-01:00", "10000-01-01T00:59:59.999999Z"),
        ("9999-12-31T23:59:59.000000Z", "9999-12-31T23:59:59.000000Z"),
    ]
    .into_iter()
    .enumerate()
    {
        let made = bench.made_lease(&format!("x{at}"), json!({ "renewTime": sent })).await?;
        made.has("/spec/renewTime", kept.into())?;
    }
    Ok(())
}

async fn the_zero_time_is_none(bench: Bench) -> Done {
    let made = create(&bench, json!({ "renewTime": "0001-01-01T00:00:00.000000Z" })).await?;
    made.code(201)?.has("/spec", json!({ "renewTime": null }))?;
    let patched = bench.merge(&bench.lease("x"), json!({ "spec": { "holderIdentity": "a" } })).await?;
    patched.code(200)?.has("/spec", json!({ "holderIdentity": "a" }))?;
    Ok(())
}

async fn a_patched_time_is_checked_with_422(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "a" })).await?;
    for (time, rest, element) in WRONG {
        let refused = bench.merge(&bench.lease("x"), json!({ "spec": { "renewTime": time } })).await?;
        let end = cannot(time, rest, element);
        ensure!(refused.code(422)?.text_at("/message")?.ends_with(&end), "{}", refused.text);
        refused.has("/details/causes/0/field", "patch".into())?;
    }
    Ok(())
}
