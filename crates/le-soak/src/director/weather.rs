//! All that can go wrong between a replica and the API server.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;
use le_testkit::{Answer, ApiServer, Fault, Rule, Verb};

use crate::entry::Name;

/// One thing that can go wrong.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) lasts_ms: Range<u64>,
    pub(super) strike: fn(&mut Rng, &ApiServer, &Name) -> Cause,
}

/// What has to be undone.
pub(super) enum Cause {
    Rule(Fault),
    CutOff,
    /// Nothing: it was over as soon as it had begun.
    Done,
}

/// Something that goes wrong now.
pub(crate) struct Effect {
    pub(super) kind: &'static str,
    pub(super) client: Name,
    pub(super) cause: Cause,
}

impl Effect {
    /// Ends it, and returns how often it has struck.
    pub(super) fn lift(&self, server: &ApiServer) -> u64 {
        match &self.cause {
            Cause::Rule(fault) => {
                let strikes = fault.strikes();
                fault.remove();
                strikes
            }
            Cause::CutOff => {
                server.faults().heal(&self.client);
                1
            }
            Cause::Done => 1,
        }
    }
}

/// What befalls all replicas at once comes only one of so many times.
pub(super) const ALL_ONE_IN: u32 = 8;

/// That all replicas are cut off.
pub(super) const DOWN: Kind = Kind {
    name: "server down",
    lasts_ms: 500..14_000,
    strike: |_, server, _| {
        // Whoever wants and watches goes on.
        let rule = server.faults().rule().matching(|request| request.client().starts_with('r'));
        Cause::Rule(rule.refuse())
    },
};

/// That the server forgets its history, so that watches must begin anew.
pub(super) const COMPACTED: Kind = Kind {
    name: "compacted",
    lasts_ms: 1..2,
    strike: |_, server, _| {
        server.compact();
        Cause::Done
    },
};

fn all(server: &ApiServer, client: &Name) -> Rule {
    server.faults().rule().client(client)
}

/// The next few writes of Leases.
fn writes(random: &mut Rng, server: &ApiServer, client: &Name) -> Rule {
    all(server, client).kind("Lease").writes().times(random.u64(1..=4))
}

fn watches(server: &ApiServer, client: &Name) -> Rule {
    all(server, client).verb(Verb::Watch)
}

fn some(random: &mut Rng, millis: Range<u64>) -> Duration {
    Duration::from_millis(random.u64(millis))
}

/// What befalls one replica.
pub(super) const KINDS: [Kind; 19] = [
    Kind {
        name: "partition",
        lasts_ms: 1_000..30_000,
        strike: |_, server, client| {
            server.faults().partition(client);
            Cause::CutOff
        },
    },
    Kind {
        name: "connections refused",
        lasts_ms: 500..15_000,
        strike: |_, server, client| {
            server.faults().refuse_connections(client);
            Cause::CutOff
        },
    },
    Kind {
        name: "write swallowed",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| Cause::Rule(writes(random, server, client).hang_before()),
    },
    Kind {
        name: "write applied late",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| {
            let late = some(random, 500..25_000);
            Cause::Rule(writes(random, server, client).apply_late(late))
        },
    },
    Kind {
        name: "reply lost",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| Cause::Rule(writes(random, server, client).hang_after()),
    },
    Kind {
        name: "reply late",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| {
            let late = some(random, 300..8_000);
            Cause::Rule(writes(random, server, client).delay_answer(late))
        },
    },
    Kind {
        name: "request late",
        lasts_ms: 2_000..15_000,
        strike: |random, server, client| {
            let late = some(random, 300..4_000);
            Cause::Rule(all(server, client).every(3).delay(late))
        },
    },
    Kind {
        name: "broken after",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| Cause::Rule(writes(random, server, client).break_after()),
    },
    Kind {
        name: "failed after",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| Cause::Rule(writes(random, server, client).fail_after(500)),
    },
    Kind {
        name: "conflict made up",
        lasts_ms: 4_000..20_000,
        strike: |random, server, client| Cause::Rule(writes(random, server, client).fail_before(409)),
    },
    Kind {
        name: "garbage",
        lasts_ms: 1_000..8_000,
        strike: |_, server, client| Cause::Rule(all(server, client).every(4).garbage()),
    },
    Kind {
        name: "truncated",
        lasts_ms: 1_000..8_000,
        strike: |_, server, client| Cause::Rule(all(server, client).every(4).truncate()),
    },
    Kind {
        name: "unavailable",
        lasts_ms: 500..12_000,
        strike: |_, server, client| Cause::Rule(all(server, client).fail_before(503)),
    },
    Kind {
        name: "forbidden",
        lasts_ms: 500..12_000,
        strike: |_, server, client| Cause::Rule(all(server, client).fail_before(403)),
    },
    Kind {
        name: "too many requests",
        lasts_ms: 500..8_000,
        strike: |_, server, client| {
            let answer = Answer::status(429).header("retry-after", "1");
            Cause::Rule(all(server, client).every(2).answer(answer))
        },
    },
    Kind {
        name: "watch cut",
        lasts_ms: 500..15_000,
        strike: |random, server, client| {
            let after = some(random, 0..1_000);
            Cause::Rule(watches(server, client).cut_watch_after(after))
        },
    },
    Kind {
        name: "watches cut",
        lasts_ms: 1..2,
        strike: |_, server, client| Cause::Rule(watches(server, client).cut_open_watches()),
    },
    Kind {
        name: "watch silent",
        lasts_ms: 2_000..60_000,
        strike: |_, server, client| Cause::Rule(watches(server, client).silence_watch()),
    },
    Kind {
        name: "watch failed",
        lasts_ms: 1_000..20_000,
        strike: |_, server, client| Cause::Rule(watches(server, client).fail_before(500)),
    },
];
