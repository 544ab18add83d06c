//! The other ways to strike.

use std::time::Duration;

use chaosduck::{Mode, Plan, What};
use le_testkit::Verb;

use crate::bench::{cluster, holders, once, run, run_alone, words};

#[tokio::test(start_paused = true)]
async fn leases_are_emptied_or_deleted_as_they_were_read() {
    let (mut emptied, mut deleted) = (0, 0);
    for seed in 0..6 {
        let server = cluster();
        let plan = Plan { mode: Mode::Lease, seed, bound: Duration::from_secs(3), ..once() };
        let (_, said) = run_alone(&server, plan).await;
        for what in said {
            let What::Struck { victim, deed, .. } = what else { continue };
            let left = holders(&server).await.into_iter().find(|(name, _)| *name == victim);
            match deed {
                "emptied Lease" => {
                    emptied += 1;
                    assert_eq!(left, Some((victim, None)));
                }
                "deleted Lease" => {
                    deleted += 1;
                    assert_eq!(left, None);
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(emptied > 0 && deleted > 0, "{emptied} {deleted}");
}

#[tokio::test(start_paused = true)]
async fn the_same_holder_in_a_new_term_counts_and_its_renewals_do_not() {
    let server = cluster();
    // It holds the Lease to begin with, writes it again a second after the strike, and a third time later on.
    let again = server.clone();
    let holder = tokio::spawn(async move {
        loop {
            again.until_free("db.q.00-of-01").await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            again.take_lease("db.q.00-of-01", "db-0_1", Duration::from_secs(15));
        }
    });
    let plan = Plan { mode: Mode::Steal, disabled: vec!["web".to_owned()], ..once() };
    let (summary, said) = run_alone(&server, plan).await;
    holder.abort();
    let row = &summary.unwrap().components["db"];
    assert_eq!((row.kills, row.handed_over), (1, 1), "{}", words(&said));
    // Two seconds with the stranger, and one without a holder.
    assert!(row.max.is_some_and(|max| (3.0..3.5).contains(&max)), "{row:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stolen_lease_is_given_back_and_the_stranger_is_nobodys_holder() {
    let server = cluster();
    let (summary, said) = run(&server, Plan { mode: Mode::Steal, ..once() }).await;
    let summary = summary.unwrap();
    for row in summary.components.values() {
        assert_eq!((row.kills, row.handed_over), (1, 1), "{}", words(&said));
        // It is kept for two seconds.
        assert!(row.max.is_some_and(|max| (2.0..3.0).contains(&max)), "{row:?}");
    }
    for (name, holder) in holders(&server).await {
        assert!(holder.is_some_and(|holder| !holder.starts_with("chaosduck_")), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_changes_before_it_is_struck_is_left_alone() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Update).fail_before(409);
    let (_, said) = run_alone(&server, Plan { mode: Mode::Steal, ..once() }).await;
    assert!(
        words(&said).contains("db: not touched: db.q.00-of-01 had changed before it was struck"),
        "{}",
        words(&said)
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_renewed_meanwhile_is_read_again() {
    let server = cluster();
    server.faults().rule().client("duck").verb(Verb::Update).every(2).fail_before(409);
    let (summary, said) =
        run(&server, Plan { mode: Mode::Steal, disabled: vec!["web".to_owned()], ..once() }).await;
    assert_eq!(summary.unwrap().components["db"].kills, 1, "{}", words(&said));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_evictions_is_told_from_a_pod_that_is_gone() {
    let server = cluster();
    let (summary, said) = run_alone(&server, Plan { mode: Mode::Evict, ..once() }).await;
    assert!(words(&said).contains("db: not touched: this cluster has no evictions"), "{}", words(&said));
    assert_eq!(summary.unwrap().components["db"].kills, 0);
}
