//! The server over HTTP, in real time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use futures::StreamExt;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{Api, ListParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use le_testkit::{ApiServer, ListenError, Listening};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::*;

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

async fn client(listening: &Listening, name: &str) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(&listening.kubeconfig(name)).unwrap();
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

async fn api(listening: &Listening, name: &str) -> Api<Lease> {
    Api::default_namespaced(client(listening, name).await)
}

#[tokio::test]
async fn kubes_client_works_over_http_and_is_known_by_its_name() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let leases = api(&listening, "replica one/äö").await;
    leases.create(&post(), &lease("x", "me")).await.unwrap();
    assert_eq!(server.log().entries()[0].client(), "replica one/äö");
    assert_eq!(server.log().entries()[0].path(), LEASES);
    server.until_led("x").by("replica one/äö").await;
    assert_eq!(leases.list(&ListParams::default()).await.unwrap().items.len(), 1);
    listening.shutdown().await;
}

#[tokio::test]
async fn a_watch_streams_over_http() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let leases = api(&listening, "a").await;
    let mut stream = leases.watch(&quiet(60), "0").await.unwrap().boxed();
    for name in ["x", "y"] {
        leases.create(&post(), &lease(name, "me")).await.unwrap();
        let event = timeout(seconds(10), stream.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(told(&event), format!("added {name}"));
    }
    listening.shutdown().await;
    assert!(timeout(seconds(10), stream.next()).await.unwrap().is_none(), "a shutdown ends the watch");
}

#[tokio::test]
async fn faults_and_partitions_hold_over_http() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let (a, b) = (api(&listening, "a").await, api(&listening, "b").await);
    server.faults().partition("a");
    let cut_off = timeout(Duration::from_millis(200), a.list(&ListParams::default())).await;
    assert!(cut_off.is_err());
    b.list(&ListParams::default()).await.unwrap();
    server.faults().heal("a");
    server.faults().refuse_connections("b");
    assert!(!matches!(b.list(&ListParams::default()).await, Ok(_) | Err(kube::Error::Api(_))));
    a.list(&ListParams::default()).await.unwrap();
    server.faults().clear();
    server.faults().rule().times(1).truncate();
    assert!(!matches!(a.list(&ListParams::default()).await, Ok(_) | Err(kube::Error::Api(_))));
    listening.shutdown().await;
}

#[tokio::test]
async fn a_port_in_use_is_told_with_what_to_do() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let error = server.listen(listening.address()).await.unwrap_err();
    assert!(matches!(error, ListenError::InUse { .. }));
    let address = listening.address();
    let message = format!(
        "cannot listen on {address}: the port is in use; choose another one, or 0 for any that is free"
    );
    assert_eq!(error.to_string(), message);
    let elsewhere = SocketAddr::from(([192, 0, 2, 1], 0));
    assert!(matches!(server.listen(elsewhere).await, Err(ListenError::Refused { .. })));
}

#[tokio::test]
async fn a_shutdown_waits_for_nobody_who_hangs() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let address = listening.address();
    server.faults().rule().hang_before();
    let leases = api(&listening, "a").await;
    let hanging = tokio::spawn(async move { leases.list(&ListParams::default()).await });
    let idle = TcpStream::connect(address).await.unwrap();
    while server.log().is_empty() {
        tokio::task::yield_now().await;
    }
    let start = Instant::now();
    listening.shutdown().await;
    assert!(start.elapsed() < seconds(5));
    assert!(hanging.await.unwrap().is_err());
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let server = ApiServer::new();
    let listening = server.listen(loopback()).await.unwrap();
    let mut stream = TcpStream::connect(listening.address()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nuser-agent: curl/8\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let length = timeout(seconds(10), stream.read(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok"), "{answer}");
    }
    assert_eq!(server.log().count(|request| request.client() == "curl"), 3);
    listening.shutdown().await;
}

#[tokio::test]
async fn one_server_listens_in_two_places_and_is_the_same_in_process() {
    let server = ApiServer::new();
    let (one, two) = (server.listen(loopback()).await.unwrap(), server.listen(loopback()).await.unwrap());
    api(&one, "a").await.create(&post(), &lease("x", "me")).await.unwrap();
    one.shutdown().await;
    assert!(api(&two, "a").await.get_opt("x").await.unwrap().is_some());
    assert!(leases(&server, "a").get_opt("x").await.unwrap().is_some());
    two.shutdown().await;
}
