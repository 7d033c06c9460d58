//! Standard output: lines, colours where they are wanted, and no complaint about a reader that is gone.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};

use clap::ValueEnum;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set or TERM is "dumb"
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug)]
pub enum Paint {
    Plain,
    Good,
    Bad,
    Weak,
    Strong,
}

pub struct Output {
    to: BufWriter<Stdout>,
    terminal: bool,
    colour: bool,
}

impl Output {
    pub fn new(when: When) -> Self {
        let terminal = stdout().is_terminal();
        let wanted = || {
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
        };
        Self {
            to: BufWriter::with_capacity(1 << 16, stdout()),
            terminal,
            colour: match when {
                When::Auto => wanted(),
                When::Always => true,
                When::Never => false,
            },
        }
    }

    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())?;
        self.to.write_all(b"\n")
    }

    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// What was written goes out now.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    pub fn paint<'a>(&self, paint: Paint, text: &'a str) -> Cow<'a, str> {
        let code = match paint {
            Paint::Plain => "",
            Paint::Good => "32",
            Paint::Bad => "1;31",
            Paint::Weak => "2",
            Paint::Strong => "1",
        };
        if !self.colour || code.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}
