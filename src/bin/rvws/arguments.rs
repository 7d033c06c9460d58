//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use realvirtual_ws::{ListFormat, Perspective, Role, TokenTransport};

use crate::bounds::Bounds;
use crate::credentials::role;
use crate::endpoint::Endpoint;
use crate::generator::Rule;
use crate::output::When;
use crate::template::{self, Template};

/// What `--help` and the man page end with.
pub const EXAMPLES: &str = "\
Examples:
  rvws doctor plc.local                      why it does not connect
  rvws ls :7000 'Cell1.*'                    signals, types, values
  rvws watch :7000                           a live table
  rvws set :7000 Motor=12.5 Enable=true
  rvws watch :7000 --json > run.ndjson       record every change
  rvws replay run.ndjson :7001               and write them to another server
  rvws ls :7000 --json | jq -r 'select(.value == true).name'
  rvws get :7000 Ready | grep -q true || echo 'not ready'
  rvws serve cell.csv -g 'Sensor=toggle:1s'  a server to try things with
  rvws mirror plc.local :7000                from one server to the other

Exit codes and everything else in one page: rvws man | man -l -";

/// Open, watch, check and mirror endpoints of realvirtual.io's WebSocket protocol v2
///
/// A URL is ws://host:port/path or wss://host:port/path. Without a scheme, "host:port", "host" and ":port" do as well;
/// the port is then 1234 if none is given.
#[derive(Debug, Parser)]
#[command(name = "rvws", version, max_term_width = 100, after_long_help = EXAMPLES)]
pub struct Rvws {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the signals of a server
    Ls(Ls),
    /// Print the values of signals
    Get(Get),
    /// Set signals, and see whether the server keeps the values
    Set(Set),
    /// Watch signals change: a live table on a terminal, else a line for each change
    Watch(Watch),
    /// Serve a signal list, with generated values if wished
    Serve(Serve),
    /// Write every change of the signals of A to the server B
    Mirror(Mirror),
    /// Write the changes that watch --json has recorded to a server, at the recorded pace
    Replay(Replay),
    /// Compare the signals of two servers, or of a server and a signal list
    Diff(Diff),
    /// Write a server's signals into a signal list
    Import(Import),
    /// Read or write the configuration of a server
    Config(Config),
    /// Measure a server: connecting, round trip, catalogue, values per second
    Bench(Bench),
    /// Print counters of a connection
    Stats(Stats),
    /// Find out why it does not work, and what to do
    Doctor(Doctor),
    /// Make an authority, and certificates of it for a server and a client, to try TLS with
    Cert(Cert),
    /// Make a token, which a server asks for and its clients present
    Token(Token),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the man page
    Man,
}

/// How to connect.
#[derive(Clone, Debug, Args)]
pub struct Connect {
    /// Give up after this many seconds; watch, mirror and replay end then
    #[arg(short = 'W', long = "timeout", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// A PEM file with a further authority to trust (wss://)
    #[arg(long, value_name = "FILE")]
    pub ca: Option<String>,
    /// The SHA-256 of the server's public key, in hexadecimal or Base64 (wss://)
    #[arg(long, value_name = "SHA256", value_parser = pin)]
    pub pin: Option<String>,
    /// A PEM file with a certificate of this client, for servers that ask for one (wss://)
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<String>,
    /// A PEM file with the private key of that certificate (wss://)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<String>,
    /// Accept any certificate: nothing then protects against an attacker in between (wss://)
    #[arg(long)]
    pub insecure: bool,
    /// The name that the server is told
    #[arg(long, value_name = "NAME", default_value = "rvws")]
    pub name: String,
    #[command(flatten)]
    pub present: Present,
}

/// What is presented to a server that asks; to both, where there are two.
#[derive(Clone, Debug, Args)]
pub struct Present {
    /// The token that the server asks for; better in RVWS_TOKEN or a file, since others can see command lines
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["token_file", "user"])]
    pub token: Option<String>,
    /// A file with the token in its first line
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    pub token_file: Option<PathBuf>,
    /// How the token is presented: auto (Authorization), x-api-key, query or subprotocol
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = token_transport)]
    pub token_by: TokenTransport,
    /// The user that the server asks for; the password is in RVWS_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A file with the password in its first line
    #[arg(long, value_name = "FILE", requires = "user")]
    pub password_file: Option<PathBuf>,
    /// Present them to another machine without TLS, too, where everyone on the way can read them
    #[arg(long)]
    pub allow_plain_credentials: bool,
}

