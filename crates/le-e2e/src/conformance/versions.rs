//! Lists as of a version.

use serde_json::json;

use super::list::five;
use super::{Bench, Done, claims};

claims!("versions":
    a_list_can_be_of_an_exact_version,
    a_list_that_is_no_older_than_a_version_has_what_came_after,
    a_version_that_is_not_there_yet_is_a_timeout,
    a_page_of_a_version_is_of_that_version,
    a_match_without_a_version_is_refused,
    a_match_of_no_known_sort_is_refused,
    an_exact_match_of_any_version_is_refused,
    a_match_and_a_page_do_not_go_together,
    a_version_that_is_no_number_is_refused,
    initial_events_are_for_watches,
);

async fn a_list_can_be_of_an_exact_version(bench: Bench) -> Done {
    five(&bench).await?;
    let version = bench.get(&bench.maps()).await?.version()?.to_owned();
    bench.delete(&bench.map("a")).await?.code(200)?;
    let exact = format!("{}?resourceVersion={version}&resourceVersionMatch=Exact", bench.maps());
    let list = bench.get(&exact).await?;
    list.lists("a b c d e")?.has("/metadata/resourceVersion", version.into())?;
    bench.get(&format!("{exact}&labelSelector=app%3Dx")).await?.lists("a b")?;
    Ok(())
}

async fn a_list_that_is_no_older_than_a_version_has_what_came_after(bench: Bench) -> Done {
    five(&bench).await?;
    let gone = bench.delete(&bench.map("a")).await?;
    gone.code(200)?;
    let version = bench.made_map("f", json!({})).await?.version()?.to_owned();
    for matching in ["", "&resourceVersionMatch=NotOlderThan"] {
        bench
            .get(&format!("{}?resourceVersion={version}{matching}", bench.maps()))
            .await?
            .lists("b c d e f")?;
    }
    Ok(())
}

async fn a_version_that_is_not_there_yet_is_a_timeout(bench: Bench) -> Done {
    for matching in ["", "&resourceVersionMatch=NotOlderThan"] {
        let refused = bench.get(&format!("{}?resourceVersion=99999999{matching}", bench.maps())).await?;
        let message = refused.code(504)?.has("/reason", "Timeout".into())?.text_at("/message")?;
        let beginning = "Timeout: Too large resource version: 99999999, current: ";
        super::answer::same("the beginning", message.starts_with(beginning), true)?;
        refused.details(json!({
            "causes": [{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }],
            "retryAfterSeconds": 1,
        }))?;
    }
    Ok(())
}

async fn a_page_of_a_version_is_of_that_version(bench: Bench) -> Done {
    five(&bench).await?;
    let version = bench.get(&bench.maps()).await?.version()?.to_owned();
    bench.delete(&bench.map("a")).await?.code(200)?;
    let page = bench.get(&format!("{}?resourceVersion={version}&limit=2", bench.maps())).await?;
    page.lists("a b")?.has("/metadata/resourceVersion", version.into())?;
    Ok(())
}

const OPTIONS: &str = r#"ListOptions.meta.k8s.io """#;
const MATCH: &str = "resourceVersionMatch";

async fn a_match_without_a_version_is_refused(bench: Bench) -> Done {
    let refused = bench.get(&format!("{}?resourceVersionMatch=Exact", bench.maps())).await?;
    let message = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided";
    refused.invalid(OPTIONS, MATCH, "FieldValueForbidden", message)?;
    Ok(())
}

async fn a_match_of_no_known_sort_is_refused(bench: Bench) -> Done {
    let refused = bench.get(&format!("{}?resourceVersion=1&resourceVersionMatch=Some", bench.maps())).await?;
    let message = r#"Unsupported value: "Some": supported values: "Exact", "NotOlderThan", """#;
    refused.invalid(OPTIONS, MATCH, "FieldValueNotSupported", message)?;
    Ok(())
}

async fn an_exact_match_of_any_version_is_refused(bench: Bench) -> Done {
    let refused =
        bench.get(&format!("{}?resourceVersion=0&resourceVersionMatch=Exact", bench.maps())).await?;
    let message = r#"Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0""#;
    refused.invalid(OPTIONS, MATCH, "FieldValueForbidden", message)?;
    Ok(())
}

async fn a_match_and_a_page_do_not_go_together(bench: Bench) -> Done {
    five(&bench).await?;
    let page = bench.get(&format!("{}?limit=2", bench.maps())).await?;
    let (token, version) = (page.text_at("/metadata/continue")?, page.version()?);
    let path = format!("{}?limit=2&continue={token}&resourceVersion={version}", bench.maps());
    let refused = bench.get(&format!("{path}&resourceVersionMatch=Exact")).await?;
    let message = "Forbidden: resourceVersionMatch is forbidden when continue is provided";
    refused.invalid(OPTIONS, MATCH, "FieldValueForbidden", message)?;
    let refused = bench.get(&path).await?;
    refused.refused(400, "BadRequest", "specifying resource version is not allowed when using continue")?;
    Ok(())
}

async fn a_version_that_is_no_number_is_refused(bench: Bench) -> Done {
    let refused = bench.get(&format!("{}?resourceVersion=new", bench.maps())).await?;
    let message = r#"invalid resource version: resourceVersion: Invalid value: "new": strconv.ParseUint: parsing "new": invalid syntax"#;
    refused.refused(400, "BadRequest", message)?;
    Ok(())
}

async fn initial_events_are_for_watches(bench: Bench) -> Done {
    let refused = bench.get(&format!("{}?sendInitialEvents=true", bench.maps())).await?;
    let message = "Forbidden: sendInitialEvents is forbidden for list";
    refused.invalid(OPTIONS, "sendInitialEvents", "FieldValueForbidden", message)?;
    Ok(())
}
