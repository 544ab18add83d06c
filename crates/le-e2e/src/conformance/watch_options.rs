//! What a watch can be asked for: bookmarks, streaming lists, and what does not fit.

use serde_json::json;

use super::answer::same;
use super::{Bench, Done, claims};

claims!("watch_options":
    a_streaming_list_ends_with_a_bookmark_that_says_so,
    a_streaming_list_can_begin_at_a_version,
    a_streaming_list_goes_on_as_a_watch,
    without_initial_events_only_what_is_new_comes,
    parameters_that_do_not_fit_each_other_are_refused,
    initial_events_need_a_match,
    a_streaming_list_of_the_future_is_told_of_a_timeout,
    one_object_can_be_watched_at_its_own_path,
    only_some_words_ask_for_a_watch,
);

const STREAM: &str = "watch=true&timeoutSeconds=5&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

async fn a_streaming_list_ends_with_a_bookmark_that_says_so(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({})).await?;
    let mut watch = bench.watch(&format!("{}?{STREAM}", bench.maps())).await?;
    watch.expect("ADDED", "x").await?;
    let bookmark = watch.expect("BOOKMARK", "").await?;
    same("the kind", &bookmark["kind"], "ConfigMap")?;
    let metadata = &bookmark["metadata"];
    same("the mark", &metadata["annotations"], &json!({ "k8s.io/initial-events-end": "true" }))?;
    let version = metadata["resourceVersion"].as_str().unwrap_or_default().parse::<u64>()?;
    same("whether its version is new enough", version >= made.version()?.parse()?, true)
}

async fn a_streaming_list_can_begin_at_a_version(bench: Bench) -> Done {
    bench.made_map("a", json!({})).await?;
    let made = bench.made_map("b", json!({})).await?;
    for version in ["0", made.version()?] {
        let path = format!("{}?{STREAM}&resourceVersion={version}", bench.maps());
        let mut watch = bench.watch(&path).await?;
        watch.expect("ADDED", "a").await?;
        watch.expect("ADDED", "b").await?;
        watch.expect("BOOKMARK", "").await?;
    }
    Ok(())
}

async fn a_streaming_list_goes_on_as_a_watch(bench: Bench) -> Done {
    let mut watch = bench.watch(&format!("{}?{STREAM}", bench.leases())).await?;
    watch.expect("BOOKMARK", "").await?;
    bench.made_lease("x", json!({})).await?;
    watch.expect("ADDED", "x").await?;
    Ok(())
}

async fn without_initial_events_only_what_is_new_comes(bench: Bench) -> Done {
    let made = bench.made_map("old", json!({})).await?;
    let path = format!(
        "{}?watch=true&timeoutSeconds=2&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion={}",
        bench.maps(),
        made.version()?
    );
    let mut watch = bench.watch(&path).await?;
    bench.made_map("new", json!({})).await?;
    watch.expect("ADDED", "new").await?;
    Ok(())
}

async fn parameters_that_do_not_fit_each_other_are_refused(bench: Bench) -> Done {
    for (query, code) in [
        ("sendInitialEvents=true", 422),
        ("resourceVersionMatch=NotOlderThan&resourceVersion=0", 422),
        ("sendInitialEvents=true&resourceVersionMatch=Exact", 422),
        ("timeoutSeconds=soon", 400),
        ("resourceVersion=new", 500),
        ("labelSelector=a%20b", 400),
        ("fieldSelector=data.a%3Db", 400),
    ] {
        bench.get(&format!("{}?watch=true&{query}", bench.maps())).await?.code(code)?;
    }
    Ok(())
}

async fn initial_events_need_a_match(bench: Bench) -> Done {
    let options = r#"ListOptions.meta.k8s.io """#;
    let refused = bench.get(&format!("{}?watch=true&sendInitialEvents=true", bench.maps())).await?;
    let message = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    refused.invalid(options, "resourceVersionMatch", "FieldValueForbidden", message)?;
    let refused =
        bench.get(&format!("{}?watch=true&resourceVersionMatch=NotOlderThan", bench.maps())).await?;
    let message =
        "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
    refused.invalid(options, "resourceVersionMatch", "FieldValueForbidden", message)?;
    Ok(())
}

async fn a_streaming_list_of_the_future_is_told_of_a_timeout(bench: Bench) -> Done {
    let mut watch = bench.watch(&format!("{}?{STREAM}&resourceVersion=99999999", bench.maps())).await?;
    let status = watch.expect("ERROR", "").await?;
    same("the code", &status["code"], 504)?;
    same("the cause", &status["details"]["causes"][0]["reason"], "ResourceVersionTooLarge")?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn one_object_can_be_watched_at_its_own_path(bench: Bench) -> Done {
    let made = bench.made_lease("x", json!({})).await?;
    let path = format!(
        "{}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dx&resourceVersion={}",
        bench.leases(),
        made.version()?
    );
    let mut watch = bench.watch(&path).await?;
    bench.made_lease("y", json!({})).await?;
    bench.merge(&bench.lease("x"), json!({ "spec": { "holderIdentity": "a" } })).await?.code(200)?;
    watch.expect("MODIFIED", "x").await?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn only_some_words_ask_for_a_watch(bench: Bench) -> Done {
    for word in ["false", "0"] {
        bench.get(&format!("{}?watch={word}", bench.maps())).await?.lists("")?;
    }
    for word in ["true", "1"] {
        let answer = bench.get(&format!("{}?watch={word}&timeoutSeconds=1", bench.maps())).await?;
        same(word, answer.code(200)?.text.as_str(), "")?;
    }
    Ok(())
}
