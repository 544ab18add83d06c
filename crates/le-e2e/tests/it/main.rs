//! Tests of the programs as processes.

mod vectors;
