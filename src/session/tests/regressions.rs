//! Schedules in which pulses, FIFOs, imports, time-outs and resynchronisation meet: each of them went
//! wrong once.

mod imports;
mod manual;
mod resync;
mod sending;
mod slow;
mod writers;

use std::time::Duration;

use super::crossing::silent_model;
use super::network::{Model, Network, options};
use crate::options::{Mode, Options};
use crate::signals::Declaration;
use crate::value::{Access, Direction, Kind, Quality};

const MS: fn(u64) -> Duration = Duration::from_millis;

pub(super) fn bare(change: impl Fn(&mut Options)) -> (Network, usize, usize) {
    let mut network = Network::new(3);
    let mut s = options(Mode::Server, MS(10));
    let mut c = options(Mode::Client, MS(10));
    change(&mut s);
    change(&mut c);
    let server = network.library(s, MS(0));
    let client = network.library(c, MS(5));
    (network, server, client)
}

pub(super) fn both(network: &mut Network, ends: &[usize], name: &str, kind: Kind) {
    for end in ends {
        network.declare(*end, name, kind, Access::ReadWrite);
    }
}

pub(super) fn declare_with(
    network: &Network,
    end: usize,
    access: Access,
    d: &Declaration<'_>,
) -> u32 {
    network
        .signals(end)
        .declare(d, Direction::Input, access)
        .unwrap()
}

pub(super) fn quality(network: &Network, end: usize, name: &str) -> Quality {
    let signals = network.signals(end);
    let id = signals.names().find(name).unwrap();
    signals.table().slot(id).unwrap().quality
}

/// A peer that says nothing by itself.
pub(super) fn quiet() -> Model {
    Model {
        answers_pings: true,
        ..silent_model()
    }
}
