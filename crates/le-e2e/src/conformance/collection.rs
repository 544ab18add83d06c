//! Deletions of many.

use serde_json::{Value, json};

use super::answer::same;
use super::{Bench, Done, claims};

claims!("collection":
    many_are_deleted_by_labels,
    many_are_deleted_by_fields,
    all_of_a_namespace_are_deleted,
    what_has_finalizers_is_marked_and_waits,
    a_dry_deletion_of_many_deletes_nothing,
    a_page_of_many_is_deleted_at_a_time,
    a_bad_selector_deletes_nothing,
    options_of_a_deletion_of_many_are_checked,
);

async fn three(bench: &Bench) -> Done {
    for (name, app) in [("a", "x"), ("b", "y"), ("c", "x")] {
        let body = json!({ "metadata": { "name": name, "labels": { "app": app } } });
        bench.made(&bench.maps(), body).await?;
    }
    Ok(())
}

async fn left(bench: &Bench, wanted: &str) -> Done {
    bench.get(&bench.maps()).await?.lists(wanted)?;
    Ok(())
}

async fn many_are_deleted_by_labels(bench: Bench) -> Done {
    three(&bench).await?;
    let gone = bench.delete(&format!("{}?labelSelector=app%3Dx", bench.maps())).await?;
    gone.lists("a c")?.has("/kind", "ConfigMapList".into())?;
    left(&bench, "b").await
}

async fn many_are_deleted_by_fields(bench: Bench) -> Done {
    three(&bench).await?;
    let gone = bench.delete(&format!("{}?fieldSelector=metadata.name%3Db", bench.maps())).await?;
    gone.lists("b")?;
    left(&bench, "a c").await
}

async fn all_of_a_namespace_are_deleted(bench: Bench) -> Done {
    three(&bench).await?;
    let lease = bench.made_lease("x", json!({})).await?;
    bench.delete(&bench.maps()).await?.lists("a b c")?;
    left(&bench, "").await?;
    same("the version of a Lease", bench.get(&bench.lease("x")).await?.version()?, lease.version()?)?;
    bench.delete(&bench.maps()).await?.lists("")?;
    Ok(())
}

async fn what_has_finalizers_is_marked_and_waits(bench: Bench) -> Done {
    let body = json!({ "metadata": { "name": "d", "finalizers": ["a.io/a"] } });
    bench.made(&bench.maps(), body).await?;
    three(&bench).await?;
    bench.delete(&bench.maps()).await?.lists("a b c d")?;
    let list = bench.get(&bench.maps()).await?;
    list.lists("d")?.text_at("/items/0/metadata/deletionTimestamp")?;
    bench.merge(&bench.map("d"), json!({ "metadata": { "finalizers": null } })).await?.code(200)?;
    left(&bench, "").await
}

async fn a_dry_deletion_of_many_deletes_nothing(bench: Bench) -> Done {
    three(&bench).await?;
    bench.delete(&format!("{}?dryRun=All", bench.maps())).await?.lists("a b c")?;
    left(&bench, "a b c").await
}

async fn a_page_of_many_is_deleted_at_a_time(bench: Bench) -> Done {
    three(&bench).await?;
    let gone = bench.delete(&format!("{}?limit=2", bench.maps())).await?;
    gone.lists("a b")?.has("/metadata/remainingItemCount", 1.into())?.text_at("/metadata/continue")?;
    left(&bench, "c").await
}

async fn a_bad_selector_deletes_nothing(bench: Bench) -> Done {
    three(&bench).await?;
    for query in ["labelSelector=a%20b", "fieldSelector=data.a%3Db", "limit=a", "resourceVersion=a"] {
        bench.delete(&format!("{}?{query}", bench.maps())).await?.code(400)?;
    }
    left(&bench, "a b c").await
}

async fn options_of_a_deletion_of_many_are_checked(bench: Bench) -> Done {
    three(&bench).await?;
    let bad: [Value; 2] = [json!({ "propagationPolicy": "Sideways" }), json!({ "dryRun": ["Some"] })];
    for options in bad {
        let refused = bench.delete_with(&bench.maps(), options).await?;
        refused.code(422)?.has("/details/kind", "DeleteOptions".into())?;
    }
    left(&bench, "a b c").await
}
