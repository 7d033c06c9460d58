//! Connecting, and taking over a server's signals.

use std::fs::File;
use std::time::Duration;

use realvirtual_ws::interface::{Event, EventKind, LogLevel};
use realvirtual_ws::options::{ImportDirection, SendMode};
use realvirtual_ws::{ErrorCode, Interface, Options};

use crate::arguments::Connect;
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::output::say;
use crate::progress::Progress;
use crate::stop::{Deadline, LOOK, requested};

/// How long a server may take to connect and to answer, unless -W says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// What has not gone out yet at the end has this long.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Connect {
    /// The time for one step.
    pub fn patience(&self) -> Duration {
        self.timeout.unwrap_or(PATIENCE)
    }

    /// The options of a client of this server. Its directions stay the server's.
    pub fn options(&self, url: &Endpoint) -> Result<Options, Failure> {
        let mut options = Options::client();
        options.address.clone_from(&url.host);
        options.port = url.port;
        options.path.clone_from(&url.path);
        options.client_name.clone_from(&self.name);
        options.tls.enabled = url.tls;
        options.tls.ca_file.clone_from(&self.ca);
        options.tls.pin.clone_from(&self.pin);
        options.tls.insecure_skip_verify = self.insecure;
        options.tls.certificate_file.clone_from(&self.cert);
        options.tls.key_file.clone_from(&self.key);
        options.import_direction = ImportDirection::Keep;
        options.connect_timeout = self.patience();
        options.auto_reconnect = false;
        self.present.to_options(&mut options)?;
        options.send_mode = SendMode::OnChange;
        let files = [&self.ca, &self.pin, &self.cert];
        if !url.tls && (self.insecure || files.iter().any(|file| file.is_some())) {
            return Err(Failure::new(
                Exit::Usage,
                format!("--ca, --pin, --cert and --insecure are for wss://, and {url} is not"),
            ));
        }
        // The library says of them all that TLS could not be set up.
        for file in [&self.ca, &self.cert, &self.key].into_iter().flatten() {
            File::open(file).map_err(|error| {
                Failure::new(Exit::File, format!("cannot read {file}: {error}"))
            })?;
        }
        Ok(options)
    }
}

/// A client of the server `url`, connected.
pub fn connect(url: &Endpoint, arguments: &Connect) -> Result<Interface, Failure> {
    connect_with(url, arguments, |_| {})
}

/// A client of the server `url` with further options, connected.
pub fn connect_with(
    url: &Endpoint,
    arguments: &Connect,
    change: impl FnOnce(&mut Options),
) -> Result<Interface, Failure> {
    let mut options = arguments.options(url)?;
    change(&mut options);
    let interface = Interface::new(options)?;
    start(&interface, url, arguments)?;
    Ok(interface)
}

/// Starts a client and waits for its first connection; the first attempt that fails ends it.
pub fn start(interface: &Interface, url: &Endpoint, arguments: &Connect) -> Result<(), Failure> {
    let _progress = Progress::new(format!("connecting to {url}"));
    interface.start()?;
    let end = Deadline::after(Some(arguments.patience() + LAST_WORDS));
    loop {
        match next_event(interface)? {
            Some(event) if event.kind == EventKind::Connected => return Ok(()),
            Some(event) if event.kind == EventKind::Disconnected => {
                let error = interface.info().last_error;
                return Err(error.map_or_else(
                    || Failure::new(Exit::NoConnection, event.text),
                    Failure::from,
                ));
            }
            Some(_) => {}
            None if end.passed() => {
                return Err(Failure::new(
                    Exit::Timeout,
                    format!("no connection to {url} in time: see rvws doctor"),
                ));
            }
            None => {
                interface.wait(end.left(LOOK))?;
            }
        }
    }
}

/// Takes over the server's signals.
pub fn import(interface: &Interface, url: &Endpoint, arguments: &Connect) -> Result<(), Failure> {
    let _progress = Progress::new(format!("waiting for the signals of {url}"));
    match interface.import(arguments.patience()) {
        Ok(report) => {
            for line in report.text.lines() {
                say(format_args!("{url}: {line}"));
            }
            Ok(())
        }
        Err(error) if error.code() == ErrorCode::Timeout => Err(Failure::new(
            Exit::Timeout,
            format!(
                "{url} is connected, but did not answer the import request within {:?}: rvws doctor {url} finds out why",
                arguments.patience()
            ),
        )),
        Err(error) => Err(error.into()),
    }
}

/// A client with all signals of the server, and the values that its catalogue tells: no others are sent to it.
pub fn open(url: &Endpoint, arguments: &Connect) -> Result<Interface, Failure> {
    open_for(url, arguments, std::iter::empty())
}

/// As [`open`], but the server sends the values of these signals as well.
pub fn open_for<'a>(
    url: &Endpoint,
    arguments: &Connect,
    names: impl Iterator<Item = &'a str>,
) -> Result<Interface, Failure> {
    let interface = Interface::new(arguments.options(url)?)?;
    interface.subscribe(names)?;
    start(&interface, url, arguments)?;
    import(&interface, url, arguments)?;
    Ok(interface)
}

pub fn next_event(interface: &Interface) -> Result<Option<Event>, Failure> {
    Ok(interface.poll_event(|event| (true, event.clone()))?)
}

/// What the library noticed by itself. A connection that was lost is an event, which is told with more.
pub fn next_warning(interface: &Interface) -> Result<Option<String>, Failure> {
    while let Some(record) = interface.poll_log(|record| (true, record.clone()))? {
        if record.level <= LogLevel::Warn && !record.text.starts_with("connection lost: ") {
            return Ok(Some(record.text));
        }
    }
    Ok(None)
}

/// Says that on standard error.
pub fn tell_log(interface: &Interface) -> Result<(), Failure> {
    while let Some(text) = next_warning(interface)? {
        say(text);
    }
    Ok(())
}

/// As [`goes_on`], for a client that only looks: a connection that is lost is a failure.
pub fn looks_on(interface: &Interface, end: Deadline, most: Duration) -> Result<bool, Failure> {
    let on = goes_on(interface, end, most)?;
    interface.poll_changes(usize::MAX, |_, _| {})?;
    while let Some(event) = next_event(interface)? {
        if event.kind == EventKind::Disconnected {
            let text = format!("the connection was lost: {}", event.text);
            return Err(Failure::new(Exit::Lost, text));
        }
    }
    Ok(on)
}

/// Waits for something to poll, for the end of the program's time, or for Ctrl-C. `false`: it is to end.
pub fn goes_on(interface: &Interface, end: Deadline, most: Duration) -> Result<bool, Failure> {
    if requested() || end.passed() {
        return Ok(false);
    }
    interface.wait(end.left(most))?;
    Ok(!requested())
}

/// Says goodbye, so that the other end need not wonder. One that does not answer is left all the same.
pub fn leave(interface: &Interface) {
    let _ = interface.stop(LAST_WORDS);
}
