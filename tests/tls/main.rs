//! TLS as programs see it: servers and clients of this library with each other and with what speaks TLS by hand.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

#[path = "../../src/runtime/tests/tls/certificates.rs"]
mod certificates;
#[path = "../common/mod.rs"]
mod common;
mod handshake;
mod link;
mod mutual;
mod start;

use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use certificates::{Authority, File, Own};
use common::{LIMIT, SECOND, client_with, connect, input, output, raw, set, until, until_holds};
use rcgen::date_time_ymd;
use realvirtual_ws::interface::State;
use realvirtual_ws::{Cause, ErrorCode, Interface, Kind, Options, ValueRef};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, RootCertStore, ServerConfig,
    ServerConnection, StreamOwned, SupportedProtocolVersion,
};

const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// The files of a server or a client.
struct Files {
    certificate: File,
    key: File,
}

impl Files {
    fn of(own: &Own) -> Self {
        Self {
            certificate: File::new(own.certificate.pem()),
            key: File::new(own.key.serialize_pem()),
        }
    }

    fn new(authority: &Authority) -> Self {
        Self::of(&Own::new(Some(authority), |_| {}))
    }

    fn set(&self, options: &mut Options) {
        options.tls.enabled = true;
        options.tls.certificate_file = Some(self.certificate.path().to_owned());
        options.tls.key_file = Some(self.key.path().to_owned());
    }
}

/// An authority and a server with a certificate of it.
struct Rig {
    authority: Authority,
    ca: File,
    files: Files,
    server: Interface,
    /// What its log has said.
    log: RefCell<Vec<String>>,
}

impl Rig {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let authority = Authority::new();
        let files = Files::new(&authority);
        let server = common::server_with(|o| {
            files.set(o);
            change(o);
        });
        Self {
            ca: File::new(&authority.pem),
            authority,
            files,
            server,
            log: RefCell::default(),
        }
    }

    /// One that also wants certificates of its clients, of the same authority.
    fn mutual() -> Self {
        let authority = Authority::new();
        let (files, ca) = (Files::new(&authority), File::new(&authority.pem));
        let server = common::server_with(|o| {
            files.set(o);
            o.tls.client_ca_file = Some(ca.path().to_owned());
        });
        Self {
            authority,
            ca,
            files,
            server,
            log: RefCell::default(),
        }
    }

    fn port(&self) -> u16 {
        self.server.info().port
    }

    fn client(&self, change: impl FnOnce(&mut Options)) -> Interface {
        client_with(&self.server, |o| {
            o.tls.enabled = true;
            o.tls.ca_file = Some(self.ca.path().to_owned());
            o.max_reconnect_attempts = Some(0);
            change(o);
        })
    }

    fn until_logged(&self, words: &[&str]) {
        let mut seen = self.log.borrow_mut();
        until(&format!("a log line with {words:?}"), || {
            while let Ok(Some(text)) = self.server.poll_log(|r| (true, r.text.clone())) {
                seen.push(text);
            }
            seen.iter()
                .any(|line| words.iter().all(|word| line.contains(word)))
        });
    }

    /// A connection by hand, after its handshake.
    fn by_hand(
        &self,
        change: impl FnOnce(&mut ClientConfig),
    ) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
        by_hand(
            self.port(),
            client_config(&self.authority, TLS13, None),
            change,
        )
    }
}

fn by_hand(
    port: u16,
    mut config: ClientConfig,
    change: impl FnOnce(&mut ClientConfig),
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    change(&mut config);
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
    tcp.set_read_timeout(Some(LIMIT)).unwrap();
    let mut stream = StreamOwned::new(connection, tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let der = CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap();
    roots.add(der).unwrap();
    roots
}

fn pair(own: &Own) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let key = PrivatePkcs8KeyDer::from(own.key.serialize_der());
    (vec![own.certificate.der().clone()], key.into())
}

fn client_config(
    authority: &Authority,
    versions: &[&'static SupportedProtocolVersion],
    own: Option<&Own>,
) -> ClientConfig {
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots(authority));
    match own.map(pair) {
        Some((chain, key)) => config.with_client_auth_cert(chain, key).unwrap(),
        None => config.with_no_client_auth(),
    }
}

fn request(port: u16, more: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

/// Sends the upgrade; the head of what comes back.
fn upgrade<S: Read + Write>(stream: &mut S, port: u16, more: &str) -> String {
    stream.write_all(request(port, more).as_bytes()).unwrap();
    stream.flush().unwrap();
    raw::read_head(stream)
}

/// The alert that ended a connection made by hand.
fn alert(error: &std::io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

/// Why the client does not get its connection.
fn refused(client: &Interface) -> realvirtual_ws::Error {
    client.start().unwrap();
    let error = client.wait_connected(LIMIT).unwrap_err();
    until("the client has given up", || {
        client.info().state == State::Failed
    });
    error
}

/// The first bytes of a TLS greeting.
fn half_a_hello(authority: &Authority) -> Vec<u8> {
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let config = Arc::new(client_config(authority, TLS13, None));
    let mut connection = ClientConnection::new(config, name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    hello.truncate(hello.len() / 2);
    hello
}

/// Reads until the other end is gone.
fn until_cut(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
}

/// A server by hand: `talk` gets each connection.
fn served(talk: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            talk(stream.unwrap());
        }
    });
    port
}

fn client_of(port: u16, change: impl FnOnce(&mut Options)) -> Interface {
    let mut options = common::client_options(port);
    options.tls.enabled = true;
    options.max_reconnect_attempts = Some(0);
    change(&mut options);
    Interface::new(options).unwrap()
}
