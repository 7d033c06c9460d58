//! TLS as programs see it: servers and clients of this library with each other and with what speaks TLS by hand.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over real sockets wait in real time and may fail anywhere"
)]

#[path = "../src/runtime/tests/tls/certificates.rs"]
mod certificates;
mod common;

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

#[test]
fn values_cross_a_connection_with_tls_in_both_directions() {
    let rig = Rig::new(|o| o.tls.enabled = true);
    let big = "0123456789".repeat(6000);
    let text = input(&rig.server, "Text", Kind::Text);
    let ids: Vec<u32> = (0..500)
        .map(|n| input(&rig.server, &format!("S{n}"), Kind::Int))
        .collect();
    let back = output(&rig.server, "Back", Kind::Int);
    for address in ["127.0.0.1", "localhost"] {
        let client = rig.client(|o| o.address = address.to_owned());
        let text_there = input(&client, "Text", Kind::Text);
        let last_there = input(&client, "S499", Kind::Int);
        let back_there = output(&client, "Back", Kind::Int);
        connect(&client);
        for round in 1..=20 {
            for id in &ids {
                set(&rig.server, *id, ValueRef::Int(round));
            }
            set(&rig.server, text, ValueRef::Text(&big[round as usize..]));
            set(&client, back_there, ValueRef::Int(round));
            until_holds(&client, last_there, ValueRef::Int(round));
            until_holds(&client, text_there, ValueRef::Text(&big[round as usize..]));
            until_holds(&rig.server, back, ValueRef::Int(round));
        }
        client.stop(SECOND).unwrap();
    }
}

#[test]
fn c23_to_c26_a_server_without_a_usable_certificate_does_not_start() {
    let authority = Authority::new();
    let own = Own::new(Some(&authority), |_| {});
    let (certificate, key) = (own.certificate.pem(), own.key.serialize_pem());
    let other = Own::new(Some(&authority), |_| {}).key.serialize_pem();
    let pems = |own: &Own| (own.certificate.pem(), own.key.serialize_pem());
    let expired = pems(&Own::new(Some(&authority), |p| {
        p.not_after = date_time_ymd(2001, 1, 1);
    }));
    let early = pems(&Own::new(Some(&authority), |p| {
        p.not_before = date_time_ymd(3000, 1, 1);
    }));
    let body = |pem: &str| pem.lines().skip(1).take(2).collect::<Vec<_>>().join("\n");
    let new_encryption = format!(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{0}\n-----END ENCRYPTED PRIVATE KEY-----\n",
        body(&key)
    );
    let old_encryption = format!(
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{0}\n-----END EC PRIVATE KEY-----\n",
        body(&key)
    );
    let dsa = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    let half = &certificate[..certificate.len() / 2];
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
    let der = own.certificate.der().to_vec();
    let (certificate, key) = (certificate.as_bytes(), key.as_bytes());
    // Which case, the two files, the option and the words of the error.
    type Case<'a> = (&'a str, &'a [u8], &'a [u8], &'a str, &'a str);
    let cases: &[Case] = &[
        (
            "C24 empty",
            b"",
            key,
            "tls_certificate_file",
            "no certificate",
        ),
        (
            "C24 text",
            b"hello",
            key,
            "tls_certificate_file",
            "no certificate",
        ),
        ("C24 half", half.as_bytes(), key, "tls_certificate_file", ""),
        (
            "C24 garbage",
            garbage.as_bytes(),
            key,
            "tls_certificate_file",
            "",
        ),
        (
            "C24 broken",
            broken.as_bytes(),
            key,
            "tls_certificate_file",
            "",
        ),
        ("C24 DER", &der, key, "tls_certificate_file", "openssl"),
        (
            "C24 swapped",
            key,
            key,
            "tls_certificate_file",
            "tls_key_file",
        ),
        (
            "C24 no key",
            certificate,
            b"",
            "tls_key_file",
            "no private key",
        ),
        (
            "C24 twice",
            certificate,
            certificate,
            "tls_key_file",
            "tls_certificate_file",
        ),
        (
            "C24 kind",
            certificate,
            dsa.as_bytes(),
            "tls_key_file",
            "ECDSA",
        ),
        (
            "C25",
            certificate,
            other.as_bytes(),
            "tls_key_file",
            "tls_certificate_file",
        ),
        (
            "C26a",
            certificate,
            new_encryption.as_bytes(),
            "tls_key_file",
            "openssl pkey",
        ),
        (
            "C26b",
            certificate,
            old_encryption.as_bytes(),
            "tls_key_file",
            "openssl pkey",
        ),
        (
            "expired",
            expired.0.as_bytes(),
            expired.1.as_bytes(),
            "tls_certificate_file",
            "expired",
        ),
        (
            "not yet valid",
            early.0.as_bytes(),
            early.1.as_bytes(),
            "tls_certificate_file",
            "not valid yet",
        ),
    ];
    let files = Files::of(&own);
    let client_ca = File::new(&authority.pem);
    let mut options = Options::server();
    options.port = 0;
    files.set(&mut options);
    options.tls.client_ca_file = Some(client_ca.path().to_owned());
    let server = Interface::new(options.clone()).unwrap();
    for (case, certificate, key, option, words) in cases {
        files.certificate.write(certificate);
        files.key.write(key);
        let error = server.start().unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls, "{case}: {error}");
        let file = if *option == "tls_key_file" {
            &files.key
        } else {
            &files.certificate
        };
        for word in [&format!("option {option} "), file.path(), words] {
            assert!(
                error.message().contains(word),
                "{case}: no {word:?}: {error}"
            );
        }
        assert_eq!(server.info().state, State::Stopped);
    }
    files.certificate.write(certificate);
    files.key.write(key);
    for content in [
        "",
        broken,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        client_ca.write(content);
        let error = server.start().unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls);
        assert!(
            error.message().contains("option tls_client_ca_file "),
            "{error}"
        );
    }
    client_ca.write(&authority.pem);
    // All of it was repaired while the program ran.
    server.start().unwrap();
    // C23: with other files missing, one after the other.
    for option in 0..3 {
        let mut options = options.clone();
        let tls = &mut options.tls;
        *[
            &mut tls.certificate_file,
            &mut tls.key_file,
            &mut tls.client_ca_file,
        ][option] = Some("no/such/file.pem".to_owned());
        let error = Interface::new(options).unwrap().start().unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls);
        for word in [
            "\"no/such/file.pem\"",
            "no such file",
            "a relative path begins at",
        ] {
            assert!(error.message().contains(word), "{error}");
        }
    }
}

