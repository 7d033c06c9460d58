//! `rvws import`: a server's signals as a signal list.

use realvirtual_ws::options::ImportDirection;

use crate::arguments::Import;
use crate::client;
use crate::failure::{Exit, Failure};

pub fn run(arguments: &Import) -> Result<Exit, Failure> {
    let interface = client::connect_with(&arguments.url, &arguments.connect, |options| {
        if !arguments.keep_direction {
            options.import_direction = ImportDirection::Invert;
        }
    })?;
    client::import(&interface, &arguments.url, &arguments.connect)?;
    client::leave(&interface);
    let count = interface.save_signals(&arguments.output, arguments.format)?;
    eprintln!("rvws: {count} signals in {}", arguments.output);
    Ok(Exit::Done)
}
