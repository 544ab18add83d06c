//! Participants that compete for the same Leases, in a namespace of their own.

mod journal;
mod line;
mod member;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use journal::{Entry, Journal, Term};
pub use line::{Event, Line};
pub use member::{Kind, Member, MemberId};

use crate::plane::{Plane, lease_rules, replica};
use crate::tools::Binaries;
use crate::verdict::{self, Verdict};

/// How the participants of a fleet are set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many Leases there are.
    pub buckets: u32,
    /// The lease duration.
    pub lease: Duration,
    /// The renew deadline.
    pub renew: Duration,
    /// The retry period.
    pub retry: Duration,
    /// How often they act.
    pub act_every: Duration,
    /// How long their work takes to drain.
    pub drain: Duration,
}

impl Settings {
    /// 3 s, 2 s and half a second: as quick as Go's whole seconds allow.
    #[must_use]
    pub fn quick(buckets: u32) -> Self {
        Self {
            buckets,
            lease: Duration::from_secs(3),
            renew: Duration::from_secs(2),
            retry: Duration::from_millis(500),
            act_every: Duration::from_millis(20),
            drain: Duration::ZERO,
        }
    }

    /// 15 s, 10 s and 2 s, the defaults of client-go.
    #[must_use]
    pub fn client_go(buckets: u32) -> Self {
        Self {
            lease: Duration::from_secs(15),
            renew: Duration::from_secs(10),
            retry: Duration::from_secs(2),
            ..Self::quick(buckets)
        }
    }
}

/// Participants that compete for the same Leases.
#[derive(Debug)]
pub struct Fleet {
    /// Where the Leases are.
    pub namespace: String,
    /// How they are set.
    pub settings: Settings,
    /// What they said.
    pub journal: Arc<Journal>,
    /// The programs.
    pub binaries: Arc<Binaries>,
    folder: PathBuf,
    kubeconfigs: Vec<PathBuf>,
    started: AtomicUsize,
}

/// How one participant is started, beyond what is the same for all of a fleet.
#[derive(Debug, Default)]
pub struct Extra {
    /// Another identity than one of its own.
    pub identity: Option<String>,
    /// Another way to the API server than the straight one.
    pub kubeconfig: Option<PathBuf>,
    /// Other settings than those of the fleet, over the same Leases.
    pub settings: Option<Settings>,
    /// Whether its time of day jumps, by whole hours: what it says is then told by the time of day here.
    pub jumps: bool,
    /// More of the environment.
    pub environment: Vec<(OsString, OsString)>,
    /// More on its command line.
    pub args: Vec<String>,
    /// What it is started through, such as a program that changes the clock.
    pub through: Vec<OsString>,
}

