//! A right to lead that nobody takes back.

use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use le_core::Leadership;
use le_lease::Election;
use le_testkit::ApiServer;
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Becomes the leader, and stops the election there: the right holds for as long as a renewal gives.
pub(crate) fn lead() -> anyhow::Result<Leadership> {
    wait_for_a_new_second();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let leadership = runtime.block_on(async {
        let (give, take) = oneshot::channel();
        let mut give = Some(give);
        let election = Election::new(ApiServer::new().client("counts"), "lock")?;
        tokio::spawn(election.run_while_leading(CancellationToken::new(), move |leadership| {
            if let Some(give) = give.take() {
                let _ = give.send(leadership);
            }
            std::future::pending::<()>()
        }));
        take.await.context("it never led")
    })?;
    // Not dropped: that would end the term.
    std::mem::forget(runtime);
    Ok(leadership)
}

/// Subtracting two times of the clock takes a few instructions more where the later one is earlier in its second. All that is
/// counted happens in the second that begins here, so that it never is.
fn wait_for_a_new_second() {
    let now = Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default();
    thread::sleep(Duration::from_secs(1) - Duration::from_nanos(now.subsec_nanos().into()));
}
