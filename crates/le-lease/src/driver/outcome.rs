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

/// Work that never ends by itself, such as a loop, has no outcome.
#[expect(private_interfaces, reason = "`Never` is but a way to write `!`")]
impl Outcome for Never {
    fn into_result(self) -> Result<(), PromoteError> {
        self
    }
}

/// The type `!`, which cannot be named yet, as what a function returns.
type Never = <fn() -> ! as Returns>::Output;

trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}
