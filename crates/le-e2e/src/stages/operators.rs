//! Three operators of `le-runtime`, whose writes go through the gate: into the API server, with an admission policy that compares
//! tokens, and into a store that does the same.

mod crew;
mod denials;
mod fence;
mod ledger;
mod objects;
mod policy;
mod rounds;
mod store;
mod told;
pub(super) mod widgets;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{bail, ensure};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use self::crew::{BUCKETS, Crew, NAMESPACE};
use self::denials::Denials;
use self::objects::Objects;
use self::rounds::Fault;
use self::store::Store;
use super::{Context, Outcome};
use crate::doc;
use crate::plane::{ADMIN, OPERATOR, Plane, lease_rules, rule};

/// How long everything may take to come through after something went wrong. It takes ten seconds on a machine that is idle.
const PATIENCE: Duration = Duration::from_secs(90);
/// How many rounds there are beside one of each kind.
const MORE: usize = 2;

pub(super) async fn run(context: Context) -> anyhow::Result<Outcome> {
    let mut plane = Plane::start(&context.binaries).await?;
    let mut outcome = Outcome::default();
    plane.make_namespace(NAMESPACE).await?;
    let fenced = fence::run(&plane, &mut outcome).await;
    outcome.check("the policy of docs/fencing.md can be tried", fenced);
    operators(&context, &mut plane, &mut outcome).await?;
    plane.shutdown().await?;
    Ok(outcome)
}

async fn operators(context: &Context, plane: &mut Plane, outcome: &mut Outcome) -> anyhow::Result<()> {
    fence_records(plane).await?;
    let rules =
        [lease_rules(), vec![rule("", &["configmaps"], &["get", "list", "watch", "create", "patch"])]];
    plane.grant(NAMESPACE, OPERATOR, &rules.concat()).await?;
    let store = Store::start().await?;
    let mut objects = Objects::start(plane.client(ADMIN).await?, context.seed).await?;
    let mut crew = Crew::start(plane, &store).await?;
    objects.until_settled(&store, PATIENCE).await?;
    context.progress.say("operators: three lead their shares");

    let mut chance = fastrand::Rng::with_seed(context.seed);
    let mut faults = rounds::ALL.to_vec();
    chance.shuffle(&mut faults);
    faults.extend((0..MORE).map(|_| rounds::ALL[chance.usize(..rounds::ALL.len())]));
    let mut by_policy = Denials::default();
    for (round, fault) in faults.iter().enumerate() {
        context.progress.say(&format!("operators: round {}: {fault}", round + 1));
        by_policy.take(plane).await;
        let done = one_round(*fault, plane, &mut crew, &store, &objects).await;
        let failed = done.is_err();
        outcome.check(&format!("round {}, {fault}: every change comes through", round + 1), done);
        if failed {
            break;
        }
    }
    objects.rest();
    // What is still on its way changes nothing any more.
    tokio::time::sleep(rounds::LATE).await;
    by_policy.take(plane).await;
    let settled = objects.until_settled(&store, PATIENCE).await.map(drop);
    outcome.check("in the end every object was reconciled to its last generation", settled);

    let (told, killed) = (crew.told.clone(), crew.killed);
    crew.finish().await?;
    judge(outcome, &told.book(), killed, &store, by_policy.count);
    outcome.notes.push(format!("{} changes of the objects", objects.changes()));
    Ok(())
}

async fn one_round(
    fault: Fault,
    plane: &mut Plane,
    crew: &mut Crew,
    store: &Store,
    objects: &Objects,
) -> anyhow::Result<()> {
    fault.befall(plane, crew, store).await?;
    objects.until_settled(store, PATIENCE).await?;
    crew.all_run()
}

/// Decides from what the workers said and what the store saw, in order, whether everything was right.
fn judge(outcome: &mut Outcome, book: &told::Book, killed: usize, store: &Store, by_policy: u64) {
    let none = |found: Vec<String>| -> anyhow::Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        bail!("{} times: {}", found.len(), found[..found.len().min(5)].join("; "))
    };
    let ledger = store.ledger();
    let arrived = ledger.arrived();
    outcome.check("no write of an earlier term was taken after one of a later", none(book.stale(arrived)));
    outcome.check("no object was in two hands, each with the right to it", none(book.overlaps()));
    let mut owners = BTreeMap::new();
    let strays = arrived.iter().filter(|arrived| {
        owners.entry(&arrived.write.key).or_insert(&arrived.write.bucket) != &&arrived.write.bucket
    });
    outcome.check(
        "every object belongs to one bucket",
        none(strays.map(|stray| format!("{stray:?}")).collect()),
    );
    let cut = if book.odd.len() > killed { none(book.odd.clone()) } else { Ok(()) };
    outcome.check("what the workers said can be read", cut);

    let refused = arrived.iter().filter(|arrived| !arrived.accepted).count();
    let enough = || -> anyhow::Result<()> {
        ensure!(refused > 0, "no write was late, so that nothing was tried");
        let buckets =
            book.terms.iter().map(|term| &term.bucket).collect::<std::collections::BTreeSet<_>>().len();
        ensure!(by_policy > 0, "the admission policy refused nothing, so that it was not tried");
        ensure!(buckets == BUCKETS as usize, "{buckets} buckets were led");
        Ok(())
    };
    outcome.check("writes of earlier terms did arrive, and were refused", enough());
    outcome.notes.push(format!(
        "{} terms, {} reconciles begun and {} done; {} writes arrived at the store: {refused} refused, {} stale accepted; {by_policy} \
         refused by the admission policy",
        book.terms.len(),
        book.works.len(),
        book.works.iter().filter(|work| work.done).count(),
        arrived.len(),
        book.stale(arrived).len(),
    ));
}

/// Puts the policy of the docs in front of the records, and waits until it is in force.
async fn fence_records(plane: &Plane) -> anyhow::Result<()> {
    let words = [
        (r#"apiGroups: ["acme.example"]"#, r#"apiGroups: [""]"#),
        (r#"resources: ["widgets"]"#, r#"resources: ["configmaps"]"#),
        ("widget-operator-fencing", policy::RECORDS),
    ];
    let text = doc::adapted(&policy::text(&doc::read(policy::DOCUMENT)?)?, &words)?;
    let admin = plane.client(ADMIN).await?;
    policy::install(&admin, &text).await?;
    plane.grant(NAMESPACE, OPERATOR, &[rule("", &["configmaps"], &["get", "create", "patch"])]).await?;
    let map = |token: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": "probe", "annotations": { "leader-election/fencing-token": token } },
        })
    };
    let apply = PatchParams::apply("e2e").force();
    let maps: Api<ConfigMap> = Api::namespaced(admin, NAMESPACE);
    maps.patch("probe", &apply, &Patch::Apply(map("9"))).await?;
    let maps: Api<ConfigMap> = Api::namespaced(plane.client(OPERATOR).await?, NAMESPACE);
    let dry = apply.dry_run();
    let older = Patch::Apply(map("1"));
    policy::until_in_force(|| maps.patch("probe", &dry, &older)).await
}
