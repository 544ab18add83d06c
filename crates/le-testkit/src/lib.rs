//! An API server to test leader election and operators with: in process or over HTTP, with faults on demand.

mod api;
mod builtin;
mod clock;
mod discovery;
mod failure;
mod faults;
mod kind;
mod led;
mod lists;
mod log;
mod meta;
mod request;
mod schema;
mod select;
mod server;
mod store;
mod table;
mod validate;

pub use faults::{Answer, Fault, Faults, Rule};
pub use kind::Kind;
pub use led::{UntilFree, UntilLed};
pub use log::{Entry, Log};
pub use request::{Request, Verb};
pub use server::{ApiServer, ClientService, ConnectionError};
