//! Round and round.

use std::time::Duration;

use anyhow::bail;
use futures::StreamExt as _;
use le_cli::{Connection, Owners, harmless};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::round::{Leader, Round};
use crate::strike::{Deed, Outcome, PATIENCE, give_back};
use crate::watching::{Awaiting, News, follow};
use crate::{Event, Plan, Summary, What};

/// For how long the stranger keeps a Lease that it stole.
const KEPT: Duration = Duration::from_secs(2);

/// The least pause between rounds: with none at all nothing would be heard between them.
const LEAST: Duration = Duration::from_millis(1);
/// The greatest one: a clock can still count that far.
const GREATEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// How often it is looked what takes too long, and whether all is over.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// A duck: it strikes leaders, and sees how they are replaced.
#[derive(Debug)]
pub struct Duck {
    connection: Connection,
    plan: Plan,
}

impl Duck {
    /// Makes a duck for the namespace of a connection. It does nothing until it [runs](Self::run).
    pub fn new(connection: Connection, plan: Plan) -> Self {
        Self { connection, plan }
    }

    /// Goes round until it is told to stop or the plan is done, tells what happens, and returns what came out.
    ///
    /// A round that fails is told, and the next one is tried. When the plan is done it waits for hand-overs that are still to come, up
    /// to the bound; when it is told to stop, it ends at once, but for a strike that is under way and what is to be given back: for these
    /// it waits 10 s each, if the cluster does not answer.
    ///
    /// # Errors
    ///
    /// When no round at all succeeded: the last reason.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the summary, and leaves a stolen Lease to run out by itself after 15 s.
    pub async fn run(self, stop: CancellationToken, tell: impl FnMut(Event)) -> anyhow::Result<Summary> {
        let Self { connection, plan } = self;
        let (sender, mut news) = mpsc::unbounded_channel();
        let mut stream = follow(&connection);
        // Apart from the rounds, so that they hold up no reading; it ends with this future.
        let mut following = JoinSet::new();
        following.spawn(async move {
            while let Some(news) = stream.next().await {
                if sender.send((Instant::now(), news)).is_err() {
                    return;
                }
            }
        });
        let owners = Owners::new(&connection, &connection.namespace);
        let chance = fastrand::Rng::with_seed(plan.seed);
        let mut going = Going {
            connection,
            owners,
            chance,
            tell,
            summary: Summary { seed: plan.seed, ..Summary::default() },
            awaiting: Awaiting::default(),
            stolen: Vec::new(),
            failed: None,
            heard: None,
            plan,
        };
        let began = Instant::now();
        let mut next = Some(began);
        let mut tick = interval(LAST_LOOK);
        loop {
            let back = going.stolen.first().map(|(when, _)| *when);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((at, news)) = news.recv() => going.hear(at, news),
                _ = tick.tick() => {
                    going.look_at_the_clock();
                    if next.is_none() && going.stolen.is_empty() && going.awaiting.is_empty() {
                        break;
                    }
                }
                () = until(back) => going.give_back_first().await,
                () = until(next) => {
                    going.round(&stop).await;
                    let pause = going.pause();
                    let is_last = going.plan.once
                        || going.plan.duration.is_some_and(|duration| began.elapsed() + pause > duration);
                    next = (!is_last).then(|| Instant::now() + pause);
                }
            }
        }
        let given_back = async {
            while !going.stolen.is_empty() {
                going.give_back_first().await;
            }
        };
        if timeout(PATIENCE, given_back).await.is_err() {
            let left: Vec<&str> = going.stolen.iter().map(|(_, lease)| &**lease).collect();
            let message = format!("not given back, and runs out by itself: {}", left.join(", "));
            going.say(What::Failed { message });
        }
        going.end()
    }
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// A run that goes on.
struct Going<T> {
    connection: Connection,
    plan: Plan,
    owners: Owners,
    chance: fastrand::Rng,
    tell: T,
    summary: Summary,
    awaiting: Awaiting,
    /// What is to be given back, and when.
    stolen: Vec<(Instant, String)>,
    /// Why the last round that failed did.
    failed: Option<anyhow::Error>,
    /// What was last heard to fail, while it does.
    heard: Option<String>,
}

impl<T: FnMut(Event)> Going<T> {
    fn say(&mut self, what: What) {
        (self.tell)(Event::now(what));
    }

    /// From one period to one and `factor` more.
    fn pause(&mut self) -> Duration {
        let more = self.plan.factor.max(0.0) * self.chance.f64();
        let pause = Duration::try_from_secs_f64(self.plan.period.as_secs_f64() * (1.0 + more));
        pause.unwrap_or(GREATEST).clamp(LEAST, GREATEST)
    }

