//! Watches of what is selected.

use serde_json::json;

use super::answer::same;
use super::{Bench, Done, claims};

claims!("watch_selectors":
    an_object_that_begins_to_match_is_added_and_one_that_ceases_is_deleted,
    a_watch_on_a_name_sees_that_object_alone,
    what_is_there_is_selected_too,
    what_is_deleted_without_having_matched_is_not_told,
);

async fn an_object_that_begins_to_match_is_added_and_one_that_ceases_is_deleted(bench: Bench) -> Done {
    let labelled = |labels: serde_json::Value| json!({ "metadata": { "name": "x", "labels": labels } });
    let made = bench.made(&bench.maps(), labelled(json!({ "on": "no" }))).await?;
    let path = format!(
        "{}?watch=true&timeoutSeconds=2&labelSelector=on%3Dyes&resourceVersion={}",
        bench.maps(),
        made.version()?
    );
    let mut watch = bench.watch(&path).await?;
    bench.put(&bench.map("x"), labelled(json!({ "on": "yes" }))).await?.code(200)?;
    watch.expect("ADDED", "x").await?;
    bench.put(&bench.map("x"), labelled(json!({ "on": "yes", "more": "1" }))).await?.code(200)?;
    watch.expect("MODIFIED", "x").await?;
    let ceased = bench.put(&bench.map("x"), labelled(json!({ "on": "no" }))).await?;
    let last = watch.expect("DELETED", "x").await?;
    // The last state that matched, under the version of the change.
    same("the label", &last["metadata"]["labels"]["on"], "yes")?;
    same("the version", &last["metadata"]["resourceVersion"], ceased.version()?)?;
    bench.delete(&bench.map("x")).await?.code(200)?;
    same("the rest", watch.rest().await?, [""; 0])
}

async fn a_watch_on_a_name_sees_that_object_alone(bench: Bench) -> Done {
    let first = bench.made_map("v", json!({})).await?;
    let path = format!(
        "{}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dx&resourceVersion={}",
        bench.maps(),
        first.version()?
    );
    for name in ["w", "x", "y"] {
        bench.made_map(name, json!({})).await?;
    }
    same("the events", bench.watch(&path).await?.rest().await?, ["ADDED x"])
}

async fn what_is_there_is_selected_too(bench: Bench) -> Done {
    super::list::five(&bench).await?;
    let path =
        format!("{}?watch=true&timeoutSeconds=1&labelSelector=app%3Dx&resourceVersion=0", bench.maps());
    same("the events", bench.watch(&path).await?.rest().await?, ["ADDED a", "ADDED b"])
}

async fn what_is_deleted_without_having_matched_is_not_told(bench: Bench) -> Done {
    let made = bench.made_map("x", json!({})).await?;
    let path = format!(
        "{}?watch=true&timeoutSeconds=1&labelSelector=on%3Dyes&resourceVersion={}",
        bench.maps(),
        made.version()?
    );
    bench.delete(&bench.map("x")).await?.code(200)?;
    same("the events", bench.watch(&path).await?.rest().await?, [""; 0])
}
