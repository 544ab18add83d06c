//! The embedded server is as the suite says, in process and over HTTP.

use std::net::{Ipv4Addr, SocketAddr};

use kube::{Client, Config};
use le_e2e::conformance::{self, Server};
use le_testkit::ApiServer;

fn server() -> ApiServer {
    let server = ApiServer::new();
    server.register(conformance::widget());
    server
}

#[tokio::test(start_paused = true)]
async fn the_embedded_server_keeps_what_it_promises() {
    let report = conformance::run(server().client("suite"), Server::Embedded, "", |_| {}).await.unwrap();
    assert!(report.failures.is_empty(), "{report}");
    assert_eq!(report.passed, conformance::cases().count());
}

#[tokio::test]
async fn it_keeps_it_over_http_too() {
    let listening = server().listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let mut config = Config::new(listening.url("suite").parse().unwrap());
    config.default_retry = false;
    let client = Client::try_from(config).unwrap();
    let report = conformance::run(client, Server::Embedded, "", |_| {}).await.unwrap();
    assert!(report.failures.is_empty(), "{report}");
    listening.shutdown().await;
}