    async fn round(&mut self, stop: &CancellationToken) {
        let look = Round::look(&self.connection, &mut self.owners, self.plan.mode);
        let round = match stop.run_until_cancelled(look).await {
            None => return,
            Some(Ok(round)) => round,
            Some(Err(error)) => {
                self.say(What::Failed { message: format!("{error:#}") });
                self.failed = Some(error);
                return;
            }
        };
        self.summary.rounds += 1;
        for what in round.said {
            // That one has no holder which was just taken away is what is measured.
            if !matches!(&what, What::NoHolder { lease } if self.awaiting.is_waited_for(lease)) {
                self.say(what);
            }
        }
        for (component, leaders) in round.components {
            if stop.is_cancelled() {
                return;
            }
            let why = match self.visit(&component, leaders).await {
                Ok(why) => why,
                Err(error) => {
                    self.say(What::Failed { message: format!("{error:#}") });
                    Some(format!("{error:#}"))
                }
            };
            if let Some(why) = why.clone() {
                self.say(What::Untouched { component: component.clone(), why });
            }
            self.summary.row(&component).untouched = why;
        }
    }

    /// Strikes one leader of a component, or says why not.
    async fn visit(&mut self, component: &str, mut leaders: Vec<Leader>) -> anyhow::Result<Option<String>> {
        self.summary.row(component);
        if self.plan.spares(component) {
            return Ok(Some("disabled".to_owned()));
        }
        let reasons: Vec<String> = leaders.iter().filter_map(|leader| leader.spared.clone()).collect();
        leaders.retain(|leader| leader.spared.is_none());
        if leaders.is_empty() {
            return Ok(reasons.into_iter().next());
        }
        let leader = leaders.swap_remove(self.chance.usize(..leaders.len()));
        let deed = Deed::choose(self.plan.mode, &leader, &mut self.chance);
        let since = Instant::now();
        if !self.plan.dry_run {
            // Somebody may be there before the answer is: nothing is heard meanwhile, and all of it has its time.
            let outcome = deed.run(&self.connection, &leader).await;
            // Whether it was stolen may be open: what the stranger does not hold is not given back.
            if deed.is_theft() && matches!(outcome, Outcome::Done | Outcome::Unsure(_)) {
                self.stolen.push((since + KEPT, deed.victim.clone()));
            }
            match outcome {
                Outcome::Spared(why) => return Ok(Some(why)),
                Outcome::Refused(error) | Outcome::Unsure(error) => return Err(error),
                Outcome::Done => {}
            }
            for lease in &deed.leases {
                self.awaiting.expect(component, lease, since);
            }
            self.summary.row(component).kills += 1;
        }
        let leases = deed.leases.iter().map(|lease| lease.name.clone()).collect();
        let (component, victim) = (component.to_owned(), deed.victim.clone());
        let dry_run = self.plan.dry_run;
        let struck = What::Struck { component, victim, deed: deed.words, leases, dry_run };
        (self.tell)(Event::of(since, struck));
        Ok(None)
    }

    fn hear(&mut self, at: Instant, news: News) {
        match news {
            News::Seen(lease) => {
                self.heard = None;
                let Some(awaited) = self.awaiting.arrived(&lease, at) else { return };
                let seconds = at.saturating_duration_since(awaited.since).as_secs_f64();
                self.summary.row(&awaited.component).handed_over(seconds);
                let what = What::HandedOver {
                    component: awaited.component,
                    lease: lease.name,
                    from: awaited.before.holder.unwrap_or_default(),
                    to: lease.holder.unwrap_or_default(),
                    seconds,
                };
                (self.tell)(Event::of(at, what));
            }
            // It is tried again twice a second: once is enough to say so.
            News::Failed(message) if self.heard.as_ref() == Some(&message) => {}
            News::Failed(message) => {
                self.heard = Some(message.clone());
                self.say(What::Failed { message });
            }
        }
    }

    fn look_at_the_clock(&mut self) {
        for awaited in self.awaiting.overdue(self.plan.bound) {
            self.summary.row(&awaited.component).never_came_back += 1;
            self.say(What::NeverCameBack {
                seconds: awaited.since.elapsed().as_secs_f64(),
                component: awaited.component,
                lease: awaited.before.name,
                from: awaited.before.holder.unwrap_or_default(),
            });
        }
    }

    async fn give_back_first(&mut self) {
        let Some((_, lease)) = self.stolen.first().cloned() else { return };
        let given = give_back(&self.connection, &lease).await;
        // Not before: who is interrupted still knows what is to be given back.
        self.stolen.remove(0);
        if let Err(error) = given {
            self.say(What::Failed { message: format!("{error:#}") });
        }
    }

    fn end(mut self) -> anyhow::Result<Summary> {
        if self.summary.rounds == 0
            && let Some(error) = self.failed
        {
            bail!(harmless(&format!("{error:#}")));
        }
        let open: Vec<String> =
            self.awaiting.open().filter(|one| !one.overdue).map(|one| one.component.clone()).collect();
        for component in open {
            self.summary.row(&component).open += 1;
        }
        Ok(self.summary)
    }
}
