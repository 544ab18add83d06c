//! What the crate promises, tested: the machine alone, and the driver around it.
#![cfg_attr(
    feature = "driver",
    expect(clippy::disallowed_methods, reason = "tests look at the clock from outside")
)]

#[cfg(feature = "driver")]
mod driver;
#[cfg(feature = "driver")]
mod load;
mod machine;
mod properties;
