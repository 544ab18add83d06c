//! The driver against the embedded API server: kube's real client, in virtual time.

mod bench;

mod crash;
mod handover;
