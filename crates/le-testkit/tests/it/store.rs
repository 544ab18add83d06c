//! Objects: created, read, replaced, deleted, under one version.

use kube::ResourceExt;

use crate::support::*;
use le_testkit::ApiServer;

#[tokio::test(start_paused = true)]
async fn a_created_object_gets_what_only_the_server_gives() {
    let server = ApiServer::new();
    let leases = leases(&server, "a");
    let made = leases.create(&post(), &lease("x", "me")).await.unwrap();
    assert_eq!(made.namespace().as_deref(), Some("default"));
    assert!(made.uid().is_some_and(|uid| uid.len() == 36));
    assert!(made.creation_timestamp().is_some());
    assert_eq!(made.resource_version(), Some(server.version().to_string()));
    assert_eq!(leases.get("x").await.unwrap(), made);
}
