//! What the work of a leader may end with.

use std::error::Error;

use le_core::PromoteError;

/// What the work of a leader ends with: nothing, or a `Result` whose error gives the Lease back.
pub trait Outcome {
    /// Tells whether the work ended well.
    ///
    /// # Errors
    ///
    /// [`PromoteError`] when the leader cannot do its work, and another replica should try.
    fn into_result(self) -> Result<(), PromoteError>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), PromoteError> {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), PromoteError> {
        self.map_err(PromoteError::new)
    }
}
