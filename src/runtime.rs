//! Sockets, time and TLS. The only place that reads the clock and starts tasks.
#![allow(
    clippy::disallowed_methods,
    reason = "this layer is where the clock is read and tasks are started"
)]

pub(crate) mod admission;
mod budget;
pub(crate) mod clock;
pub(crate) mod connect;
mod driver;
mod flag;
mod frames;
mod handshakes;
mod http_head;
mod hub;
pub(crate) mod keys;
pub(crate) mod link;
pub(crate) mod listen;
pub(crate) mod meter;
mod origin;
mod queue;
mod shared;
mod stream;
mod tcp;
mod thread;
mod tls;

#[cfg(test)]
mod tests;

pub(crate) use driver::{Command, Commands, TEMPORARY_STOP, drive};
#[cfg(unix)]
pub(crate) use flag::Pipe;
pub(crate) use flag::{Flag, RawFlag};
pub(crate) use hub::{Hub, run, try_run};
pub(crate) use shared::{Answer, Shared};
pub(crate) use thread::NetThread;
#[cfg(any(test, feature = "harness"))]
pub(crate) use tls::Loaded;
