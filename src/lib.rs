//! Signals between a digital twin and a controller, over realvirtual.io's WebSocket wire protocol v2.
//!
//! [`Interface`] is one server or one client. The C interface of the same library is described in
//! `include/realvirtual_ws.h`.

pub mod access;
pub mod error;
pub mod glob;
pub mod interface;
pub mod options;
pub mod time;
pub mod value;

#[cfg(feature = "bench-internals")]
#[doc(hidden)]
pub mod bench;
mod escape;
mod ffi;
#[cfg(any(test, feature = "harness"))]
#[doc(hidden)]
pub mod harness;
mod lists;
mod network;
mod protocol;
mod runtime;
mod session;
mod signals;

pub use access::{Role, TokenTransport};
pub use error::{Cause, Error, ErrorCode, Result};
pub use escape::escape;
pub use interface::{Change, Declaration, Interface};
pub use lists::ListFormat;
pub use options::Options;
pub use value::{Access, Direction, Kind, Perspective, Quality, Value, ValueRef};
