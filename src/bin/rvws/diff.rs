//! `rvws diff`: what differs between two servers, or between a server and a signal list.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use realvirtual_ws::{Direction, Interface, ListFormat, Options};
use serde_json::json;

use crate::arguments::Diff;
use crate::client;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Paint, escaped, json_line};
use crate::signal::{Signal, json_value, same, shown};

/// The signals of one side, by name.
struct Side {
    signals: BTreeMap<Arc<str>, Signal>,
    is_list: bool,
}

pub fn run(arguments: &Diff) -> Result<Exit, Failure> {
    // Both, before a server is asked for anything.
    let (a, b) = (place(&arguments.a)?, place(&arguments.b)?);
    let (a, b) = (side(&a, arguments)?, side(&b, arguments)?);
    let values = arguments.values && !a.is_list && !b.is_list;
    if arguments.values && !values {
        return Err(Failure::new(
            Exit::Usage,
            "--values is for two servers: a signal list holds no values",
        ));
    }
    let mut output = Output::new(arguments.colour.color);
    let mut names: Vec<&Arc<str>> = a.signals.keys().chain(b.signals.keys()).collect();
    names.sort();
    names.dedup();
    let mut found = 0_usize;
    for name in names {
        let difference = match (a.signals.get(name), b.signals.get(name)) {
            (Some(a), Some(b)) => differs(a, b, values),
            (Some(a), None) => Some(Difference::OnlyA(a)),
            (None, Some(b)) => Some(Difference::OnlyB(b)),
            (None, None) => None,
        };
        if let Some(difference) = difference {
            found += 1;
            let line = if arguments.json {
                difference.json(name)
            } else {
                difference.line(name, &output)
            };
            output.line(&line)?;
        }
    }
    output.flush()?;
    Ok(if found == 0 { Exit::Done } else { Exit::Found })
}

enum Difference<'a> {
    OnlyA(&'a Signal),
    OnlyB(&'a Signal),
    Type(&'a Signal, &'a Signal),
    Value(&'a Signal, &'a Signal),
}

fn differs<'a>(a: &'a Signal, b: &'a Signal, values: bool) -> Option<Difference<'a>> {
    // A side that says nothing of the direction does not contradict the other.
    let stated = |signal: &Signal| signal.direction.filter(|d| *d != Direction::Auto);
    let directions = stated(a).zip(stated(b));
    if a.kind != b.kind || directions.is_some_and(|(a, b)| a != b) {
        Some(Difference::Type(a, b))
    } else if values && !same(&a.value, &b.value) {
        Some(Difference::Value(a, b))
    } else {
        None
    }
}

impl Difference<'_> {
    fn line(&self, name: &str, output: &Output) -> String {
        let name = escaped(name);
        match self {
            Self::OnlyA(a) => {
                let line = format!("- {name}  {}", a.wire_type());
                output.paint(Paint::Bad, &line).into_owned()
            }
            Self::OnlyB(b) => {
                let line = format!("+ {name}  {}", b.wire_type());
                output.paint(Paint::Good, &line).into_owned()
            }
            Self::Type(a, b) => format!("! {name}  {} | {}", a.wire_type(), b.wire_type()),
            Self::Value(a, b) => format!("! {name}  {} | {}", shown(&a.value), shown(&b.value)),
        }
    }

    fn json(&self, name: &str) -> String {
        let json = match self {
            Self::OnlyA(a) => json!({"name": name, "only": "a", "a": a.wire_type()}),
            Self::OnlyB(b) => json!({"name": name, "only": "b", "b": b.wire_type()}),
            Self::Type(a, b) => {
                json!({"name": name, "differs": "type", "a": a.wire_type(), "b": b.wire_type()})
            }
            Self::Value(a, b) => {
                let (a, b) = (json_value(&a.value), json_value(&b.value));
                json!({"name": name, "differs": "value", "a": a, "b": b})
            }
        };
        json_line(&json)
    }
}

/// What one side is named as: a signal list if there is such a file, else a server.
enum Place<'a> {
    List(&'a str),
    Server(Endpoint),
}

fn place(text: &str) -> Result<Place<'_>, Failure> {
    let path = Path::new(text);
    let is_url = text.contains("://");
    if !is_url && path.is_file() {
        return Ok(Place::List(text));
    }
    if !is_url && path.extension().is_some_and(|e| e == "csv" || e == "json") {
        let what = format!("there is no signal list {text}");
        return Err(Failure::new(Exit::File, what));
    }
    text.parse().map(Place::Server).map_err(|why| {
        Failure::new(
            Exit::Usage,
            format!("{text:?} is no signal list and no URL: {why}"),
        )
    })
}

fn side(place: &Place<'_>, arguments: &Diff) -> Result<Side, Failure> {
    let (interface, is_list) = match place {
        Place::List(file) => {
            let interface = Interface::new(Options::server())?;
            interface.load_signals(file, ListFormat::Auto)?;
            (interface, true)
        }
        Place::Server(url) => {
            let interface = client::open(url, &arguments.connect)?;
            client::leave(&interface);
            (interface, false)
        }
    };
    let signals = Signal::all(&interface)?;
    Ok(Side {
        signals: signals
            .into_iter()
            .map(|signal| (Arc::clone(&signal.name), signal))
            .collect(),
        is_list,
    })
}
