//! What becomes of a leader that is cut off, in each of the ways that a network has.

use std::time::Duration;

use super::scene::{Scenario, Scene, quick};
use crate::fleet::now;
use crate::proxy::{Weather, Which};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "participants that get 429 for half a minute lead soon after, whatever Retry-After says",
        settings: quick,
        run: |scene| Box::pin(too_many(scene)),
    },
    Scenario {
        name: "a leader whose connections are refused stops before another begins",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Refuse)),
    },
    Scenario {
        name: "a leader whose requests are swallowed stops before another begins",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Swallow(Which::All))),
    },
    Scenario {
        name: "a leader of whom only the writes are swallowed stops before another begins",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Swallow(Which::Writes))),
    },
    Scenario {
        name: "a leader whose writes are applied and never answered gives way",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::ReplyLost(Which::Writes))),
    },
    Scenario {
        name: "a leader who gets no answer to anything stops, although the server does what it asks",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::ReplyLost(Which::All))),
    },
    Scenario {
        name: "a leader whose answers come five seconds late stops before another begins",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Late(Which::All, Duration::from_secs(5)))),
    },
    Scenario {
        name: "a leader whose writes arrive five seconds late does not come back by them",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Delayed(Which::Writes, Duration::from_secs(5)))),
    },
    Scenario {
        name: "a leader whose answers come late and who is then cut off stops before another begins",
        settings: quick,
        run: |scene| Box::pin(late_then_cut(scene)),
    },
    Scenario {
        name: "a leader who gets 429 with an hour to wait is replaced, and comes back",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::TooMany { retry_after: 3600 })),
    },
    Scenario {
        name: "a leader who gets 503 is replaced, and comes back",
        settings: quick,
        run: |scene| Box::pin(cut(scene, Weather::Status(503))),
    },
];

/// Cuts the leader off: it stops by itself, another takes over, and once it is let back it can lead again.
async fn cut(scene: &mut Scene<'_>, weather: Weather) -> anyhow::Result<()> {
    let (leader, proxy) = scene.leader_behind_proxy().await?;
    proxy.set(weather);
    let cut = now();
    scene.crew.is_succeeded(leader, cut).await?;
    // What is still on its way has time to arrive.
    tokio::time::sleep(Duration::from_secs(3)).await;
    proxy.set(Weather::Clear);
    scene.crew.leave(leader).await
}

async fn late_then_cut(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (leader, proxy) = scene.leader_behind_proxy().await?;
    // In time for its attempts, so that each of these answers counts.
    proxy.set(Weather::Late(Which::All, Duration::from_millis(250)));
    tokio::time::sleep(Duration::from_secs(2)).await;
    proxy.set(Weather::Swallow(Which::All));
    let cut = now();
    scene.crew.is_succeeded(leader, cut).await?;
    proxy.set(Weather::Clear);
    scene.crew.leave(leader).await
}

/// For so long nobody can lead, and nobody may sleep on afterwards.
async fn too_many(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let (_, proxies) = scene.all_behind_proxies().await?;
    for proxy in &proxies {
        proxy.set(Weather::TooMany { retry_after: 3600 });
    }
    let cut = now();
    tokio::time::sleep(Duration::from_secs(30)).await;
    scene.crew.acted_no_later(|_| true, cut)?;
    for proxy in &proxies {
        proxy.set(Weather::Clear);
    }
    scene.crew.until_led(|_| true).await?;
    Ok(())
}
