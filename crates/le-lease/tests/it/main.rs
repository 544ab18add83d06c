//! What the crate promises, tested: the machine alone, and the driver around it.
#![expect(clippy::disallowed_methods, reason = "tests look at the clock from outside")]

#[cfg(feature = "driver")]
mod driver;
