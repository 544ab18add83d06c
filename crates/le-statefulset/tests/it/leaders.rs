//! Who leads by ordinal: every pod knows it of every bucket.

use std::sync::Arc;
use std::time::Duration;

use le_core::{ElectorBuilder, Enqueue, Leaders, LedBuckets, Observers};
use le_statefulset::Builder;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{WHOLE, env};

#[tokio::test(start_paused = true)]
async fn a_pod_knows_the_leaders_of_all_buckets_while_it_runs() {
    let leaders = Leaders::new();
    let builder = Builder::from_env(env(&WHOLE), 12).unwrap();
    let builder = builder.observed_by(Observers::new().with(leaders.clone()));
    let elector = builder.build("queue", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
    assert!(leaders.all().is_empty());
    let stop = CancellationToken::new();
    let running = tokio::spawn(elector.run(stop.clone()));
    sleep(Duration::from_secs(5)).await;

    assert_eq!(leaders.all().len(), 12);
    for (ordinal, name) in builder.placement().names().iter().enumerate() {
        let leader = leaders.leader(name.as_str()).unwrap();
        assert_eq!((&*leader.identity, leader.is_self), (&*format!("as-{ordinal}"), ordinal == 1));
        assert_eq!(leader.seen_for(), Duration::from_secs(5));
    }
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(leaders.all().is_empty());
}
