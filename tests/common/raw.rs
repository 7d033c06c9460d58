//! A WebSocket client made by hand on a plain TCP socket, for peers that behave as no library does.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::LIMIT;

/// A text frame as a client sends it, masked with zeros.
pub fn masked(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        n @ 0..=125 => frame.push(0x80 | n as u8),
        n @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((n as u16).to_be_bytes());
        }
        n => {
            frame.push(0x80 | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// A short text frame as a server sends it.
pub fn unmasked(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    let mut frame = match length {
        0..=125 => vec![0x81, length],
        _ => vec![0x81, 126, 0, length],
    };
    frame.extend(text.as_bytes());
    frame
}

/// What a server answers to the upgrade request `head`.
pub fn upgrade_answer(head: &str) -> String {
    use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
    let key = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
        .map(|(_, key)| key.trim())
        .expect("a key");
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    )
}

/// Reads up to the end of an HTTP head.
pub fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("an HTTP head") == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

/// Connects to the server on `port` and upgrades.
pub fn connect(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a listening server");
    stream.set_read_timeout(Some(LIMIT)).expect("a timeout");
    let request = format!(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the request");
    let head = read_head(&mut stream);
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream
}

/// Sends a text message.
pub fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(&masked(text)).expect("an open connection");
}

/// Reads the next frame of a server: its first byte and its payload.
pub fn read_frame(stream: &mut impl Read) -> (u8, Vec<u8>) {
    let (first, mask, payload) = read_any_frame(stream);
    assert_eq!(mask, None, "servers do not mask");
    (first, payload)
}

/// Reads the next frame of a client: its first byte and its payload.
pub fn read_masked_frame(stream: &mut impl Read) -> (u8, Vec<u8>) {
    let (first, mask, mut payload) = read_any_frame(stream);
    let mask = mask.expect("clients mask");
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    (first, payload)
}

fn read_any_frame(stream: &mut impl Read) -> (u8, Option<[u8; 4]>, Vec<u8>) {
    let mut start = [0; 2];
    stream.read_exact(&mut start).expect("a frame");
    let length = match start[1] & 0x7f {
        126 => {
            let mut bytes = [0; 2];
            stream.read_exact(&mut bytes).expect("a length");
            u64::from(u16::from_be_bytes(bytes))
        }
        127 => {
            let mut bytes = [0; 8];
            stream.read_exact(&mut bytes).expect("a length");
            u64::from_be_bytes(bytes)
        }
        n => u64::from(n),
    };
    let mask = (start[1] & 0x80 != 0).then(|| {
        let mut mask = [0; 4];
        stream.read_exact(&mut mask).expect("a mask");
        mask
    });
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).expect("a payload");
    (start[0], mask, payload)
}

/// Reads the next message, whatever its fragments; pings are left unanswered.
pub fn read_text(stream: &mut TcpStream) -> String {
    let mut message = Vec::new();
    loop {
        let (first, payload) = read_frame(stream);
        if first & 0x0f > 1 {
            assert_ne!(first & 0x0f, 8, "closed: {payload:?}");
            continue;
        }
        message.extend(payload);
        if first & 0x80 != 0 {
            return String::from_utf8(message).expect("text");
        }
    }
}
