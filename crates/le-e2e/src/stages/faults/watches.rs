//! What becomes of those that wait when their watches end, or hang.

use std::time::Duration;

use super::scene::{Scenario, Scene, quick};
use crate::proxy::{Weather, Which};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "participants whose watches are cut each second take over all the same",
        settings: quick,
        run: |scene| Box::pin(cut_each_second(scene)),
    },
    Scenario {
        name: "participants whose connections hang half open take over all the same",
        settings: quick,
        run: |scene| Box::pin(half_open(scene)),
    },
];

async fn cut_each_second(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (leader, proxies) = scene.all_behind_proxies().await?;
    let cutting = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            proxies.iter().for_each(crate::proxy::Proxy::cut_watches);
        }
    };
    let crew = &mut scene.crew;
    let losing = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        crew.terminate(leader).await?;
        let next = crew.until_led(|member| member != leader).await?[0].member;
        crew.kill(next).await?;
        crew.until_led(|member| member != leader && member != next).await?;
        anyhow::Ok(())
    };
    tokio::select! {
        never = cutting => never,
        lost = losing => lost,
    }
}

/// What they asked while nothing passed is never answered, and nothing closes its connection; what they ask later is.
async fn half_open(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (leader, proxies) = scene.all_behind_proxies().await?;
    for proxy in &proxies[1..] {
        proxy.set(Weather::Swallow(Which::All));
    }
    for proxy in &proxies[1..] {
        proxy.cut_watches();
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    for proxy in &proxies[1..] {
        proxy.set(Weather::Clear);
    }
    scene.crew.kill(leader).await?;
    scene.crew.until_led(|member| member != leader).await?;
    Ok(())
}
