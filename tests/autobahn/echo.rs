//! The library's way into a WebSocket, accepted or dialled, with an echo behind it: run.sh runs Autobahn against it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let role = arguments.next().unwrap_or_default();
    let port = arguments.next().and_then(|port| port.parse().ok());
    let done = match (role.as_str(), port) {
        ("server", Some(port)) => realvirtual_ws::harness::echo_server(port),
        ("client", Some(port)) => realvirtual_ws::harness::echo_client(port, "realvirtual-ws"),
        _ => {
            eprintln!("usage: autobahn server|client PORT");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
