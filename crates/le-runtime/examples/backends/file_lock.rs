//! A backend of one's own: of the replicas on one machine, the one that has a file locked leads.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use le_core::{
    Bucket, BuildError, Elector, ElectorBuilder, ElectorError, Enqueue, FencingToken, LeaderAware, Term,
};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often a replica that waits tries to lock the file.
const RETRY_PERIOD: Duration = Duration::from_secs(1);

/// Builds electors of which the one that has the file `<folder>/<queue>.lock` locked leads all keys of that queue.
///
/// The file holds the token of the latest term. While a replica runs, nobody may delete it: there would be two to lock.
#[derive(Clone, Debug)]
pub(crate) struct FileLock {
    folder: PathBuf,
}

impl FileLock {
    /// Makes a builder whose files are in `folder`, which all replicas share: one of this machine, and not of the network.
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl ElectorBuilder for FileLock {
    fn build(
        &self,
        queue: &str,
        aware: Arc<dyn LeaderAware>,
        enqueue: Enqueue,
    ) -> Result<Box<dyn Elector>, BuildError> {
        let path = self.folder.join(format!("{queue}.lock"));
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let file = Arc::new(file.map_err(|error| BuildError::new(queue, unusable(&path, error)))?);
        Ok(Box::new(FileElector { bucket: Bucket::whole(queue), path, file, aware, enqueue }))
    }
}

struct FileElector {
    bucket: Bucket,
    path: PathBuf,
    /// The system unlocks it when it is closed, and so also when the process ends, however it ends.
    file: Arc<File>,
    aware: Arc<dyn LeaderAware>,
    enqueue: Enqueue,
}

#[async_trait]
impl Elector for FileElector {
    async fn run(self: Box<Self>, stop: CancellationToken) -> Result<(), ElectorError> {
        while !stop.is_cancelled() {
            let outcome = match self.file.try_lock() {
                Ok(()) => self.lead(&stop).await.and_then(|()| self.file.unlock()),
                Err(TryLockError::WouldBlock) => Ok(()),
                Err(TryLockError::Error(error)) => Err(error),
            };
            outcome.map_err(|error| ElectorError::new(unusable(&self.path, error)))?;
            // Also after a promotion that failed: the others try once before this one does again.
            stop.run_until_cancelled(sleep(RETRY_PERIOD)).await;
        }
        Ok(())
    }
}

impl FileElector {
    /// Leads for one term, for as long as the file is locked.
    async fn lead(&self, stop: &CancellationToken) -> io::Result<()> {
        let file = Arc::clone(&self.file);
        let token = spawn_blocking(move || next_token(&file)).await??;
        // When this future is dropped, so is the term, and it ends before the file is closed.
        let term = Term::standing(self.bucket.clone(), token);
        if let Err(error) = term.lead(&*self.aware, Some(self.enqueue.clone()), stop).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(bucket = %self.bucket, error, "promotion failed");
        }
        Ok(())
    }
}

/// Draws the token of the next term, from a file that is locked.
fn next_token(mut file: &File) -> io::Result<FencingToken> {
    let mut last = String::new();
    file.rewind()?;
    file.read_to_string(&mut last)?;
    let last = if last.is_empty() { Some(0) } else { last.parse::<u64>().ok() };
    let token = last.and_then(|last| last.checked_add(1)).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "it holds no token; remove it while no replica runs")
    })?;
    file.rewind()?;
    // Always as many digits, in one piece: whoever finds it half written reads no smaller number.
    file.write_all(format!("{token:020}").as_bytes())?;
    // Before anybody acts under it, so that no power failure brings an old one back.
    file.sync_data()?;
    Ok(FencingToken::new(token))
}

fn unusable(path: &Path, error: io::Error) -> String {
    format!("the lock file {path:?} cannot be used: {error}")
}

impl std::fmt::Debug for FileElector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileElector").field("path", &self.path).finish_non_exhaustive()
    }
}