#[test]
fn what_a_client_names_wrongly_is_told_at_its_start() {
    let authority = Authority::new();
    let files = Files::new(&authority);
    let expired = Files::of(&Own::new(Some(&authority), |p| {
        p.not_after = date_time_ymd(2001, 1, 1);
    }));
    type Change<'a> = &'a dyn Fn(&mut Options);
    let cases: [(Change, &str); 6] = [
        (
            &|o| o.tls.ca_file = Some("no/such/file.pem".into()),
            "tls_ca_file",
        ),
        (&|o| o.tls.pin = Some("abc".into()), "tls_pin"),
        (&|o| expired.set(o), "expired"),
        (
            &|o| {
                files.set(o);
                o.tls.key_file = Some(expired.key.path().to_owned());
            },
            "tls_key_file",
        ),
        (
            &|o| {
                files.set(o);
                o.tls.certificate_file = Some("no/such/file.pem".into());
            },
            "tls_certificate_file",
        ),
        (&|o| o.address = "a_b!c".into(), "address"),
    ];
    for (change, words) in cases {
        let mut options = Options::client();
        options.tls.enabled = true;
        change(&mut options);
        let error = Interface::new(options.clone())
            .unwrap()
            .start()
            .unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls, "{error}");
        assert!(error.message().contains(words), "{error}");
        let tested = Interface::test_connection(options, SECOND).unwrap_err();
        assert_eq!(tested.message(), error.message());
    }
}

