//! `rvws config`: a server's configuration.

use std::fs;

use realvirtual_ws::ErrorCode;

use crate::arguments::{Config, ConfigCommand, Connect};
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::output::{Output, When, escaped, json_lines, say};
use crate::progress::Progress;

pub fn run(arguments: &Config) -> Result<Exit, Failure> {
    match &arguments.command {
        ConfigCommand::Get { url, connect } => get(url, connect),
        ConfigCommand::Set { url, json, connect } => set(url, json, connect),
    }
}

fn get(url: &Endpoint, connect: &Connect) -> Result<Exit, Failure> {
    let interface = client::connect(url, connect)?;
    let json = {
        let _progress = Progress::new(format!("waiting for the configuration of {url}"));
        interface.config_get(connect.patience())?
    };
    client::leave(&interface);
    // As it came when a program reads it, indented for people.
    let mut output = Output::new(When::Auto);
    match serde_json::from_str(&json) {
        Ok(value) if output.is_terminal() => output.line(&json_lines(&value))?,
        Err(_) if output.is_terminal() => output.line(&escaped(&json))?,
        _ => output.line(&json)?,
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn set(url: &Endpoint, json: &str, connect: &Connect) -> Result<Exit, Failure> {
    let json = match json.strip_prefix('@') {
        Some(file) => fs::read_to_string(file).map_err(|error| {
            Failure::new(
                Exit::File,
                format!("cannot read the configuration {file}: {error}"),
            )
        })?,
        None => json.to_owned(),
    };
    if serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(&json).is_err() {
        let text = "the configuration is no JSON object: write one, or @FILE for one in a file";
        return Err(Failure::new(Exit::Usage, text));
    }
    let interface = client::connect(url, connect)?;
    let said = {
        let _progress = Progress::new(format!("waiting for {url} to apply the configuration"));
        interface
            .config_set(&json, connect.patience())
            .map_err(|error| match error.code() {
                ErrorCode::Denied => Failure::new(
                    Exit::Refused,
                    format!("{url} did not apply it: {}", error.message()),
                ),
                _ => error.into(),
            })?
    };
    client::leave(&interface);
    if !said.is_empty() {
        say(escaped(&said));
    }
    Ok(Exit::Done)
}
