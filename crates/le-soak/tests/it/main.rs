//! The tests of the soak: its verdict, which must be able to fail, and short runs of the full stack.

mod breaches;
mod runs;
mod support;
mod verdict;