impl Fleet {
    /// Makes a namespace for a fleet, with the rights for all who may compete in it.
    ///
    /// # Errors
    ///
    /// When the API server refuses.
    pub async fn new(
        plane: &Plane,
        binaries: &Arc<Binaries>,
        namespace: &str,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        plane.make_namespace(namespace).await?;
        let mut kubeconfigs = Vec::new();
        for user in (0..Self::USERS).map(replica) {
            plane.grant(namespace, &user, &lease_rules()).await?;
            kubeconfigs.push(plane.kubeconfig(&user)?);
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            settings,
            journal: Arc::default(),
            binaries: Arc::clone(binaries),
            folder: plane.folder().to_owned(),
            kubeconfigs,
            started: AtomicUsize::new(0),
        })
    }

    /// How many users take turns: a participant in place of one that has ended may have its user.
    pub const USERS: usize = 8;

    /// The names of the Leases.
    #[must_use]
    pub fn leases(&self) -> Vec<String> {
        let buckets = self.settings.buckets;
        (0..buckets).map(|index| format!("fleet.{index:02}-of-{buckets:02}")).collect()
    }

    /// Starts a participant.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(&self, kind: Kind) -> anyhow::Result<Member> {
        self.start_with(kind, Extra::default())
    }

    /// Starts a participant that is unlike the others in something.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start_with(&self, kind: Kind, extra: Extra) -> anyhow::Result<Member> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let identity = extra.identity.unwrap_or_else(|| format!("{kind}-{number}"));
        let program = match kind {
            Kind::Rust => &self.binaries.elect,
            Kind::ClientGo => &self.binaries.client_go,
            Kind::Knative => &self.binaries.knative,
        };
        let Settings { buckets, lease, renew, retry, act_every, drain } =
            extra.settings.unwrap_or(self.settings);
        let millis = |duration: Duration| format!("{}ms", duration.as_millis());
        let mut args: Vec<String> = Vec::new();
        for (flag, value) in [
            ("identity", identity.clone()),
            ("namespace", self.namespace.clone()),
            ("name-prefix", "fleet".to_owned()),
            ("buckets", buckets.to_string()),
            ("lease-duration", millis(lease)),
            ("renew-deadline", millis(renew)),
            ("retry-period", millis(retry)),
            ("act-every", millis(act_every)),
            ("drain", millis(drain)),
        ] {
            args.push(format!("--{flag}={value}"));
        }
        args.extend(extra.args);
        let mut program = program.clone();
        let mut through = extra.through.into_iter();
        if let Some(first) = through.next() {
            let before = through.map(|word| word.to_string_lossy().into_owned());
            args = before.chain([program.display().to_string()]).chain(args).collect();
            program = PathBuf::from(first);
        }
        Member::start(member::Start {
            id: MemberId(number),
            kind,
            program: &program,
            args,
            kubeconfig: extra.kubeconfig.as_ref().unwrap_or(&self.kubeconfigs[number % Self::USERS]),
            environment: extra.environment,
            log: self.log_of(&identity, MemberId(number)),
            jumps: extra.jumps,
            identity,
            journal: Arc::clone(&self.journal),
        })
    }

    /// Where a participant says on its standard error what it has to say.
    #[must_use]
    pub fn log_of(&self, identity: &str, member: MemberId) -> PathBuf {
        self.folder.join(format!("{}-{identity}-{}.log", self.namespace, member.0))
    }

    /// The participant that is started next.
    #[must_use]
    pub fn next(&self) -> MemberId {
        MemberId(self.started.load(Ordering::Relaxed))
    }

    /// The user that the participant with this number has.
    #[must_use]
    pub fn user_of(&self, member: MemberId) -> String {
        replica(member.0 % Self::USERS)
    }

    /// Waits until somebody who fits acts on every Lease from now on, and returns who acts on which.
    ///
    /// # Errors
    ///
    /// When that does not come about in time.
    pub async fn until_all_led(
        &self,
        within: Duration,
        fits: impl Fn(MemberId) -> bool,
    ) -> anyhow::Result<Vec<Term>> {
        let from = now();
        let mut terms = Vec::new();
        for lease in self.leases() {
            terms.push(self.journal.until_acting(&lease, from, within, &fits).await?);
        }
        Ok(terms)
    }

    /// Decides from what was said whether everything was in order.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict::judge(&self.journal.terms())
    }

    /// Makes sure that everything was in order.
    ///
    /// # Errors
    ///
    /// When it was not, with what was not.
    pub fn ensure_in_order(&self) -> anyhow::Result<()> {
        let faults = self.verdict().faults;
        let words: Vec<String> = faults.iter().take(12).map(ToString::to_string).collect();
        anyhow::ensure!(faults.is_empty(), "{} faults: {}", faults.len(), words.join("; "));
        Ok(())
    }

    /// Tells what was said last, on both outputs, for whoever wants to know why something went wrong.
    #[must_use]
    pub fn last_words(&self) -> String {
        let mut words = format!("namespace {}, {}", self.namespace, self.journal.last_words());
        let prefix = format!("{}-", self.namespace);
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return words };
        let mut logs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        logs.sort();
        for log in logs {
            let name = log.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            if name.starts_with(&prefix) && !lines.is_empty() {
                words += &format!("\n  {name}:\n    ");
                words += &lines[lines.len().saturating_sub(6)..].join("\n    ");
            }
        }
        words
    }
}

/// The time of day, in seconds, as the participants tell it.
#[must_use]
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
