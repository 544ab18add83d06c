//! Events, which are one in two groups.

use serde_json::{Value, json};

use super::{Bench, Done, claims};

claims!("events":
    an_event_is_one_in_both_groups,
    a_new_event_says_who_did_what,
    an_event_of_old_needs_little,
    an_event_stays_in_the_namespace_of_what_it_is_about,
);

fn event(bench: &Bench) -> Value {
    json!({
        "metadata": { "name": "e" }, "eventTime": "2024-01-01T00:00:00.000000Z", "reportingController": "acme.io/c",
        "reportingInstance": "i", "action": "Leading", "reason": "Led", "type": "Normal", "note": "it is mine",
        "regarding": { "kind": "Lease", "name": "x", "namespace": bench.namespace() },
    })
}

async fn an_event_is_one_in_both_groups(bench: Bench) -> Done {
    let (new, old) = (bench.group("events.k8s.io/v1", "events"), bench.core("events"));
    let made = bench.made(&new, event(&bench)).await?;
    made.has("/note", "it is mine".into())?.has("/apiVersion", "events.k8s.io/v1".into())?;
    let read = bench.get(&format!("{old}/e")).await?;
    read.code(200)?.has("/message", "it is mine".into())?.has("/involvedObject/name", "x".into())?;
    read.has("/metadata/uid", made.uid()?.into())?.has("/apiVersion", "v1".into())?;
    bench.get(&format!("{old}?fieldSelector=involvedObject.name%3Dx,reason%3DLed")).await?.lists("e")?;
    bench.get(&format!("{old}?fieldSelector=involvedObject.name%3Dy")).await?.lists("")?;
    bench.get(&format!("{new}?fieldSelector=regarding.name%3Dx")).await?.lists("e")?;
    let refused = bench.merge(&format!("{new}/e"), json!({ "note": "m" })).await?;
    let message = "Invalid value: \"m\": field is immutable";
    refused.invalid(r#"Event "e""#, "message", "FieldValueInvalid", message)?;
    Ok(())
}

async fn a_new_event_says_who_did_what(bench: Bench) -> Done {
    let path = bench.group("events.k8s.io/v1", "events");
    for (field, value, told) in [
        ("eventTime", Value::Null, "eventTime"),
        ("type", "Odd".into(), "type"),
        ("reason", "".into(), "reason"),
        ("action", Value::Null, "action"),
        ("reportingController", "a b".into(), "reportingController"),
        ("reportingInstance", "x".repeat(129).into(), "reportingInstance"),
        ("note", "x".repeat(1025).into(), "message"),
        ("deprecatedCount", 5.into(), "count"),
    ] {
        let mut event = event(&bench);
        event[field] = value;
        let refused = bench.post(&path, event).await?;
        // Said of the core group's, which it is kept as.
        refused
            .code(422)?
            .has("/details/group", Value::Null)?
            .has("/reason", "Invalid".into())?
            .has("/details/causes/0/field", told.into())?;
    }
    Ok(())
}

async fn an_event_of_old_needs_little(bench: Bench) -> Done {
    let path = bench.core("events");
    let body = json!({ "metadata": { "name": "e" }, "involvedObject": { "namespace": bench.namespace() }, "message": "m" });
    let made = bench.put(&format!("{path}/e"), body).await?;
    made.code(201)?.has("/message", "m".into())?.has("/eventTime", Value::Null)?;
    bench.merge(&format!("{path}/e"), json!({ "count": 2 })).await?.code(200)?.has("/count", 2.into())?;
    Ok(())
}

async fn an_event_stays_in_the_namespace_of_what_it_is_about(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "e" }, "involvedObject": { "namespace": "other" } });
    let refused = bench.post(&bench.core("events"), body).await?;
    let message = "Invalid value: \"other\": does not match event.namespace";
    refused.invalid(r#"Event "e""#, "involvedObject.namespace", "FieldValueInvalid", message)?;
    Ok(())
}