/// What a server asks its clients for.
#[derive(Clone, Debug, Args)]
pub struct Wanted {
    /// Clients must present this token; better in RVWS_TOKEN or a file, since others can see command lines
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// What that token allows, as "NAME read=PATTERN write=PATTERN import config"; without this everything
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: Option<Role>,
    /// A file with a token in each line, each followed by its role, or by nothing if it allows everything
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// A user whom clients may present instead; the password is in RVWS_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A file with the password in its first line
    #[arg(long, value_name = "FILE", requires = "user")]
    pub password_file: Option<PathBuf>,
    /// A proxy, or a network of proxies, whose X-Forwarded-For, or else Forwarded, tells a client's own address
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<String>,
}

/// How signals are printed.
#[derive(Clone, Debug, Args)]
pub struct Print {
    #[arg(long, value_name = "FORMAT", help = template::HELP, conflicts_with = "json")]
    pub format: Option<Template>,
    /// JSON, one object on each line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub colour: Colour,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct Colour {
    /// Use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

#[derive(Debug, Args)]
pub struct Ls {
    /// The server
    pub url: Endpoint,
    /// Only signals whose names fit one of these: * stands for any characters, ? for one
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    #[command(flatten)]
    pub print: Print,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Get {
    /// The server
    pub url: Endpoint,
    /// The signals
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub print: Print,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Set {
    /// The server
    pub url: Endpoint,
    /// What to set
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// Do not ask whether the server keeps the values
    #[arg(long)]
    pub no_check: bool,
    #[command(flatten)]
    pub connect: Connect,
}

/// By what the table of `watch` is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// By name
    #[default]
    Name,
    /// By value
    Value,
    /// By the number of changes, most first
    Changes,
    /// By the time of the last change, newest first
    Age,
}

#[derive(Debug, Args)]
pub struct Watch {
    /// The server
    pub url: Endpoint,
    /// Only signals whose names fit one of these: * stands for any characters, ? for one
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// End after so many changes; those of one signal that come together count as one
    #[arg(short = 'C', long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Sort the table
    #[arg(long, value_name = "BY", default_value = "name")]
    pub sort: Sort,
    /// Show counters and a histogram of round trips, at the end or below the table
    #[arg(long)]
    pub stats: bool,
    #[command(flatten)]
    pub print: Print,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The signal list, CSV if its name ends in .csv, else realvirtual's exchange file; CSV: Name,Type,Direction in the first line,
    /// BOOL INT FLOAT TEXT and INPUT or OUTPUT (INPUT if empty) in the others; also Symbolname, Comment, Folder.
    /// JSON (.json): {"Signals":[{"Name":"A","Type":"BOOL","Direction":"INPUT"}]}
    pub list: String,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub address: String,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 1234, value_parser = port)]
    pub port: u16,
    /// Serve this path only
    #[arg(long)]
    pub path: Option<String>,
    /// Generate values: NAME=toggle:1s, NAME=ramp:0..100/10s, NAME=sine:-1..1/2s, NAME=script:FILE; NAME may hold * and ?
    #[arg(short = 'g', long = "generate", value_name = "NAME=KIND:…")]
    pub rules: Vec<Rule>,
    /// A JSON object to answer config_get with; config_set replaces it while this runs
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Which side to stand on
    #[arg(long, value_name = "SIDE", default_value = "simulation", value_parser = perspective)]
    pub perspective: Perspective,
    /// A web page's origin that may connect; * for any
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,
    /// A name that clients may call this machine by, besides IP addresses, localhost and its own
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Speak TLS (wss://) with the certificate in this PEM file; SIGHUP reads the TLS files again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<String>,
    /// A PEM file with the private key of that certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<String>,
    /// A PEM file with authorities: clients must show a certificate of one of them
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_client_ca: Option<String>,
    #[command(flatten)]
    pub wanted: Wanted,
    /// Listen beyond this machine although everyone may then write
    #[arg(long)]
    pub allow_anonymous_network: bool,
    /// End after this many seconds
    #[arg(short = 'W', long = "timeout", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub bounds: Bounds,
}

#[derive(Debug, Args)]
pub struct Mirror {
    /// The server to read from
    pub a: Endpoint,
    /// The server to write to
    pub b: Endpoint,
    /// Only signals whose names fit one of these: * stands for any characters, ? for one
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Do not ask at the end whether B keeps the values
    #[arg(long)]
    pub no_check: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// What watch --json has printed; - is standard input
    pub file: String,
    /// The server
    pub url: Endpoint,
    /// Only signals whose names fit one of these: * stands for any characters, ? for one
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// How many times as fast
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Do not ask at the end whether the server keeps the values
    #[arg(long)]
    pub no_check: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// A server, or a signal list
    pub a: String,
    /// The other server, or a signal list
    pub b: String,
    /// Compare values, too (of servers)
    #[arg(long)]
    pub values: bool,
    /// JSON, one object on each line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub colour: Colour,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The server
    pub url: Endpoint,
    /// The file to write, - is standard output: CSV (.csv) with a line Name,Symbolname,Comment,Type,Direction,Folder,
    /// else JSON: {"Signals":[{"Name":"A","Type":"BOOL","Direction":"INPUT"}]}
    #[arg(short, long, value_name = "FILE")]
    pub output: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = list_format)]
    pub format: ListFormat,
    /// Keep the server's directions, instead of inverting them as an import does
    #[arg(long)]
    pub keep_direction: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Config {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the server's configuration
    Get {
        /// The server
        url: Endpoint,
        #[command(flatten)]
        connect: Connect,
    },
    /// Ask the server to apply a configuration
    Set {
        /// The server
        url: Endpoint,
        /// A JSON object, or @FILE for one in a file
        json: String,
        #[command(flatten)]
        connect: Connect,
    },
}

