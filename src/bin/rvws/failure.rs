//! Exit codes, and failures as one line on standard error.

use std::io;

use realvirtual_ws::{Cause, Error, ErrorCode};

use crate::output::say;

macro_rules! exits {
    ($($variant:ident = $code:literal, $meaning:literal;)*) => {
        /// How the program ends. Part of its interface: codes are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Exit { $($variant = $code,)* }

        /// Every code with its meaning, for the man page.
        pub const EXITS: &[(u8, &str)] = &[$(($code, $meaning),)*];
    };
}

exits! {
    Done = 0, "Done; also after Ctrl-C in commands that run until then, and when the reader of the output is gone.";
    Found = 1, "diff found differences, or doctor found a cause.";
    Usage = 2, "The command line is wrong.";
    NoConnection = 3, "Nothing listens there, no route, or the host name does not resolve.";
    NoWebSocket = 4, "Something accepts the connection, but does not answer as a WebSocket server at this path.";
    Tls = 5, "TLS could not be set up, or the certificate is not trusted.";
    Refused = 6, "The server refused this client, such as for want of a token, or a configuration.";
    NotFound = 7, "There is no such signal.";
    Value = 8, "A value does not fit its signal, or the server did not keep it.";
    File = 9, "A file cannot be read or written, or is not what it should be.";
    Timeout = 10, "The time (-W) ran out before it was done.";
    Listen = 11, "Cannot listen on this address and port.";
    Lost = 12, "The connection was lost, or the system refused a resource.";
}

/// Why a command ends early.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    /// Empty: nothing to say.
    message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    /// Says it on standard error and gives the exit code.
    pub fn tell(&self) -> Exit {
        if !self.message.is_empty() {
            say(self.message.replace('\n', " "));
        }
        self.exit
    }
}

impl Failure {
    /// Of a server that this program is, whose options have other names than a client's.
    pub fn of_server(error: Error) -> Self {
        Self::of(
            &error,
            &[
                ("tls_certificate_file", "--tls-cert"),
                ("tls_key_file", "--tls-key"),
                ("tls_client_ca_file", "--tls-client-ca"),
                ("allowed_origins", "--allow-origin"),
                ("max_signals", "--max-signals"),
            ],
        )
    }

    fn of(error: &Error, names: &[(&str, &str)]) -> Self {
        use ErrorCode as Code;
        let exit = match error.code() {
            Code::Unreachable if error.cause() == Some(Cause::Silent) => Exit::NoWebSocket,
            Code::Resolve | Code::Refused | Code::Unreachable => Exit::NoConnection,
            Code::Handshake => Exit::NoWebSocket,
            Code::Tls | Code::Certificate => Exit::Tls,
            Code::Denied => Exit::Refused,
            Code::NotFound => Exit::NotFound,
            Code::Kind | Code::NotWritable | Code::NotFinite | Code::Text | Code::Limit => {
                Exit::Value
            }
            Code::File | Code::Format | Code::Exists | Code::Name => Exit::File,
            Code::Timeout => Exit::Timeout,
            Code::PortInUse | Code::Permission | Code::InsecureBind => Exit::Listen,
            Code::Argument | Code::Address => Exit::Usage,
            _ => Exit::Lost,
        };
        Self::new(exit, options_of(error.message(), names))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::of(&error, OF_CLIENT)
    }
}

const OF_CLIENT: &[(&str, &str)] = &[
    ("tls_certificate_file", "--cert"),
    ("tls_key_file", "--key"),
];

/// What went wrong with a client, in the words of this command line.
pub fn in_words(error: &Error) -> String {
    options_of(error.message(), OF_CLIENT)
}

/// The library names its options; this program has its own names for them, `flags` among them.
fn options_of(message: &str, flags: &[(&str, &str)]) -> String {
    let common = [
        ("tls_ca_file", "--ca"),
        ("tls_pin", "--pin"),
        ("allow_anonymous_network", "--allow-anonymous-network"),
        (
            "access_token (or user and password, or add tokens with roles)",
            "--token",
        ),
        (
            "access_token, or user and password",
            "RVWS_TOKEN, --token-file or --user",
        ),
        ("access_token", "the token"),
        ("token_transport", "--token-by"),
        ("allow_plain_credentials", "--allow-plain-credentials"),
        ("trusted_proxies", "--trusted-proxy"),
    ];
    let mut text = message
        .replace("the option path", "the path in the URL")
        .replace("the option address", "the host in the URL");
    for (option, flag) in common.iter().chain(flags) {
        for before in ["the options ", "the option ", "options ", "option ", ""] {
            text = text.replace(&format!("{before}{option}"), flag);
        }
    }
    text
}

impl From<io::Error> for Failure {
    /// Of standard output. A reader that has gone away is none of our business.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Done, "");
        }
        Self::new(
            Exit::File,
            format!("cannot write to standard output: {error}"),
        )
    }
}
