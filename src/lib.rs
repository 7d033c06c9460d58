//! Signals between a digital twin and a controller, over realvirtual.io's WebSocket wire protocol v2.

pub mod error;
pub mod options;
pub mod time;
pub mod value;
