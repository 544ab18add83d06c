//! What the log has said lately, so that an API server which comes and goes does not flood it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use le_core::{Clock, Moment};

use super::clock::SystemClock;

/// How long the log says nothing more on a topic, whichever of the process's Leases it is about.
const PAUSE: Duration = Duration::from_secs(60);

/// What has been said, by topic.
#[derive(Debug)]
pub(super) struct Said {
    clock: SystemClock,
    topics: Mutex<BTreeMap<(&'static str, bool), Topic>>,
}

#[derive(Debug)]
struct Topic {
    said: Moment,
    held_back: u64,
}

impl Said {
    pub(super) fn new() -> Self {
        Self { clock: SystemClock::new(), topics: Mutex::default() }
    }

    /// Tells whether to say something on a topic now, and then how much of it was held back since it was said last. What is said as
    /// a warning does not count for what is not, nor the other way.
    pub(super) fn may_say(&self, topic: &'static str, warns: bool) -> Option<u64> {
        let now = self.clock.now();
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        match topics.get_mut(&(topic, warns)) {
            Some(topic) if now.since(topic.said) < PAUSE => {
                topic.held_back += 1;
                None
            }
            Some(topic) => {
                topic.said = now;
                Some(std::mem::take(&mut topic.held_back))
            }
            None => {
                topics.insert((topic, warns), Topic { said: now, held_back: 0 });
                Some(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_topic_is_said_once_a_minute_with_what_was_held_back() {
        let said = Said::new();
        assert_eq!(said.may_say("timed_out", true), Some(0));
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_secs(10)).await;
            assert_eq!(said.may_say("timed_out", true), None);
        }
        assert_eq!(said.may_say("timed_out", false), Some(0));
        assert_eq!(said.may_say("recovered", true), Some(0));
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(said.may_say("timed_out", true), Some(5));
    }
}
