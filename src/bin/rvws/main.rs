//! `rvws`: opens, watches, checks and mirrors any endpoint of the protocol, from the command line.
#![allow(
    clippy::disallowed_methods,
    reason = "a program of its own beside the library: it may look at the clock"
)]

mod arguments;
mod bench;
mod bounds;
mod cert;
mod client;
mod completions;
mod config;
mod credentials;
mod diff;
mod doctor;
mod endpoint;
mod failure;
mod generator;
mod get;
mod histogram;
mod import;
mod ls;
mod man;
mod mirror;
mod output;
mod progress;
mod replay;
mod serve;
mod set;
mod signal;
mod stats;
mod stop;
mod table;
mod template;
mod token;
mod watch;
mod writer;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use arguments::{Command, Rvws};
use failure::{Exit, Failure};

fn main() -> ExitCode {
    let result = match Rvws::try_parse() {
        Ok(rvws) => run(rvws.command),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                // A reader that has seen enough may be gone.
                let _ = error.print();
                Ok(Exit::Done)
            }
            _ => Err(usage(&error)),
        },
    };
    let exit = result.unwrap_or_else(|failure| failure.tell());
    ExitCode::from(exit as u8)
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Ls(arguments) => ls::run(&arguments),
        Command::Get(arguments) => get::run(&arguments),
        Command::Set(arguments) => set::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Mirror(arguments) => mirror::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Cert(arguments) => cert::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man => man::run(),
    }
}

/// Clap's message in one line.
fn usage(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::new(
            Exit::Usage,
            "a command or an argument is missing: see rvws --help",
        );
    }
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.is_empty());
    let message: Vec<&str> = lines.map(str::trim).collect();
    let message = message.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Failure::new(
        Exit::Usage,
        format!("{message}; --help shows what there is"),
    )
}