#[derive(Debug, Args)]
pub struct Bench {
    /// The server
    pub url: Endpoint,
    /// How long to count values
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub duration: Duration,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Stats {
    /// The server
    pub url: Endpoint,
    /// How long to count
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub duration: Duration,
    /// In the text format of Prometheus
    #[arg(long)]
    pub prometheus: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The server
    pub url: Endpoint,
    /// What this side declares, a signal list: its names, types and directions are compared with the server's
    #[arg(long, value_name = "FILE")]
    pub list: Option<String>,
    /// The side that the list is for
    #[arg(long, value_name = "SIDE", default_value = "simulation", value_parser = perspective)]
    pub perspective: Perspective,
    /// The side that the server stands on [default: the same side, whose directions an import inverts]
    #[arg(long, value_name = "SIDE", value_parser = perspective)]
    pub peer_perspective: Option<Perspective>,
    /// How long to look at what the server sends
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub duration: Duration,
    /// JSON, one object on each line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub colour: Colour,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Token {
    /// Make a line for a file of tokens, with what this one allows: "NAME read=PATTERN write=PATTERN import config".
    /// PATTERN is a signal's name, in which * stands for any characters and ? for one
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
}

#[derive(Debug, Args)]
pub struct Cert {
    /// The folder to write the files into; made if need be
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// A name or IP address of the server, besides localhost, 127.0.0.1, ::1 and this machine's name
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// What the client is called in its certificate
    #[arg(long, value_name = "NAME", default_value = "client")]
    pub client_name: String,
    /// For how many days the certificates are valid
    #[arg(long, default_value_t = 397, value_parser = clap::value_parser!(u64).range(1..=36500))]
    pub days: u64,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "write seconds, such as 2 or 0.5".to_owned())?;
    if !(0.001..=1e6).contains(&seconds) {
        return Err("write 0.001 to 1000000 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "write 0 to 65535".to_owned())
}

/// As the library reads it: 32 bytes, which are 64 hexadecimal digits or 44 characters of Base64.
fn pin(text: &str) -> Result<String, String> {
    let bare = text.trim();
    let bare = bare.strip_prefix("sha256/").unwrap_or(bare);
    let bare = bare
        .strip_prefix('/')
        .filter(|_| bare.len() == 45)
        .unwrap_or(bare);
    let hexadecimal = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal || (bare.len() == 44 && bare.ends_with('=')) {
        return Ok(text.to_owned());
    }
    Err("write 64 hexadecimal digits, or 44 characters of Base64".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.001..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("write 0.001 to 1000".to_owned()),
    }
}

fn perspective(text: &str) -> Result<Perspective, String> {
    match text {
        "simulation" => Ok(Perspective::Simulation),
        "controller" => Ok(Perspective::Controller),
        _ => Err("write simulation or controller".to_owned()),
    }
}

fn token_transport(text: &str) -> Result<TokenTransport, String> {
    match text {
        "auto" => Ok(TokenTransport::Auto),
        "x-api-key" => Ok(TokenTransport::XApiKey),
        "query" => Ok(TokenTransport::Query),
        "subprotocol" => Ok(TokenTransport::Subprotocol),
        _ => Err("write auto, x-api-key, query or subprotocol".to_owned()),
    }
}

fn list_format(text: &str) -> Result<ListFormat, String> {
    match text {
        "auto" => Ok(ListFormat::Auto),
        "json" => Ok(ListFormat::Json),
        "csv" => Ok(ListFormat::Csv),
        _ => Err("write auto, json or csv".to_owned()),
    }
}
