//! Rights and namespaces that go, and come back.

use std::time::Duration;

use super::scene::{Scenario, Scene, quick};
use crate::fleet::{Event, Fleet, now};
use crate::plane::{lease_rules, replica};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a leader whose rights are revoked says what to grant, is replaced, and resumes by itself",
        settings: quick,
        run: |scene| Box::pin(revoked(scene)),
    },
    Scenario {
        name: "a namespace that is deleted and made again is led again",
        settings: quick,
        run: |scene| Box::pin(namespace(scene)),
    },
];

async fn revoked(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let leader = scene.three().await?;
    let (plane, namespace) = (scene.plane, scene.crew.fleet.namespace.clone());
    let user = scene.crew.fleet.user_of(leader);
    let mark = scene.crew.fleet.journal.mark();
    plane.revoke(&namespace, &user).await?;
    let told = |event: &Event| {
        let Event::Error { message } = event else { return false };
        let rule = ["grant", "\"leases\"", "\"coordination.k8s.io\"", "Role"];
        let verbs = ["\"get\"", "\"update\""];
        rule.iter().all(|word| message.contains(word)) && verbs.iter().any(|verb| message.contains(verb))
    };
    let said = scene.crew.until_says(mark, leader, "which verb to grant on what", told).await?;
    scene.crew.is_succeeded(leader, said.t).await?;
    plane.grant(&namespace, &user, &lease_rules()).await?;
    scene.crew.leave(leader).await
}

async fn namespace(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.three().await?;
    let (plane, namespace) = (scene.plane, scene.crew.fleet.namespace.clone());
    plane.remove_namespace(&namespace).await?;
    let gone = now();
    tokio::time::sleep(Duration::from_secs(5)).await;
    scene.crew.acted_no_later(|_| true, gone)?;
    plane.make_namespace(&namespace).await?;
    for index in 0..Fleet::USERS {
        plane.grant(&namespace, &replica(index), &lease_rules()).await?;
    }
    scene.crew.until_led(|_| true).await?;
    Ok(())
}
