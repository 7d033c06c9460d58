//! `rvws token`: a new token.

use std::io::{self, IsTerminal};

use data_encoding::BASE64URL_NOPAD;
use ring::rand::{SecureRandom, SystemRandom};

use crate::arguments::Token;
use crate::credentials::role;
use crate::failure::{Exit, Failure};
use crate::output::{Output, When};

/// 256 bits, which nobody guesses.
const BYTES: usize = 32;

pub fn run(arguments: &Token) -> Result<Exit, Failure> {
    let mut bytes = [0; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::new(Exit::Lost, "the system has no random numbers to give"))?;
    let token = BASE64URL_NOPAD.encode(&bytes);
    let line = match &arguments.role {
        Some(text) => {
            role(text).map_err(|why| Failure::new(Exit::Usage, why))?;
            format!("{token} {text}")
        }
        None => token,
    };
    let mut output = Output::new(When::Never);
    output.line(&line)?;
    output.flush()?;
    // Only for a person: `RVWS_TOKEN=$(rvws token)` wants the token alone.
    if io::stdout().is_terminal() {
        let used = if arguments.role.is_some() {
            "a line for a file of tokens: rvws serve LIST --token-file FILE"
        } else {
            "at the server and at its clients: RVWS_TOKEN in the environment, or a file with --token-file"
        };
        eprintln!(
            "rvws: {used}; in a program the option access_token. \
             It is sent as Authorization: Bearer, as X-API-Key, or as ?token= where only a path can be given"
        );
    }
    Ok(Exit::Done)
}
