//! Tables, as `kubectl get` asks for them.

use http::Method;
use le_testkit::ApiServer;
use serde_json::json;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_table_shows_who_holds_a_lease() {
    let server = ApiServer::new();
    leases(&server, "a").create(&post(), &lease("x", "me")).await.unwrap();
    tokio::time::sleep(seconds(200)).await;
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table = raw_as(&server, Method::GET, LEASES, "", Vec::new(), accept).await.json;
    assert_eq!(table["kind"], "Table");
    let columns: Vec<&str> = table["columnDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(columns, ["Name", "Holder", "Age"]);
    assert_eq!(table["rows"][0]["cells"], json!(["x", "me", "3m20s"]));
    assert_eq!(table["rows"][0]["object"]["metadata"]["name"], "x");
}
