//! `rvws completions`: what a shell completes after `rvws`.

use std::io::Write;

use clap::CommandFactory;

use crate::arguments::{Completions, Rvws};
use crate::failure::{Exit, Failure};

pub fn run(arguments: &Completions) -> Result<Exit, Failure> {
    // Into memory first: the generator panics when its reader is gone.
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Rvws::command(), "rvws", &mut text);
    std::io::stdout().write_all(&text)?;
    Ok(Exit::Done)
}