#[test]
fn files_that_are_read_again_count_for_new_connections_alone() {
    let rig = Rig::new(|_| {});
    let signal = input(&rig.server, "A", Kind::Int);
    let client = rig.client(|_| {});
    let there = input(&client, "A", Kind::Int);
    connect(&client);
    let shown = |rig: &Rig| {
        let stream = rig.by_hand(|_| {}).unwrap();
        stream.conn.peer_certificates().unwrap()[0].clone()
    };
    let first = shown(&rig);

    let renewed = Own::new(Some(&rig.authority), |_| {});
    rig.files.certificate.write(renewed.certificate.pem());
    let error = rig.server.reload_tls().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Tls);
    for word in ["tls_key_file", "stays in use"] {
        assert!(error.message().contains(word), "{error}");
    }
    assert_eq!(shown(&rig), first);
    rig.files.key.write(renewed.key.serialize_pem());
    rig.server.reload_tls().unwrap();
    assert_eq!(shown(&rig), *renewed.certificate.der());
    rig.until_logged(&["read again"]);

    set(&rig.server, signal, ValueRef::Int(7));
    until_holds(&client, there, ValueRef::Int(7));
    assert_eq!(client.stats().connects, 1);
}

#[test]
fn a_client_that_reads_its_files_again_uses_them_at_its_next_connect() {
    let rig = Rig::new(|_| {});
    let ca = File::new(&Authority::new().pem);
    let client = rig.client(|o| {
        o.tls.ca_file = Some(ca.path().to_owned());
        o.max_reconnect_attempts = None;
    });
    client.start().unwrap();
    let error = client.wait_connected(LIMIT).unwrap_err();
    assert_eq!(error.cause(), Some(Cause::Untrusted), "{error}");
    ca.write("nothing");
    let error = client.reload_tls().unwrap_err();
    assert!(error.message().contains("tls_ca_file"), "{error}");
    ca.write(&rig.authority.pem);
    client.reload_tls().unwrap();
    until("a connection", || client.wait_connected(LIMIT).is_ok());

    let plain = Interface::new(Options::server()).unwrap();
    assert_eq!(plain.reload_tls().unwrap_err().code(), ErrorCode::State);
}

