//! Sessions against each other and against models of other implementations, over a network and a
//! clock that exist only here.

mod access;
mod counters;
mod crossing;
mod effort;
mod extras;
mod log;
mod messages;
mod network;
mod pulses;
mod regressions;
mod requests;
mod resync;
mod scenario;
mod server;
mod sharing;
mod timers;
mod vectors;
