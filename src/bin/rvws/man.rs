//! `rvws man`: the man page, made from the command line's own description.

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::{EXAMPLES, Rvws};
use crate::doctor::CAUSES;
use crate::failure::{EXITS, Exit, Failure};

pub fn run() -> Result<Exit, Failure> {
    let mut command = Rvws::command();
    command.build();
    let mut page = Vec::new();
    render(&command, &mut page)?;
    io::stdout().write_all(&page)?;
    Ok(Exit::Done)
}

fn render(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    page.write_all(b".SH COMMANDS\n")?;
    for sub in command.get_subcommands() {
        subcommand(sub, page)?;
    }
    let examples = EXAMPLES.lines().skip(1).take_while(|line| !line.is_empty());
    page.write_all(b".SH EXAMPLES\n.nf\n")?;
    for line in examples {
        writeln!(page, "{}", escaped(line.trim_start()))?;
    }
    page.write_all(b".fi\n")?;
    let mut text = String::from(".SH CAUSES\nWhat doctor finds:\n");
    for (name, what) in CAUSES {
        let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(what));
    }
    text.push_str(".SH EXIT STATUS\n");
    for (code, meaning) in EXITS {
        let _ = writeln!(text, ".TP\n\\fB{code}\\fR\n{}", escaped(meaning));
    }
    text.push_str(".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nIf set, no colours.\n");
    text.push_str(".TP\n\\fBRVWS_TOKEN\\fR\nThe token that is presented to servers, and that serve asks its clients for.\n");
    text.push_str(".TP\n\\fBRVWS_PASSWORD\\fR\nThe password of the user that \\-\\-user names.\n");
    text.push_str(".TP\n\\fBRV_LOG\\fR\nerror, warn, info or debug: the library's log on standard error, down to that level.\n");
    page.write_all(text.as_bytes())
}

/// One command with its arguments, and those of its own commands.
fn subcommand(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    if command.get_name() == "help" {
        return Ok(());
    }
    let about = command.get_about().map(ToString::to_string);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let mut text = String::new();
    let _ = writeln!(text, ".SS {}", escaped(usage));
    let _ = writeln!(text, "{}", escaped(&about.unwrap_or_default()));
    for argument in command.get_arguments() {
        if argument.get_id() == "help" {
            continue;
        }
        let help = argument.get_help().map(ToString::to_string);
        let short = argument.get_short();
        let short = short.map_or(String::new(), |short| format!("-{short}, "));
        let values: Vec<_> = argument
            .get_possible_values()
            .iter()
            .filter(|_| argument.get_action().takes_values())
            .map(|value| value.get_name().to_owned())
            .collect();
        let values = if values.is_empty() {
            String::new()
        } else {
            format!(": {}", values.join(", "))
        };
        let default: Vec<_> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        let default = if default.is_empty() || !argument.get_action().takes_values() {
            String::new()
        } else {
            format!(" [default: {}]", default.join(", "))
        };
        let _ = writeln!(
            text,
            ".TP\n\\fB{}\\fR\n{}",
            escaped(&format!("{short}{argument}")),
            escaped(&format!("{}{values}{default}", help.unwrap_or_default()))
        );
    }
    page.write_all(text.as_bytes())?;
    command
        .get_subcommands()
        .try_for_each(|sub| subcommand(sub, page))
}

/// Text that roff takes for no command of its own.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
