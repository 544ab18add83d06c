//! What comes back through the gate is what would come back without it.

use std::future::Future;

use kube::api::{Patch, PatchParams, PostParams};
use kube::{Client, Error};
use le_runtime::{LeadershipExt, Stamp};
use le_testkit::{ApiServer, ConnectionError};
use serde_json::json;

use super::{map, maps, term};

/// Does the same with a client, with one behind the gate, and with one that stamps, each on a server of its own.
async fn thrice<F: Future<Output = Error>>(prepare: fn(&ApiServer), write: fn(Client) -> F) -> [Error; 3] {
    let (_term, leadership) = term(7);
    let mut errors = Vec::new();
    for gate in [
        (|_, client| client) as fn(&le_core::Leadership, Client) -> Client,
        |leadership, client| leadership.client(&client),
        |leadership, client| leadership.client_with(&client, Stamp::new()),
    ] {
        let server = ApiServer::new();
        prepare(&server);
        errors.push(write(gate(&leadership, server.client("a"))).await);
    }
    errors.try_into().unwrap()
}

async fn create_twice(client: Client) -> Error {
    let maps = maps(client);
    let _ = maps.create(&PostParams::default(), &map("one")).await;
    maps.create(&PostParams::default(), &map("one")).await.unwrap_err()
}

async fn replace_what_is_not_there(client: Client) -> Error {
    maps(client).replace("one", &PostParams::default(), &map("one")).await.unwrap_err()
}

async fn create_badly(client: Client) -> Error {
    maps(client).create(&PostParams::default(), &map("No Name")).await.unwrap_err()
}

async fn patch_badly(client: Client) -> Error {
    let patch = Patch::Merge(json!({ "metadata": { "resourceVersion": "1" } }));
    maps(client.clone()).create(&PostParams::default(), &map("one")).await.unwrap();
    maps(client).patch("one", &PatchParams::default(), &patch).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn the_servers_errors_come_through_unchanged() {
    for (code, errors) in [
        (404, thrice(|_| {}, replace_what_is_not_there).await),
        (409, thrice(|_| {}, create_twice).await),
        (409, thrice(|_| {}, patch_badly).await),
        (422, thrice(|_| {}, create_badly).await),
        (401, thrice(|server| drop(server.faults().rule().fail_before(401)), create_badly).await),
        (403, thrice(|server| drop(server.faults().rule().fail_before(403)), create_badly).await),
        (429, thrice(|server| drop(server.faults().rule().fail_before(429)), create_badly).await),
        (503, thrice(|server| drop(server.faults().rule().fail_after(503)), create_twice).await),
    ] {
        let [plain, gated, stamping] = errors;
        assert!(matches!(&plain, Error::Api(status) if status.code == code), "{plain:?}");
        assert_eq!(format!("{gated:?} {gated}"), format!("{plain:?} {plain}"));
        assert_eq!(format!("{stamping:?} {stamping}"), format!("{plain:?} {plain}"));
    }
}

#[tokio::test(start_paused = true)]
async fn so_do_those_of_the_network_and_of_the_answer() {
    let [plain, gated, stamping] = thrice(|server| drop(server.faults().rule().refuse()), create_twice).await;
    for error in [&plain, &gated, &stamping] {
        assert!(matches!(error, Error::Service(error) if error.is::<ConnectionError>()), "{error:?}");
        assert_eq!(format!("{error:?}"), format!("{plain:?}"));
    }
    for errors in [
        thrice(|server| drop(server.faults().rule().garbage()), create_twice).await,
        thrice(|server| drop(server.faults().rule().break_after()), create_twice).await,
        thrice(|server| drop(server.faults().rule().truncate()), create_twice).await,
    ] {
        let [plain, gated, stamping] = errors.map(|error| format!("{error:?}"));
        assert_eq!((&gated, &stamping), (&plain, &plain));
    }
}
