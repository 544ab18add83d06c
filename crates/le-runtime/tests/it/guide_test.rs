//! An operator of two replicas: its bucket is led, moved, and lost in the middle of a reconcile, all in virtual time.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::controller::Action;
use kube::runtime::wait::await_condition;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, ResourceExt};
use le_core::{Bucket, Leadership};
use le_runtime::{LeadershipExt, Sharded};
use le_testkit::{ApiServer, ByHand, Entry};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

type Jobs = Api<ConfigMap>;

const WORK: Duration = Duration::from_secs(10);

/// Does a job, and writes into it under which token it was begun and ended.
async fn reconcile(job: Arc<ConfigMap>, client: Arc<Client>, leadership: Leadership) -> kube::Result<Action> {
    if !has(&job, "ended") {
        let jobs = Jobs::default_namespaced(leadership.client(&client));
        let job = write(&jobs, &job, "begun", &leadership).await?;
        sleep(WORK).await;
        write(&jobs, &job, "ended", &leadership).await?;
    }
    Ok(Action::await_change())
}

/// Writes over the version that was read and no other: the cache may lag behind what the last leader wrote.
async fn write(jobs: &Jobs, job: &ConfigMap, key: &str, by: &Leadership) -> kube::Result<ConfigMap> {
    let metadata = json!({ "resourceVersion": job.resource_version() });
    let patch = json!({ "metadata": metadata, "data": { key: by.token().to_string() } });
    jobs.patch(&job.name_any(), &PatchParams::default(), &Patch::Merge(patch)).await
}

async fn operator(client: Client, builder: ByHand, stop: CancellationToken) -> anyhow::Result<()> {
    let controller = Controller::new(Api::default_namespaced(client.clone()), watcher::Config::default());
    let again = |_, _: &kube::Error, _| Action::requeue(Duration::from_secs(1));
    Ok(Sharded::new(controller, &builder, "jobs")?.run(reconcile, again, Arc::new(client), stop).await?)
}

#[tokio::test(start_paused = true)]
async fn a_job_is_ended_by_who_hands_over_and_begun_again_after_a_loss() -> anyhow::Result<()> {
    let (server, stop, a) = (ApiServer::new(), CancellationToken::new(), ByHand::new());
    let b = a.peer();
    let replicas = [("a", &a), ("b", &b)]
        .map(|(name, hand)| tokio::spawn(operator(server.client(name), hand.clone(), stop.clone())));
    let jobs = Jobs::default_namespaced(server.client("test"));

    // Led: `a` begins a job, under the first token.
    create(&jobs, "one").await?;
    a.promote(Bucket::whole("all")).await?;
    until(&jobs, "one", "begun").await?;

    // Moved in the middle: `a` ends what it has in hand, and only then does `b` lead, which finds nothing left to do.
    sleep(WORK / 2).await;
    let moved = Instant::now();
    a.hand_over("all", &b).await?;
    assert_eq!(moved.elapsed(), WORK / 2);
    sleep(WORK * 2).await;
    assert_eq!(until(&jobs, "one", "ended").await?, json!({ "begun": "1", "ended": "1" }));

    // Lost in the middle: `b` writes no more. `a` leads next, under the third token, and begins again.
    create(&jobs, "two").await?;
    until(&jobs, "two", "begun").await?;
    sleep(WORK / 2).await;
    let lost = server.elapsed();
    b.lose("all").await;
    a.promote(Bucket::whole("all")).await?;
    assert_eq!(until(&jobs, "two", "ended").await?, json!({ "begun": "3", "ended": "3" }));
    let late = |entry: &Entry| entry.client() == "b" && entry.verb().is_write() && entry.at() >= lost;
    assert_eq!(server.log().count(late), 0);

    stop.cancel();
    for replica in replicas {
        replica.await??;
    }
    Ok(())
}

async fn create(jobs: &Jobs, name: &str) -> kube::Result<ConfigMap> {
    let mut job = ConfigMap::default();
    job.metadata.name = Some(name.to_owned());
    jobs.create(&PostParams::default(), &job).await
}

/// Waits until a job has this key, and returns all that it has.
async fn until(jobs: &Jobs, name: &str, key: &str) -> anyhow::Result<Value> {
    let there = |job: Option<&ConfigMap>| job.is_some_and(|job| has(job, key));
    let job = await_condition(jobs.clone(), name, there).await?;
    Ok(json!(job.and_then(|job| job.data)))
}

fn has(job: &ConfigMap, key: &str) -> bool {
    job.data.as_ref().is_some_and(|data| data.contains_key(key))
}
