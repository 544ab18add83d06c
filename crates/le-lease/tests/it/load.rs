//! The configuration from the cluster.

use std::error::Error;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use le_config::{Config, Parser};
use le_lease::{LoadError, load_config_with};
use le_testkit::{ApiServer, Verb};

async fn given(server: &ApiServer, data: &[(&str, &str)]) {
    let config_map = ConfigMap {
        metadata: ObjectMeta { name: Some("config-leader-election".to_owned()), ..ObjectMeta::default() },
        data: Some(data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
        ..ConfigMap::default()
    };
    let api: Api<ConfigMap> = Api::namespaced(server.client("person"), "default");
    api.create(&PostParams::default(), &config_map).await.expect("it can be created");
}

async fn load(server: &ApiServer) -> Result<Config, LoadError> {
    load_config_with(&server.client("operator"), "default", &Parser::default()).await
}

#[tokio::test(start_paused = true)]
async fn without_a_config_map_the_defaults_hold() {
    assert_eq!(load(&ApiServer::new()).await.unwrap(), Config::default());
}

#[tokio::test(start_paused = true)]
async fn the_config_map_of_the_namespace_is_read() {
    let server = ApiServer::new();
    given(
        &server,
        &[("buckets", "7"), ("lease-duration", "15s"), ("renew-deadline", "10s"), ("retry-period", "2s")],
    )
    .await;
    let config = load(&server).await.unwrap();
    assert_eq!((config.buckets(), config.timing().lease_duration().as_secs()), (7, 15));
}

#[tokio::test(start_paused = true)]
async fn every_mistake_in_the_config_map_is_told() {
    let server = ApiServer::new();
    given(&server, &[("buckets", "11"), ("lease-duration", "flops")]).await;
    let error = load(&server).await.unwrap_err();
    let source = error.source().unwrap().to_string();
    assert!(source.contains("value must be between 1 <= 11 <= 10"), "{source}");
    assert!(source.contains("\"lease-duration\"") && source.contains("flops"), "{source}");
    assert!(error.to_string().contains("config-leader-election"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_to_grant_is_said_where_the_config_map_may_not_be_read() {
    let server = ApiServer::new();
    let _forbidden = server.faults().rule().client("operator").verb(Verb::Get).fail_before(403);
    let error = load(&server).await.unwrap_err();
    assert!(error.to_string().contains("\"get\" on \"configmaps\""), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_not_waited_for_for_ever() {
    let server = ApiServer::new();
    let _hangs = server.faults().rule().client("operator").hang_before();
    let error = load(&server).await.unwrap_err();
    assert!(matches!(error, LoadError::TimedOut { .. }), "{error}");
}
