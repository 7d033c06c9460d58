//! `rvws serve`: a server with the signals of a list.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use realvirtual_ws::interface::EventKind;
use realvirtual_ws::{Access, Interface, Kind, ListFormat, Options, glob};

use crate::arguments::Serve;
use crate::client::{self, goes_on};
use crate::endpoint::Endpoint;
use crate::failure::{Exit, Failure};
use crate::generator::Rule;
use crate::output::{Output, When, say};
use crate::stop::{Deadline, LOOK, on_signals, on_signals_and_reload, reload_requested};
use crate::writer::signals;

/// A generated signal.
struct Generated<'a> {
    id: u32,
    kind: Kind,
    rule: &'a Rule,
}

pub fn run(arguments: &Serve) -> Result<Exit, Failure> {
    let mut options = Options::server();
    options.address.clone_from(&arguments.address);
    options.port = arguments.port;
    options.path.clone_from(&arguments.path);
    options.own_perspective = arguments.perspective;
    options.allowed_origins.clone_from(&arguments.allow_origin);
    options.allowed_hosts.clone_from(&arguments.allow_host);
    options.allow_anonymous_network = arguments.allow_anonymous_network;
    options.tls.enabled = arguments.tls_cert.is_some();
    options.tls.certificate_file.clone_from(&arguments.tls_cert);
    options.tls.key_file.clone_from(&arguments.tls_key);
    options
        .tls
        .client_ca_file
        .clone_from(&arguments.tls_client_ca);
    let tls = options.tls.enabled;
    options
        .trusted_proxies
        .clone_from(&arguments.wanted.trusted_proxy);
    (options.user, options.password) = arguments.wanted.user()?.unzip();
    arguments.bounds.to_options(&mut options);
    let interface = Interface::new(options).map_err(Failure::of_server)?;
    for (token, role) in arguments.wanted.tokens()? {
        interface.add_token(&token, role)?;
    }
    let count =
        (interface.load_signals(&arguments.list, ListFormat::Auto)).map_err(Failure::of_server)?;
    let generated = generated(&interface, &arguments.rules)?;
    if let Some(path) = &arguments.config {
        interface.config_publish(&read_config(path)?)?;
    }
    set_values(&interface, &generated, Duration::ZERO)?;

    if tls {
        on_signals_and_reload();
    } else {
        on_signals();
    }
    let end = Deadline::after(arguments.timeout);
    let started = Instant::now();
    let listening = |failure: Failure| match failure.exit() {
        Exit::Usage => Failure::new(Exit::Listen, failure.message()),
        _ => failure,
    };
    interface
        .start()
        .map_err(Failure::of_server)
        .map_err(listening)?;
    let mut output = Output::new(When::Auto);
    let url = Endpoint {
        tls,
        host: arguments.address.clone(),
        port: interface.info().port,
        path: arguments.path.clone(),
    };
    output.line(&format!("{} at {url}", signals(count as usize)))?;
    output.flush()?;

    let cycle = if generated.is_empty() {
        LOOK
    } else {
        Options::server().update_cycle
    };
    let mut next = started;
    while goes_on(
        &interface,
        end,
        next.saturating_duration_since(Instant::now()),
    )? {
        interface.poll_changes(usize::MAX, |_, _| {})?;
        while let Some(event) = client::next_event(&interface)? {
            match event.kind {
                EventKind::ClientJoined => say(format_args!("joined: {}", event.text)),
                EventKind::ClientLeft => say(format_args!("left: {}", event.text)),
                EventKind::ConfigSet => {
                    let applied = interface.config_publish(&event.text);
                    let said = applied
                        .as_ref()
                        .map_or_else(|e| e.message(), |()| "applied");
                    // The client may be gone.
                    let _ = interface.config_reply(event.token, applied.is_ok(), said);
                }
                _ => {}
            }
        }
        if reload_requested() {
            match interface.reload_tls() {
                Ok(()) => say("the TLS files were read again"),
                Err(error) => {
                    Failure::of_server(error).tell();
                }
            }
        }
        client::tell_log(&interface)?;
        if Instant::now() >= next {
            next = Instant::now() + cycle;
            set_values(&interface, &generated, started.elapsed())?;
        }
    }
    client::leave(&interface);
    Ok(Exit::Done)
}

/// Which signals are generated, each by the first rule that fits its name.
fn generated<'a>(interface: &Interface, rules: &'a [Rule]) -> Result<Vec<Generated<'a>>, Failure> {
    let mut found = Vec::new();
    let mut used = vec![false; rules.len()];
    for id in 0..interface.signal_count() {
        let name = interface.signal_name(id)?;
        let fitting = rules
            .iter()
            .position(|rule| glob::fits(&rule.pattern, &name));
        let Some(index) = fitting else {
            continue;
        };
        let rule = &rules[index];
        used[index] = true;
        let info = interface.signal_info(id)?;
        rule.check(info.kind).map_err(|why| {
            let kind = info.kind.name();
            Failure::new(
                Exit::Value,
                format!("signal {name:?} is of kind {kind}: {why}"),
            )
        })?;
        if !info.access.host_writes() {
            interface.set_access(id, Some(Access::ReadWrite))?;
        }
        found.push(Generated {
            id,
            kind: info.kind,
            rule,
        });
    }
    match used.iter().position(|used| !used) {
        Some(index) => Err(Failure::new(
            Exit::NotFound,
            format!(
                "no signal of the list fits {:?} of --generate: names are case-sensitive",
                rules[index].pattern
            ),
        )),
        None => Ok(found),
    }
}

/// All of one moment in one message.
fn set_values(
    interface: &Interface,
    generated: &[Generated<'_>],
    time: Duration,
) -> Result<(), Failure> {
    let values: Vec<_> = generated
        .iter()
        .filter_map(|one| Some((one.id, one.rule.value(time, one.kind)?)))
        .collect();
    let values = values.iter();
    Ok(interface.set_values(values.map(|(id, value)| Ok((*id, value.as_ref()))))?)
}

fn read_config(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::File,
            format!("cannot read the configuration {}: {error}", path.display()),
        )
    })
}
