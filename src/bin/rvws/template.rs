//! `--format`: how one line for a signal looks.

use std::str::FromStr;

use realvirtual_ws::Quality;

use crate::output::escaped;
use crate::signal::{Signal, shown};

/// What `--help` says of it.
pub const HELP: &str =
    "A line for each signal: %n name, %v value, %t type, %k kind, %q quality, %%, \\t and \\n";

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Field(char),
}

/// A line with places for a signal's parts.
#[derive(Clone, Debug)]
pub struct Template(Vec<Part>);

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (c, chars.clone().next()) {
                ('%', Some('%')) => literal.push('%'),
                ('%', Some(field @ ('n' | 'v' | 't' | 'k' | 'q'))) => {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                    parts.push(Part::Field(field));
                }
                ('%', Some(other)) => {
                    return Err(format!("there is no %{other}: use %n %v %t %k %q %%"));
                }
                ('%', None) => return Err("it ends in %: write %%".to_owned()),
                ('\\', Some('n')) => literal.push('\n'),
                ('\\', Some('t')) => literal.push('\t'),
                ('\\', Some('\\')) => literal.push('\\'),
                (c, _) => {
                    literal.push(c);
                    continue;
                }
            }
            chars.next();
        }
        parts.push(Part::Literal(literal));
        Ok(Self(parts))
    }
}

impl Template {
    pub fn fill(&self, signal: &Signal) -> String {
        let mut line = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => line.push_str(text),
                Part::Field('n') => line.push_str(&escaped(&signal.name)),
                Part::Field('v') => line.push_str(&shown(&signal.value)),
                Part::Field('t') => line.push_str(&signal.wire_type()),
                Part::Field('k') => line.push_str(signal.kind.name()),
                Part::Field(_) => line.push_str(quality_name(signal.quality)),
            }
        }
        line
    }
}

pub fn quality_name(quality: Quality) -> &'static str {
    match quality {
        Quality::Never => "never",
        Quality::Good => "good",
        Quality::Stale => "stale",
    }
}
