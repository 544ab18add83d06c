//! Label and field selectors.

use serde_json::json;

use super::list::five;
use super::{Bench, Done, claims};

claims!("selectors":
    label_selectors_select,
    a_label_selector_that_is_none_is_refused,
    the_words_about_a_bad_label_selector_are_those_of_go,
    field_selectors_select_by_what_the_kind_has,
    a_field_that_cannot_be_selected_by_is_refused,
    secrets_are_selected_by_type,
    namespaces_are_selected_by_name,
);

/// Writes a text as it stands in a query.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

async fn label_selectors_select(bench: Bench) -> Done {
    five(&bench).await?;
    for (selector, expected) in [
        ("app=x", "a b"),
        ("app==x,tier!=1", "b"),
        ("app!=x", "c d e"),
        ("app in (x, y)", "a b c"),
        ("app notin (x,y)", "d e"),
        ("tier", "a b c"),
        ("!tier", "d e"),
        ("! tier", "d e"),
        ("tier>1,tier<3", "b"),
        ("app=nobody", ""),
        ("app=", ""),
        ("app in (x),tier in (2,3)", "b"),
        ("  app = x  ", "a b"),
    ] {
        bench.get(&format!("{}?labelSelector={}", bench.maps(), encoded(selector))).await?.lists(expected)?;
    }
    Ok(())
}

async fn a_label_selector_that_is_none_is_refused(bench: Bench) -> Done {
    for selector in
        ["app in", "app in (x", "a b", "app=x,", ",", "tier>one", "=x", "!", "app=x=y", "app in x", ")"]
    {
        let refused = bench.get(&format!("{}?labelSelector={}", bench.maps(), encoded(selector))).await?;
        refused.code(400)?.has("/reason", "BadRequest".into())?;
    }
    Ok(())
}

async fn the_words_about_a_bad_label_selector_are_those_of_go(bench: Bench) -> Done {
    for (selector, message) in [
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("app=x,", "found '', expected: identifier after ','"),
        (",", "found ',', expected: !, identifier, or 'end of string'"),
        ("app in x", "unable to parse requirement: found 'x' expected: '('"),
        ("app=)", "unable to parse requirement: found ')', expected: identifier"),
        (
            "app=-x",
            "unable to parse requirement: values[0][app]: Invalid value: \"-x\": a valid label must be an empty string or \
          consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  \
          or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
        (
            "-app=x",
            "unable to parse requirement: <nil>: Invalid value: \"-app\": name part must consist of alphanumeric characters, \
          '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex \
          used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        ),
    ] {
        let refused = bench.get(&format!("{}?labelSelector={}", bench.maps(), encoded(selector))).await?;
        refused.refused(400, "BadRequest", message)?;
    }
    Ok(())
}

async fn field_selectors_select_by_what_the_kind_has(bench: Bench) -> Done {
    five(&bench).await?;
    let here = format!("metadata.namespace={},metadata.name==e", bench.namespace());
    for (selector, expected) in [
        ("metadata.name=b", "b"),
        ("metadata.name!=b,metadata.name!=c", "a d e"),
        (here.as_str(), "e"),
        ("metadata.namespace=other", ""),
        ("metadata.name=a\\,b", ""),
    ] {
        bench.get(&format!("{}?fieldSelector={}", bench.maps(), encoded(selector))).await?.lists(expected)?;
    }
    Ok(())
}

async fn a_field_that_cannot_be_selected_by_is_refused(bench: Bench) -> Done {
    let path = |selector: &str| format!("{}?fieldSelector={}", bench.maps(), encoded(selector));
    let message = r#""data.a" is not a known field selector: only "metadata.name", "metadata.namespace""#;
    bench.get(&path("data.a=b")).await?.refused(400, "BadRequest", message)?;
    let message = "invalid selector: 'metadata.name'; can't understand 'metadata.name'";
    bench.get(&path("metadata.name")).await?.refused(400, "BadRequest", message)?;
    let message = "invalid field selector: unescaped character in value: 61";
    bench.get(&path("metadata.name=a=b")).await?.refused(400, "BadRequest", message)?;
    let secrets = format!("{}?fieldSelector=data.a%3Db", bench.core("secrets"));
    bench.get(&secrets).await?.refused(400, "BadRequest", "field label not supported: data.a")?;
    Ok(())
}

async fn secrets_are_selected_by_type(bench: Bench) -> Done {
    let secrets = bench.core("secrets");
    bench.made(&secrets, json!({ "metadata": { "name": "a" }, "type": "acme.io/a" })).await?;
    bench.made(&secrets, json!({ "metadata": { "name": "b" } })).await?;
    bench.get(&format!("{secrets}?fieldSelector=type%3Dacme.io%2Fa")).await?.lists("a")?;
    bench.get(&format!("{secrets}?fieldSelector=type%3DOpaque")).await?.lists("b")?;
    Ok(())
}

async fn namespaces_are_selected_by_name(bench: Bench) -> Done {
    let path = |field: &str| format!("/api/v1/namespaces?fieldSelector={field}%3D{}", bench.namespace());
    bench.get(&path("metadata.name")).await?.lists(bench.namespace())?;
    bench.get(&path("name")).await?.refused(400, "BadRequest", "field label not supported: name")?;
    Ok(())
}
