//! `rvws import`: a server's signals as a signal list.

use std::fs;

use realvirtual_ws::options::ImportDirection;
use realvirtual_ws::{Interface, ListFormat};

use crate::arguments::Import;
use crate::client;
use crate::failure::{Exit, Failure};
use crate::output::{Output, When, say};
use crate::writer::signals;

pub fn run(arguments: &Import) -> Result<Exit, Failure> {
    let interface = client::connect_with(&arguments.url, &arguments.connect, |options| {
        if !arguments.keep_direction {
            options.import_direction = ImportDirection::Invert;
        }
    })?;
    client::import(&interface, &arguments.url, &arguments.connect)?;
    client::leave(&interface);
    if arguments.output == "-" {
        return print(&interface, arguments.format);
    }
    let count = interface.save_signals(&arguments.output, arguments.format)?;
    say(format_args!(
        "{} in {}",
        signals(count as usize),
        arguments.output
    ));
    Ok(Exit::Done)
}

/// The list on standard output. The library writes files, so it goes through one.
fn print(interface: &Interface, format: ListFormat) -> Result<Exit, Failure> {
    let name = format!("rvws-import-{}.json", std::process::id());
    let file = std::env::temp_dir().join(name);
    let failed = |error| Failure::new(Exit::File, format!("{}: {error}", file.display()));
    interface.save_signals(&file.to_string_lossy(), format)?;
    let text = fs::read_to_string(&file).map_err(failed);
    let _ = fs::remove_file(&file);
    let mut output = Output::new(When::Auto);
    output.write(&text?)?;
    output.flush()?;
    Ok(Exit::Done)
}
