//! What the command lines share.

mod lease;
mod owner;
mod state;
mod table;
