//! The messages of wire protocol v2, as text: encoding, decoding, and the rules that need nothing else.
//!
//! One file per message family. Nothing here does I/O, keeps time, or knows of connections. The hot path,
//! `data` and `snapshot`, goes through [`Decoder`] straight into a [`Batch`] and never builds a JSON tree;
//! everything rare is handed on as a slice of the frame and read by the family's own function.

pub mod coerce;
pub mod config;
pub mod data;
pub mod direction;
pub mod encode;
pub mod envelope;
pub mod import;
pub mod init;
mod raw;
pub mod subscribe;

/// How deep a frame may nest, its own object included. Deeper frames are malformed: nothing in the protocol
/// nests by itself, and the host's own JSON reader would have to walk what `config` carries.
pub const MAX_DEPTH: usize = 127;
