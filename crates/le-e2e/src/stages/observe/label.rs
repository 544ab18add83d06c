//! The label of the leader's pod, with exactly the rights that the documents list.

use anyhow::ensure;

use super::Ground;
use super::replica::Replica;
use crate::stages::Outcome;

const HEADING: &str = "A label on the leader's pod";

pub(super) async fn run(ground: &Ground<'_>, outcome: &mut Outcome) -> anyhow::Result<()> {
    ground.context.progress.say("observe: the label of the leader's pod");
    let (whole, without) = tokio::join!(whole(ground), without(ground));
    outcome.check("the label is set, taken away by a loss, and taken away by a stop", whole);
    outcome.check(
        "without patch on pods it says so once, leads on, and sets the label once it is granted",
        without,
    );
    Ok(())
}

async fn whole(ground: &Ground<'_>) -> anyhow::Result<()> {
    let rules = [ground.shown.section(HEADING)?.rules, ground.shown.section("Events")?.rules].concat();
    let mut replica = Replica::start(ground, "label", 3, &rules).await?;
    replica.until_leading().await?;
    replica.until("the pod has the label", || replica.is_labelled()).await?;
    replica.steal().await?;
    replica.until("the label is taken away", || async { Ok(!replica.is_labelled().await?) }).await?;
    replica.until_leading().await?;
    replica.until("the pod has the label again", || replica.is_labelled()).await?;
    replica.terminate().await?;
    ensure!(!replica.is_labelled().await?, "the label is still there");
    let said = replica.said();
    ensure!(
        !said.contains("not allowed") && !said.contains("WARN le_observe"),
        "something is missing: {said}"
    );
    Ok(())
}

async fn without(ground: &Ground<'_>) -> anyhow::Result<()> {
    let section = ground.shown.section(HEADING)?;
    let [right] = &section.rights()[..] else { anyhow::bail!("it takes more than one right: {section:?}") };
    let message = section.message(right)?;
    let events = ground.shown.section("Events")?.rules;
    let mut replica = Replica::start(ground, "label-forbidden", 4, &events).await?;
    replica.until_leading().await?;
    replica.until_said(message).await?;
    replica.must_go_on(message).await?;
    ensure!(!replica.is_labelled().await?, "it has the label without the right to set it");
    replica.grant(&[section.rules, events].concat()).await?;
    replica.until("the pod has the label", || replica.is_labelled()).await?;
    replica.terminate().await?;
    ensure!(!replica.is_labelled().await?, "the label is still there");
    Ok(())
}
