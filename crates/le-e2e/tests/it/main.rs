//! Tests of the programs as processes.

mod conformance;
mod vectors;
