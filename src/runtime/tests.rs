//! Real sockets on loopback, port 0.

mod access;
mod admission;
mod connect;
mod flag;
mod hub;
mod link;
mod listen;
#[cfg(all(unix, feature = "cli"))]
mod tcp;
mod tls;

use std::future::Future;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;

use super::meter::Meter;
use super::stream::MaybeTls;
use super::tls::Loaded;
use crate::error::Result;
use crate::options::Options;

/// What began then has taken no longer than this. Other work on the machine must fail no test, so ten times as long will
/// do; `make verify-times` sets `RV_SLACK` to 1.
#[track_caller]
fn at_most(limit: Duration, started: Instant) {
    let slack = std::env::var("RV_SLACK").map_or(10, |slack| slack.parse().unwrap());
    let took = started.elapsed();
    assert!(took <= limit * slack, "took {took:?}, not {limit:?}");
}

/// No test may hang.
async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("took too long")
}

/// As a client's driver connects: the TLS files are read first.
async fn connect(options: &Options) -> Result<WebSocketStream<Meter<MaybeTls>>> {
    crate::runtime::connect::connect(options, Loaded::load(options)?).await
}

/// Both ends of a connection.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
    (near.unwrap(), far.unwrap().0)
}

/// Reads an HTTP head.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A frame; clients mask, here with zeros.
fn frame(first: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
    let mut out = header(first, masked, payload.len() as u64);
    out.extend(payload);
    out
}

fn header(first: u8, masked: bool, length: u64) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut out = vec![first];
    match length {
        0..=125 => out.push(mask | length as u8),
        126..=0xffff => {
            out.push(mask | 126);
            out.extend((length as u16).to_be_bytes());
        }
        _ => {
            out.push(mask | 127);
            out.extend(length.to_be_bytes());
        }
    }
    if masked {
        out.extend([0; 4]);
    }
    out
}

const UPGRADE: &str = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
