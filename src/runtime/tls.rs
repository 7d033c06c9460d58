//! TLS: what the files of the options hold, and what is made of it.

mod client;
mod failure;
mod files;
mod pin;
mod server;
mod subject;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{ServerConfig, SupportedProtocolVersion};

pub(crate) use self::client::{ClientFiles, start};
pub(crate) use self::failure::refusal;
pub(crate) use self::server::accept;
use super::listen::unbracketed;
use crate::error::{Error, ErrorCode, Result};
use crate::options::{Mode, Options, Tls};

const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// What the files of an interface held when they were last read.
#[derive(Clone, Debug, Default)]
pub(crate) enum Loaded {
    /// TLS is off.
    #[default]
    Off,
    Server(Arc<ServerConfig>),
    Client(Arc<ClientFiles>),
}

impl Loaded {
    /// Reads the files that `options` name, so it does not belong on the network thread.
    ///
    /// # Errors
    /// `Tls`, naming the option and its file, and what to do.
    pub(crate) fn load(options: &Options) -> Result<Self> {
        let tls = &options.tls;
        Ok(match options.mode {
            _ if !tls.enabled => Self::Off,
            Mode::Server => Self::Server(server::config(tls)?),
            Mode::Client => {
                client::server_name(unbracketed(&options.address))?;
                Self::Client(Arc::new(ClientFiles::read(tls)?))
            }
        })
    }

    /// What a server with these options speaks to a client: TLS, or plain text if TLS is off.
    ///
    /// # Errors
    /// TLS is on and nothing was read for it: never plain text instead.
    pub(crate) fn of_server(self, options: &Tls) -> Result<Option<Arc<ServerConfig>>> {
        match self {
            Self::Server(config) if options.enabled => Ok(Some(config)),
            Self::Off if !options.enabled => Ok(None),
            _ => Err(Error::new(
                ErrorCode::Tls,
                "the option tls and what was read of the TLS files do not go together",
            )),
        }
    }
}

/// Passed to the builders by hand: a plugin must not install a default for the host's whole process.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn cannot(what: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::Tls, format!("{what}: {cause}"))
}
