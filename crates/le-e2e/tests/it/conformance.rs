//! The embedded server is as the suite says, in process and over HTTP.

use std::collections::BTreeSet;
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

#[tokio::test(start_paused = true)]
async fn a_broken_promise_is_found() {
    let server = server();
    // An answer that is made up, in the place of every one to a PATCH of a Lease.
    server.faults().rule().verb(le_testkit::Verb::Patch).kind("Lease").fail_before(500);
    let report = conformance::run(server.client("suite"), Server::Embedded, "lease", |_| {}).await.unwrap();
    let failed: Vec<String> = report.failures.iter().map(|failure| failure.case.to_string()).collect();
    assert!(failed.contains(&"lease_update::an_update_and_a_patch_are_checked_too".to_owned()), "{failed:?}");
    assert!(!failed.contains(&"lease::two_faults_are_told_at_once".to_owned()), "{failed:?}");
    assert!(report.to_string().contains("a fault rule says so"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_fits_no_case_is_an_error() {
    let error = conformance::run(server().client("suite"), Server::Embedded, "no such case", |_| {}).await;
    assert!(error.unwrap_err().to_string().contains("no such case"));
}

#[test]
fn there_are_many_cases_and_each_has_a_name_of_its_own() {
    let names: Vec<String> = conformance::cases().map(ToString::to_string).collect();
    assert!(names.len() >= 200, "{}", names.len());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn the_differences_that_cases_state_are_those_in_the_docs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/testing.md");
    let page = std::fs::read_to_string(path).unwrap();
    let table = page.split("### Differences that remain").nth(1).expect("the page has this section");
    let rows = table.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with('|')).skip(2);
    let mut told = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 5, "{row}");
        assert!(cells[..4].iter().all(|cell| !cell.is_empty()), "a difference has its reason: {row}");
        if !cells[4].is_empty() {
            told.insert(cells[4].trim_matches('`').to_owned());
        }
    }
    let stated: BTreeSet<String> =
        conformance::cases().filter(|case| case.differs.is_some()).map(ToString::to_string).collect();
    assert_eq!(told, stated);
}
