//! The simulator, tested: what it finds stays found, and it can find something at all.

mod explore;
mod go;
mod shrink;
mod traces;
