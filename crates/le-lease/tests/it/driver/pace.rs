//! How the requests of many candidates of one process are spread.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use le_config::{Config, HolderIdentity};
use le_core::{ElectorBuilder, ElectorError, Enqueue, LedBuckets};
use le_lease::Builder;
use le_testkit::{ApiServer, Entry, Verb};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::bench::timing;
use super::look::{millis, secs, sleep};

type Running = JoinHandle<Result<(), ElectorError>>;

fn start(server: &ApiServer, buckets: u32, rate: Option<(u32, u32)>, stop: &CancellationToken) -> Running {
    let component = Config::new(buckets, timing()).unwrap().component("controller");
    let component = component.with_identity(HolderIdentity::new("a").unwrap());
    let mut builder = Builder::new(server.client("a"), component).in_namespace("default").with_seed(1);
    if let Some((qps, burst)) = rate {
        builder = builder.with_rate_limit(NonZeroU32::new(qps).unwrap(), NonZeroU32::new(burst).unwrap());
    }
    let elector = builder.build("widgets", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
    tokio::spawn(elector.run(stop.clone()))
}

fn is_release(entry: &Entry) -> bool {
    entry.verb() == Verb::Update && entry.json().unwrap()["spec"]["holderIdentity"] == ""
}

/// The most of these within any second.
fn most_in_a_second(times: &[Duration]) -> usize {
    times
        .iter()
        .map(|from| times.iter().filter(|at| (*from..*from + secs(1)).contains(at)).count())
        .max()
        .unwrap()
}

fn times(server: &ApiServer, fits: impl Fn(&Entry) -> bool) -> Vec<Duration> {
    server.log().select(fits).iter().map(|entry| entry.at()).collect()
}

/// The gaps between the renewals of each Lease.
fn gaps(server: &ApiServer, from: Duration) -> Vec<Duration> {
    let mut last = BTreeMap::new();
    let mut gaps = Vec::new();
    for entry in server.log().since(from) {
        if entry.verb() == Verb::Update && !is_release(&entry) {
            let before = last.insert(entry.name().into_owned(), entry.at());
            gaps.extend(before.map(|before| entry.at() - before));
        }
    }
    gaps
}

#[tokio::test(start_paused = true)]
async fn the_start_and_the_end_keep_to_their_rate_and_renewals_do_not_wait_for_it() {
    let (server, stop) = (ApiServer::new(), CancellationToken::new());
    let running = start(&server, 300, Some((50, 10)), &stop);
    sleep(secs(9)).await;
    let created = times(&server, |entry| entry.verb() == Verb::Create);
    assert_eq!(created.len(), 300);
    let took = *created.last().unwrap() - created[0];
    assert!((millis(5_750)..=millis(5_850)).contains(&took), "(300 - 10) / 50 s, and not {took:?}");
    assert!(most_in_a_second(&created) <= 60, "{}", most_in_a_second(&created));
    let longest = gaps(&server, Duration::ZERO).into_iter().max().unwrap();
    assert!(longest < millis(2_100), "while the others began, a renewal was late: {longest:?}");

    stop.cancel();
    running.await.unwrap().unwrap();
    let released = times(&server, is_release);
    assert_eq!(released.len(), 300);
    assert!(most_in_a_second(&released) <= 60, "{}", most_in_a_second(&released));
}

#[tokio::test(start_paused = true)]
async fn by_default_a_thousand_leases_are_taken_and_released_in_a_second_each() {
    let (server, stop) = (ApiServer::new(), CancellationToken::new());
    let running = start(&server, 1_000, None, &stop);
    sleep(secs(3)).await;
    let created = times(&server, |entry| entry.verb() == Verb::Create);
    assert_eq!(created.len(), 1_000);
    let took = *created.last().unwrap() - created[0];
    assert!((millis(900)..millis(1_000)).contains(&took), "{took:?}");
    let from = server.elapsed();
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(server.elapsed() - from < secs(1), "{:?}", server.elapsed() - from);
}

#[tokio::test(start_paused = true)]
async fn renewals_go_out_in_small_groups_a_little_late_and_never_early() {
    let (server, stop) = (ApiServer::new(), CancellationToken::new());
    let _running = start(&server, 100, None, &stop);
    sleep(secs(60)).await;
    let from = server.elapsed();
    sleep(secs(20)).await;
    let renewals = server.log().since(from);
    let moments: BTreeSet<Duration> = renewals.iter().map(|entry| entry.at()).collect();
    assert!(renewals.len() > 900, "{}", renewals.len());
    assert!(moments.len() <= 330, "32 groups in each of ten periods, and not {}", moments.len());
    let gaps = gaps(&server, from);
    let (least, most) = (gaps.iter().min().unwrap(), gaps.iter().max().unwrap());
    assert!(*least >= secs(2) && *most <= millis(2_065), "{least:?} to {most:?}");
}
