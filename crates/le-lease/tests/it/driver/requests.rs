//! What waiting and leading cost, counted.

use std::sync::Arc;
use std::time::Duration;

use le_config::{Config, HolderIdentity, Timing};
use le_core::{ElectorBuilder, Enqueue, LedBuckets};
use le_lease::Builder;
use le_testkit::{ApiServer, Verb};
use tokio_util::sync::CancellationToken;

use super::bench::{Journal, Replica, Setup};
use super::look::{count, secs, since, sleep};

/// The most requests that a replica which waits on so many buckets sends in any of ten minutes after its first.
async fn most_requests_in_a_minute(buckets: u32) -> usize {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(buckets), timing: Some(Timing::default()), ..Setup::default() };
    let _b = Replica::start_with(&server, &journal, "b", &setup);
    sleep(secs(5)).await;
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    sleep(secs(60)).await;
    let mut most = 0;
    for _ in 0..10 {
        let from = server.elapsed();
        sleep(secs(60)).await;
        most = most.max(since(&server, "a", from));
    }
    most
}

#[tokio::test(start_paused = true)]
async fn waiting_costs_at_most_two_requests_a_minute_whatever_the_number_of_buckets() {
    let ten = most_requests_in_a_minute(10).await;
    let hundred = most_requests_in_a_minute(100).await;
    println!("requests in the busiest minute: {ten} on 10 buckets, {hundred} on 100");
    assert!(ten <= 2, "{ten}");
    assert!(hundred <= ten, "{hundred} > {ten}");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_is_one_put_and_nothing_else() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let _a = Replica::start(&server, &journal, "a");
    journal.until_promoted("a").await;
    sleep(secs(600)).await;
    assert_eq!(count(&server, "a", Verb::Create), 1);
    assert_eq!(count(&server, "a", Verb::List), 1);
    let puts = count(&server, "a", Verb::Update);
    assert!((299..=300).contains(&puts), "{puts} in ten minutes of 2 s");
    let watches = count(&server, "a", Verb::Watch);
    assert_eq!(watches, 3, "one every four minutes");
    assert_eq!(server.log().len(), 2 + puts + watches);
}

#[tokio::test(start_paused = true)]
async fn renewals_of_buckets_that_were_taken_together_spread_out() {
    let (server, journal) = (ApiServer::new(), Journal::new());
    let setup = Setup { buckets: Some(100), ..Setup::default() };
    let _a = Replica::start_with(&server, &journal, "a", &setup);
    sleep(secs(60)).await;
    let from = server.elapsed();
    sleep(secs(2)).await;
    let mut slots = [0_usize; 20];
    for entry in server.log().since(from) {
        let slot = (entry.at() - from).as_millis() / 100;
        slots[usize::try_from(slot).unwrap().min(19)] += 1;
    }
    assert!(slots.iter().all(|slot| *slot <= 25), "{slots:?}");
}

#[test]
fn a_thousand_buckets_cost_one_put_each_per_period_and_no_growth() {
    const BUCKETS: usize = 1000;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let stop = CancellationToken::new();
    let (server, led) = (runtime.block_on(async { ApiServer::new() }), Arc::new(LedBuckets::new()));
    server.log().keep(100);
    let elector = runtime.block_on(async {
        let config = Config::new(u32::try_from(BUCKETS).unwrap(), Timing::default()).unwrap();
        let component = config.component("controller").with_identity(HolderIdentity::new("a").unwrap());
        let builder = Builder::new(server.client("a"), component).in_namespace("default").with_seed(1);
        builder.build("widgets", Arc::clone(&led) as _, Enqueue::nowhere()).unwrap()
    });
    let running = runtime.spawn(elector.run(stop.clone()));
    let writes = |minutes: u64| {
        let before = server.version();
        runtime.block_on(sleep(Duration::from_secs(60) * u32::try_from(minutes).unwrap()));
        server.version() - before
    };

    writes(2);
    assert_eq!(led.leaderships().len(), BUCKETS);
    let tasks = runtime.metrics().num_alive_tasks();
    // Whatever is neither a PUT nor the next watch goes wrong, and would be seen.
    let odd = server
        .faults()
        .rule()
        .matching(|r| r.verb() != Verb::Update && r.verb() != Verb::Watch)
        .fail_before(500);
    let watches = server.faults().rule().verb(Verb::Watch).delay(Duration::ZERO);
    let puts = server.faults().rule().verb(Verb::Update).delay(Duration::ZERO);
    let mut applied = 0;
    let memory = allocation_counter::measure(|| applied = writes(8));

    println!("8 minutes: {applied} writes, {} PUTs, {} watches", puts.strikes(), watches.strikes());
    println!("growth: {} bytes, {} allocations", memory.bytes_current, memory.count_current);
    assert_eq!(odd.strikes(), 0);
    assert_eq!(puts.strikes(), applied, "no PUT was in vain");
    assert_eq!(applied, 8 * 6 * BUCKETS as u64);
    assert_eq!(watches.strikes(), 2);
    assert_eq!(runtime.metrics().num_alive_tasks(), tasks);
    assert!(memory.bytes_current < 100 * BUCKETS as i64, "{memory:?}");
    stop.cancel();
    runtime.block_on(running).unwrap().unwrap();
}