#[test]
fn c33_a_plain_client_at_a_tls_server_is_told_in_plain_http() {
    let rig = Rig::new(|_| {});
    let mut stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
        .write_all(request(rig.port(), "").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("use wss://"), "{answer}");
    rig.until_logged(&["plain text (ws://)", "switch TLS on"]);

    let client = client_with(&rig.server, |o| o.max_reconnect_attempts = Some(0));
    let error = refused(&client);
    assert_eq!(error.code(), ErrorCode::Handshake);
    assert_eq!(error.cause(), Some(Cause::IsTls), "{error}");
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

#[test]
fn d4_a_slow_tls_hello_is_cut_and_costs_nobody_else_anything() {
    let rig = Rig::new(|o| o.limits.handshake_timeout = Duration::from_millis(700));
    let hello = half_a_hello(&rig.authority);
    let open = || {
        let stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    };
    let began = Instant::now();
    let (mut silent, mut half, mut drip) = (open(), open(), open());
    half.write_all(&hello).unwrap();
    let mut plain = open();
    plain.write_all(b"GET / HT").unwrap();
    let slow: Vec<TcpStream> = (0..40).map(|_| open()).collect();
    let dripping = std::thread::spawn(move || {
        for byte in hello {
            if drip.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        until_cut(&mut drip);
    });
    let client = rig.client(|_| {});
    connect(&client);
    assert!(began.elapsed() < SECOND, "{:?}", began.elapsed());
    until_cut(&mut silent);
    until_cut(&mut half);
    until_cut(&mut plain);
    dripping.join().unwrap();
    rig.until_logged(&["cut", "handshake took longer than 700 ms"]);
    drop(slow);
}

#[test]
fn d4_the_oldest_handshake_gives_way_to_a_new_one() {
    let rig = Rig::new(|o| {
        o.limits.max_pending_handshakes = 2;
        o.limits.handshake_timeout = LIMIT;
    });
    let open = || {
        let stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    };
    let [mut first, second] = [open(), open()];
    connect(&rig.client(|_| {}));
    until_cut(&mut first);
    rig.until_logged(&["cut", "max_pending_handshakes"]);
    drop(second);
}

#[test]
fn c35_a_client_that_goes_in_the_middle_of_the_handshake_is_forgotten() {
    let rig = Rig::new(|o| o.limits.max_pending_handshakes = 4);
    let hello = half_a_hello(&rig.authority);
    for length in [0, 1, 5, hello.len()] {
        for _ in 0..5 {
            let mut stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
            stream.write_all(&hello[..length]).unwrap();
            drop(stream);
        }
        until("a place is free again", || rig.by_hand(|_| {}).is_ok());
    }
    rig.until_logged(&["left without a byte"]);
    rig.until_logged(&["in the TLS handshake", "broke off"]);
    connect(&rig.client(|_| {}));
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

#[test]
fn c35_a_server_that_cuts_the_handshake_fails_the_client_quickly() {
    let hear = |stream: &mut TcpStream| {
        let mut buffer = [0; 4096];
        assert!(stream.read(&mut buffer).unwrap() > 0);
    };
    let closing = served(move |mut stream| hear(&mut stream));
    let garbage = served(move |mut stream| {
        hear(&mut stream);
        let _ = stream.write_all(&[0x16, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff]);
    });
    let began = Instant::now();
    for port in [closing, garbage] {
        let error = refused(&client_of(port, |o| o.tls.insecure_skip_verify = true));
        assert_eq!(error.code(), ErrorCode::Tls, "{error}");
    }
    assert!(began.elapsed() < 2 * SECOND, "{:?}", began.elapsed());

    let silent = served(|stream| {
        std::thread::spawn(move || until_cut(&mut { stream }));
    });
    let error = refused(&client_of(silent, |o| {
        o.tls.insecure_skip_verify = true;
        o.connect_timeout = Duration::from_millis(200);
    }));
    assert_eq!(error.code(), ErrorCode::Unreachable, "{error}");
    assert!(error.message().contains("TLS"), "{error}");
}

#[test]
fn c34_a_server_with_client_authorities_lets_only_their_clients_in() {
    let rig = Rig::mutual();
    let good = Own::new(Some(&rig.authority), |p| {
        let name = "Viewer\n\u{202e}7".to_owned();
        p.distinguished_name.push(rcgen::DnType::CommonName, name);
    });
    let foreign = Own::new(Some(&Authority::new()), |_| {});
    let expired = Own::new(Some(&rig.authority), |p| {
        p.not_after = date_time_ymd(2001, 1, 1)
    });

    // This library at both ends.
    let client = rig.client(|_| {});
    let error = refused(&client);
    assert_eq!(error.code(), ErrorCode::Certificate, "{error}");
    assert_eq!(error.cause(), Some(Cause::ClientCertificate));
    assert!(error.message().contains("tls_certificate_file"), "{error}");
    rig.until_logged(&["showed no certificate", "tls_client_ca_file"]);

    let files = Files::of(&foreign);
    let error = refused(&rig.client(|o| files.set(o)));
    assert_eq!(error.code(), ErrorCode::Certificate, "{error}");
    assert_eq!(error.cause(), Some(Cause::ClientCertificate));
    assert!(error.message().contains("tls_certificate_file"), "{error}");
    rig.until_logged(&["of no authority", "tls_client_ca_file"]);

    let files = Files::of(&good);
    let client = rig.client(|o| files.set(o));
    connect(&client);
    rig.until_logged(&["with the certificate of Viewer\\n\\u{202e}7"]);

    // Others, in both versions.
    for versions in [TLS12, TLS13] {
        for (own, expected) in [
            (None, AlertDescription::CertificateRequired),
            (Some(&foreign), AlertDescription::UnknownCA),
            (Some(&expired), AlertDescription::CertificateExpired),
        ] {
            let config = client_config(&rig.authority, versions, own);
            // With TLS 1.3 the client's handshake is over before it is judged.
            let error = by_hand(rig.port(), config, |_| {})
                .and_then(|mut stream| stream.read(&mut [0]))
                .unwrap_err();
            assert_eq!(alert(&error), Some(expected), "{error}");
        }
        let config = client_config(&rig.authority, versions, Some(&good));
        let mut stream = by_hand(rig.port(), config, |_| {}).unwrap();
        let head = upgrade(&mut stream, rig.port(), "");
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    }
}

#[test]
fn c34_a_client_shows_its_certificate_and_understands_a_refusal() {
    let authority = Authority::new();
    let own = Own::new(Some(&authority), |_| {});
    let ca = File::new(&authority.pem);
    let (right, wrong) = (Files::new(&authority), Files::new(&Authority::new()));
    for versions in [TLS12, TLS13] {
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots(&authority).into(), provider())
                .build()
                .unwrap();
        let (chain, key) = pair(&own);
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let port = served(move |tcp| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, tcp);
            if stream.conn.complete_io(&mut stream.sock).is_err() {
                // The alert is to arrive although the request was not read.
                stream.conn.write_tls(&mut stream.sock).unwrap();
                let _ = stream.sock.shutdown(std::net::Shutdown::Write);
                until_cut(&mut stream.sock);
                return;
            }
            let head = raw::read_head(&mut stream);
            stream
                .write_all(raw::upgrade_answer(&head).as_bytes())
                .unwrap();
            std::thread::spawn(move || until_cut(&mut stream.sock));
        });
        let client = |files: Option<&Files>| {
            client_of(port, |o| {
                if let Some(files) = files {
                    files.set(o);
                }
                o.tls.ca_file = Some(ca.path().to_owned());
            })
        };
        for files in [None, Some(&wrong)] {
            let error = refused(&client(files));
            assert_eq!(error.code(), ErrorCode::Certificate, "{error}");
            assert_eq!(error.cause(), Some(Cause::ClientCertificate));
            assert!(error.message().contains("tls_certificate_file"), "{error}");
        }
        connect(&client(Some(&right)));
    }
}

