//! Tables, as `kubectl get` asks for them.

use anyhow::Result;
use http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, same};
use super::{Bench, Done, claims};

claims!("tables":
    a_table_shows_who_holds_a_lease,
    one_object_is_a_table_of_one_row,
    a_table_of_config_maps_counts_what_they_hold,
);

async fn table(bench: &Bench, path: &str) -> Result<Answer> {
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let answer = bench.send(Method::GET, path, &[("accept", accept)], "").await?;
    answer.code(200)?.has("/kind", "Table".into())?.has("/apiVersion", "meta.k8s.io/v1".into())?;
    Ok(answer)
}

/// The names of the columns, and the cells of the first row but its age.
fn shown(table: &Answer) -> (Vec<&str>, Vec<&Value>) {
    let columns = table.json["columnDefinitions"].as_array().into_iter().flatten();
    let cells = table.json["rows"][0]["cells"].as_array().into_iter().flatten();
    let mut cells: Vec<&Value> = cells.collect();
    cells.pop();
    (columns.filter_map(|one| one["name"].as_str()).collect(), cells)
}

async fn a_table_shows_who_holds_a_lease(bench: Bench) -> Done {
    bench.made_lease("x", json!({ "holderIdentity": "me" })).await?;
    let table = table(&bench, &bench.leases()).await?;
    same("the table", shown(&table), (vec!["Name", "Holder", "Age"], vec![&json!("x"), &json!("me")]))?;
    table.has("/rows/0/object/kind", "PartialObjectMetadata".into())?;
    table.has("/rows/0/object/metadata/name", "x".into())?;
    Ok(())
}

async fn one_object_is_a_table_of_one_row(bench: Bench) -> Done {
    bench.made_lease("x", json!({})).await?;
    bench.made_lease("y", json!({})).await?;
    let table = table(&bench, &bench.lease("y")).await?;
    same("the rows", table.json["rows"].as_array().map(Vec::len), Some(1))?;
    table.has("/rows/0/cells/0", "y".into())?.has("/rows/0/cells/1", "".into())?;
    Ok(())
}

async fn a_table_of_config_maps_counts_what_they_hold(bench: Bench) -> Done {
    let body =
        json!({ "metadata": { "name": "x" }, "data": { "a": "1", "b": "2" }, "binaryData": { "c": "Yg==" } });
    bench.made(&bench.maps(), body).await?;
    let table = table(&bench, &bench.maps()).await?;
    same("the table", shown(&table), (vec!["Name", "Data", "Age"], vec![&json!("x"), &json!(3)]))
}
