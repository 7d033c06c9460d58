//! `rvws doctor`: finds out why it does not work, and says what to do.

mod behaviour;
mod compare;
mod reach;

use realvirtual_ws::{Interface, escape};
use serde_json::json;

use crate::arguments::Doctor;
use crate::client;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Paint, harmless, json_line};
use crate::signal::Signal;

macro_rules! causes {
    ($($variant:ident = $name:literal, $what:literal;)*) => {
        /// What can be wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Cause { $($variant,)* }

        /// Every cause with its meaning, for the man page. Names are part of the interface.
        pub const CAUSES: &[(&str, &str)] = &[$(($name, $what),)*];

        impl Cause {
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

causes! {
    NoHost = "no-host", "The host name does not resolve.";
    NothingListens = "nothing-listens", "The host says that no program listens on this port.";
    NoAnswer = "no-answer", "Nobody answers: the wrong host, or a firewall drops what is sent to this port.";
    WrongPath = "wrong-path", "A web server answers, but there is no WebSocket at this path.";
    NotWebSocket = "not-websocket", "What answers is no WebSocket server.";
    Busy = "busy", "The server takes no more clients.";
    Refused = "refused", "The server wants a token or a password, or refuses by its rules for origins and hosts.";
    PlainPort = "plain-port", "wss:// to a port that speaks plain text.";
    TlsPort = "tls-port", "ws:// to a port that speaks TLS.";
    Untrusted = "untrusted", "The certificate is self-signed or of an authority that is not trusted here.";
    WrongName = "wrong-name", "The certificate is for another host name.";
    WrongTime = "wrong-time", "The certificate has expired, or is not valid yet.";
    ClientCertificate = "client-certificate", "The server wants a certificate of this client, or another one.";
    Tls = "tls", "TLS fails for another reason.";
    OldProtocol = "old-protocol", "The server speaks the older protocol v1.";
    Multiuser = "multiuser", "This is the port of the multiuser protocol.";
    Lost = "lost", "The server ends the connection.";
    NoCatalogue = "no-catalogue", "The server does not answer the import request.";
    NoData = "no-data", "Connected, but no value comes.";
    TypeClash = "type-clash", "A signal is of one type here and of another there.";
    BothWrite = "both-write", "Both sides write a signal.";
    BothRead = "both-read", "Both sides read a signal, and nobody writes it.";
    Case = "case", "Names that differ only in upper and lower case.";
    Missing = "missing", "Signals of the list that the server does not have.";
    LargeMessages = "large-messages", "Messages of more than 8 KB, which simple clients cut off.";
    Echo = "echo", "The server answers every data message with another.";
    Storm = "storm", "The server sends the same values over and over.";
}

/// Something that is wrong.
pub struct Finding {
    cause: Cause,
    /// What, and where.
    what: String,
    remedy: String,
}

impl Finding {
    fn new(cause: Cause, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            cause,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

pub fn run(arguments: &Doctor) -> Result<Exit, Failure> {
    // First, so that a list that cannot be read is not found after a minute.
    let listed = match &arguments.list {
        Some(file) => Some(compare::listed(file)?),
        None => None,
    };
    let options = arguments.connect.options(&arguments.url)?;
    let interface = Interface::new(options)?;
    let mut findings = Vec::new();
    let mut good = Vec::new();
    match reach::connect(&interface, &arguments.url, &arguments.connect)? {
        Some(finding) => findings.push(finding),
        None => {
            good.push(format!("connected to {}", arguments.url));
            let seen = behaviour::examine(&interface, arguments)?;
            findings.extend(seen.findings);
            good.extend(seen.good);
            if seen.catalogue {
                let signals = Signal::all(&interface)?;
                findings.extend(compare::within(&signals));
                if let Some(listed) = &listed {
                    findings.extend(compare::with(listed, &signals, arguments));
                }
            }
            client::leave(&interface);
        }
    }
    print(&good, &findings, arguments)?;
    Ok(if findings.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}

fn print(good: &[String], findings: &[Finding], arguments: &Doctor) -> Result<(), Failure> {
    let mut output = Output::new(arguments.colour.color);
    if arguments.json {
        for finding in findings {
            let Finding { what, remedy, .. } = finding;
            let line = json!({"cause": finding.cause.name(), "what": what, "remedy": remedy});
            output.line(&json_line(&line))?;
        }
        if findings.is_empty() {
            output.line(&json_line(
                &json!({"cause": null, "what": "nothing wrong found"}),
            ))?;
        }
        return Ok(output.flush()?);
    }
    for line in good {
        output.line(&format!("{}  {line}", output.paint(Paint::Good, "ok")))?;
    }
    for finding in findings {
        let name = output.paint(Paint::Bad, finding.cause.name());
        output.line(&format!("{name}: {}", harmless(&finding.what)))?;
        output.line(&format!("    {}", harmless(&finding.remedy)))?;
    }
    output.line(&match findings.len() {
        0 => "nothing wrong found".to_owned(),
        1 => "1 cause found".to_owned(),
        count => format!("{count} causes found"),
    })?;
    Ok(output.flush()?)
}

/// The first of several names, and how many more.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| escape(name)).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}