#[test]
fn a_proxy_that_wants_a_certificate_says_so_in_http() {
    let authority = Authority::new();
    let ca = File::new(&authority.pem);
    let (chain, key) = pair(&Own::new(Some(&authority), |_| {}));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let port = served(move |tcp| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, tcp);
        raw::read_head(&mut stream);
        let body = "<center>No required SSL certificate was sent</center>";
        let head = format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}", body.len());
        let _ = write!(stream, "{head}\r\n\r\n{body}");
        stream.conn.send_close_notify();
        let _ = stream.flush();
        until_cut(&mut stream.sock);
    });
    let error = refused(&client_of(port, |o| {
        o.tls.ca_file = Some(ca.path().to_owned());
    }));
    assert_eq!(error.code(), ErrorCode::Certificate, "{error}");
    assert_eq!(error.cause(), Some(Cause::ClientCertificate));
}

#[test]
fn only_http_1_1_is_agreed_on_and_names_need_not_be_told() {
    let rig = Rig::new(|_| {});
    let error = rig
        .by_hand(|c| c.alpn_protocols = vec![b"h2".to_vec()])
        .unwrap_err();
    assert_eq!(alert(&error), Some(AlertDescription::NoApplicationProtocol));
    rig.until_logged(&["no HTTP/1.1", "ALPN"]);

    let both = rig.by_hand(|c| c.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()]);
    assert_eq!(both.unwrap().conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut none = rig.by_hand(|c| c.enable_sni = false).unwrap();
    assert_eq!(none.conn.alpn_protocol(), None);
    let same_site = format!("Origin: https://127.0.0.1:{}\r\n", rig.port());
    let head = upgrade(&mut none, rig.port(), &same_site);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
}

#[test]
fn refusals_and_ends_are_told_inside_tls() {
    let rig = Rig::new(|o| o.limits.max_clients = 1);
    let mut first = rig.by_hand(|_| {}).unwrap();
    let head = upgrade(&mut first, rig.port(), "");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    until("it is counted", || rig.server.info().clients == 1);

    let mut second = rig.by_hand(|_| {}).unwrap();
    second
        .write_all(request(rig.port(), "").as_bytes())
        .unwrap();
    let mut answer = String::new();
    // Fails where TLS does not say that it ends.
    second.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");

    let stopping = std::thread::spawn({
        let server = rig.server;
        move || server.stop(LIMIT)
    });
    let (kind, close) = loop {
        let frame = raw::read_frame(&mut first);
        if frame.0 == 0x88 {
            break frame;
        }
    };
    assert_eq!((kind, &close[..2]), (0x88, &1001u16.to_be_bytes()[..]));
    first
        .write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])
        .unwrap();
    first.flush().unwrap();
    // TLS ends in order: read_to_end fails on an end without close_notify.
    first.read_to_end(&mut Vec::new()).unwrap();
    stopping.join().unwrap().unwrap();
}

#[test]
fn a_peer_that_ends_tls_without_a_word_is_as_one_that_ends_tcp() {
    let rig = Rig::new(|_| {});
    let mut stream = rig.by_hand(|_| {}).unwrap();
    let head = upgrade(&mut stream, rig.port(), "");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
    rig.until_logged(&["ended the connection without a WebSocket close"]);
}
