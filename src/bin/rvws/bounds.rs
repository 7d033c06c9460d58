//! How much the clients of `rvws serve` may take.

use std::time::Duration;

use clap::{Args, value_parser};
use realvirtual_ws::Options;

use crate::arguments::seconds;

/// How much clients may take.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Bounds {
    /// Connected clients in all [default: 512]
    #[arg(long, value_name = "NUMBER")]
    pub max_clients: Option<u32>,
    /// Connected clients from one address, where other machines can connect [default: 64]
    #[arg(long, value_name = "NUMBER")]
    pub max_clients_per_address: Option<u32>,
    /// The largest message that a client may send [default: 4 MiB]
    #[arg(long, value_name = "BYTES", value_parser = value_parser!(u32).range(1..))]
    pub max_message_bytes: Option<u32>,
    /// Signals in all, those that clients bring among them [default: 100000]
    #[arg(long, value_name = "NUMBER")]
    pub max_signals: Option<u32>,
    /// How long a client may take for TLS and the upgrade together [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub handshake_timeout: Option<Duration>,
    /// Clients that may be in the middle of that [default: 64]
    #[arg(long, value_name = "NUMBER")]
    pub max_pending_handshakes: Option<u32>,
    /// Refuse values that lose something when converted, such as 1.5 for an int
    #[arg(long)]
    pub strict_types: bool,
}

impl Bounds {
    pub fn to_options(&self, options: &mut Options) {
        fn set<T: Copy>(limit: &mut T, given: Option<T>) {
            *limit = given.unwrap_or(*limit);
        }
        let limits = &mut options.limits;
        set(&mut limits.max_clients, self.max_clients);
        set(
            &mut limits.max_clients_per_address,
            self.max_clients_per_address,
        );
        set(&mut limits.max_message_bytes, self.max_message_bytes);
        set(&mut limits.max_signals, self.max_signals);
        set(&mut limits.handshake_timeout, self.handshake_timeout);
        set(
            &mut limits.max_pending_handshakes,
            self.max_pending_handshakes,
        );
        options.strict_types = self.strict_types;
    }
}
