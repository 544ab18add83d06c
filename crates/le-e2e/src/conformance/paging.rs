//! Lists in pages.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::answer::same;
use super::list::five;
use super::{Bench, Done, claims};

claims!("paging":
    a_list_in_pages_is_of_one_moment,
    the_rest_is_counted_unless_it_is_selected,
    a_limit_that_is_not_reached_leaves_no_token,
    a_selection_goes_on_over_pages,
    a_token_that_is_none_is_refused,
    a_token_of_another_version_is_refused,
    a_token_without_a_version_goes_on_with_what_there_is,
    a_token_without_a_place_is_refused,
    of_any_version_there_is_a_list_is_whole,
);

async fn a_list_in_pages_is_of_one_moment(bench: Bench) -> Done {
    five(&bench).await?;
    let first = bench.get(&format!("{}?limit=2", bench.maps())).await?;
    first.lists("a b")?.has("/metadata/remainingItemCount", 3.into())?;

    // What happens between the pages is not seen.
    bench.delete(&bench.map("c")).await?.code(200)?;
    bench.made_map("ab", json!({})).await?;
    bench
        .put(&bench.map("d"), json!({ "metadata": { "name": "d" }, "data": { "new": "1" } }))
        .await?
        .code(200)?;

    let token = first.text_at("/metadata/continue")?;
    let second = bench.get(&format!("{}?limit=2&continue={token}", bench.maps())).await?;
    second.lists("c d")?.has("/items/1/data", Value::Null)?.has("/metadata/remainingItemCount", 1.into())?;
    same("the version", second.version()?, first.version()?)?;
    let token = second.text_at("/metadata/continue")?;
    let third = bench.get(&format!("{}?limit=2&continue={token}", bench.maps())).await?;
    third.lists("e")?.has("/metadata/continue", Value::Null)?;
    third.has("/metadata/remainingItemCount", Value::Null)?;
    Ok(())
}

async fn the_rest_is_counted_unless_it_is_selected(bench: Bench) -> Done {
    five(&bench).await?;
    let page = bench.get(&format!("{}?limit=1&labelSelector=app%3Dx", bench.maps())).await?;
    page.lists("a")?.has("/metadata/remainingItemCount", Value::Null)?;
    page.text_at("/metadata/continue")?;
    Ok(())
}

async fn a_limit_that_is_not_reached_leaves_no_token(bench: Bench) -> Done {
    five(&bench).await?;
    for limit in [0, 5, 6, 1000] {
        let list = bench.get(&format!("{}?limit={limit}", bench.maps())).await?;
        list.lists("a b c d e")?.has("/metadata/continue", Value::Null)?;
    }
    Ok(())
}

async fn a_selection_goes_on_over_pages(bench: Bench) -> Done {
    five(&bench).await?;
    let path = format!("{}?limit=1&labelSelector=app%20in%20(x,z)", bench.maps());
    let (mut seen, mut token) = (Vec::new(), String::new());
    for _ in 0..5 {
        let page = bench.get(&format!("{path}&continue={token}")).await?;
        seen.push(page.code(200)?.names()?);
        match page.json["metadata"]["continue"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    // There is more after `d`, and none of it is selected.
    same("what was seen", seen, ["a", "b", "d", ""])
}

async fn a_token_that_is_none_is_refused(bench: Bench) -> Done {
    for (token, why) in [
        ("abc", "invalid character 'i' looking for beginning of value"),
        ("abcde", "illegal base64 data at input byte 4"),
        ("!!!", "illegal base64 data at input byte 0"),
    ] {
        let refused = bench.get(&format!("{}?limit=1&continue={token}", bench.maps())).await?;
        let message = format!("invalid continue token: continue key is not valid: {why}");
        refused.refused(400, "BadRequest", &message)?;
    }
    Ok(())
}

fn token(value: Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn a_token_of_another_version_is_refused(bench: Bench) -> Done {
    let token = token(json!({ "v": "meta.k8s.io/v2", "rv": 5, "start": "a\0" }));
    let refused = bench.get(&format!("{}?limit=1&continue={token}", bench.maps())).await?;
    let message = "invalid continue token: continue key is not valid: server does not recognize this encoded version meta.k8s.io/v2";
    refused.refused(400, "BadRequest", message)?;
    Ok(())
}

async fn a_token_without_a_version_goes_on_with_what_there_is(bench: Bench) -> Done {
    five(&bench).await?;
    let token = token(json!({ "v": "meta.k8s.io/v1", "rv": -1, "start": "c\0" }));
    bench.get(&format!("{}?limit=1&continue={token}", bench.maps())).await?.lists("d")?;
    Ok(())
}

async fn of_any_version_there_is_a_list_is_whole(bench: Bench) -> Done {
    five(&bench).await?;
    let path = format!("{}?limit=2&resourceVersion=0", bench.maps());
    let mut list = bench.get(&path).await?;
    // It may be of a cache that is behind.
    for _ in 0..50 {
        if list.names()? == "a b c d e" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        list = bench.get(&path).await?;
    }
    list.lists("a b c d e")?.has("/metadata/continue", Value::Null)?;
    Ok(())
}

async fn a_token_without_a_place_is_refused(bench: Bench) -> Done {
    for (rv, start, why) in [
        (0, "c\0", "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
        (5, "", "encoded start key empty (version meta.k8s.io/v1)"),
        (-1, "../c", "../c"),
    ] {
        let token = token(json!({ "v": "meta.k8s.io/v1", "rv": rv, "start": start }));
        let refused = bench.get(&format!("{}?limit=1&continue={token}", bench.maps())).await?;
        let message = format!("invalid continue token: continue key is not valid: {why}");
        refused.refused(400, "BadRequest", &message)?;
    }
    let refused = bench.get(&format!("{}?limit=1&continue={}", bench.maps(), token(json!([])))).await?;
    let message = "invalid continue token: continue key is not valid: json: cannot unmarshal array into Go value of type \
                   storage.continueToken";
    refused.refused(400, "BadRequest", message)?;
    Ok(())
}
