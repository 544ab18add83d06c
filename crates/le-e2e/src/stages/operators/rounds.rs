//! What goes wrong, one thing after the other.

use std::fmt;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::sleep;

use super::crew::{Crew, LEASE};
use super::store::Store;
use crate::plane::Plane;
use crate::proxy::{Weather, Which};

/// So long the leader is away: its Lease has run out, and another has it.
const AWAY: Duration = Duration::from_secs(2).saturating_add(LEASE);
/// So long a write that is late lies on the way: the successor has written meanwhile.
pub(super) const LATE: Duration = Duration::from_secs(5).saturating_add(LEASE);
/// Time for writes to be under way.
const LEAD: Duration = Duration::from_millis(700);

/// What goes wrong. It befalls whoever leads most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Terminated,
    Killed,
    KilledWithWritesUnderWay,
    Stopped,
    Swallowed,
    Refused,
    AnsweredLate,
    ServerKilled,
}

pub(super) const ALL: [Fault; 8] = [
    Fault::Terminated,
    Fault::Killed,
    Fault::KilledWithWritesUnderWay,
    Fault::Stopped,
    Fault::Swallowed,
    Fault::Refused,
    Fault::AnsweredLate,
    Fault::ServerKilled,
];

impl Fault {
    /// Does it, and ends it.
    pub(super) async fn befall(
        self,
        plane: &mut Plane,
        crew: &mut Crew,
        store: &Store,
    ) -> anyhow::Result<()> {
        let seat = crew.busiest();
        let worker = crew.seats[seat].worker.clone();
        // One that is told to stop waits for its writes. All others leave some that arrive under a successor.
        if !matches!(self, Self::Terminated | Self::ServerKilled) {
            store.slow_down(&worker, LATE);
            if self == Self::KilledWithWritesUnderWay {
                crew.weather(seat, Weather::Delayed(Which::Writes, LATE));
            }
            sleep(LEAD).await;
        }
        match self {
            Self::Terminated => crew.terminate(seat).await?,
            Self::Killed => crew.kill(seat).await?,
            Self::KilledWithWritesUnderWay => {
                crew.kill(seat).await?;
                // They must find the API server there, whatever comes next.
                sleep(LATE).await;
            }
            Self::Stopped => {
                crew.seats[seat].process.signal(Signal::STOP)?;
                sleep(AWAY).await;
                crew.seats[seat].process.signal(Signal::CONT)?;
            }
            Self::Swallowed => storm(crew, seat, Weather::Swallow(Which::All)).await,
            Self::Refused => storm(crew, seat, Weather::Refuse).await,
            Self::AnsweredLate => storm(crew, seat, Weather::Late(Which::All, Duration::from_secs(2))).await,
            Self::ServerKilled => {
                plane.api_server().kill().await?;
                sleep(AWAY).await;
                plane.api_server().start_again()?;
                plane.until_ready().await?;
            }
        }
        crew.weather(seat, Weather::Clear);
        store.speed_up();
        Ok(())
    }
}

async fn storm(crew: &Crew, seat: usize, weather: Weather) {
    crew.weather(seat, weather);
    sleep(AWAY).await;
    crew.weather(seat, Weather::Clear);
    crew.cut_watches(seat);
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminated => "terminated and replaced",
            Self::Killed => "killed and replaced",
            Self::KilledWithWritesUnderWay => "killed and replaced, with writes under way to the API server",
            Self::Stopped => "stopped for longer than the lease, and continued",
            Self::Swallowed => "what it sends is swallowed",
            Self::Refused => "its connections are refused",
            Self::AnsweredLate => "it is answered late",
            Self::ServerKilled => "the API server is killed and started again",
        })
    }
}
