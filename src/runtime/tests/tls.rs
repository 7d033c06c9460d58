mod certificates;

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{connect, within};
use crate::error::{ErrorCode, Result};
use crate::options::Options;
use crate::runtime::admission::{self, Door, Policy};
use crate::runtime::link::websocket_config;
use crate::runtime::tls::Loaded;

use certificates::{Authority, File, Own};

/// A certificate for 127.0.0.1 and localhost, changed by `change`, of `issuer` or self-signed.
fn server_config(
    issuer: Option<&Authority>,
    change: impl FnOnce(&mut CertificateParams),
) -> ServerConfig {
    config_of(&Own::new(issuer, change))
}

fn config_of(own: &Own) -> ServerConfig {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.certificate.der().clone()], key)
        .unwrap()
}

/// Connects to a WebSocket server with `config`.
async fn meet(config: ServerConfig, change: impl FnOnce(&mut Options)) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = Options {
        port: listener.local_addr().unwrap().port(),
        connect_timeout: Duration::from_secs(3),
        ..Options::client()
    };
    options.tls.enabled = true;
    change(&mut options);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let policy = Policy::new(&Options::server());
            let _held =
                admission::accept(stream, Door::open(&policy), peer, websocket_config(1000)).await;
            std::future::pending::<()>().await;
        }
    });
    let result = within(connect(&options)).await;
    server.abort();
    result.map(drop)
}

fn trust(options: &mut Options, file: &File) {
    options.tls.ca_file = Some(file.path().to_owned());
}

#[tokio::test]
async fn c31_an_authority_from_the_ca_file_is_trusted() {
    let authority = Authority::new();
    let file = File::new(&authority.pem);
    for address in ["127.0.0.1", "localhost"] {
        let config = server_config(Some(&authority), |_| {});
        meet(config, |o| {
            o.address = address.into();
            trust(o, &file);
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn c32_a_pinned_key_is_the_only_one_that_passes() {
    let authority = Authority::new();
    let file = File::new(&authority.pem);
    let own = Own::new(Some(&authority), |_| {});
    let config = config_of(&own);
    let spki = rcgen::PublicKeyData::subject_public_key_info(&own.key);
    let hash = ring::digest::digest(&ring::digest::SHA256, &spki);
    let hex = data_encoding::HEXLOWER.encode(hash.as_ref());
    let base64 = data_encoding::BASE64.encode(hash.as_ref());
    for pin in [hex.clone(), hex.to_uppercase(), format!("sha256//{base64}")] {
        let pinned = |options: &mut Options| {
            trust(options, &file);
            options.tls.pin = Some(pin);
        };
        meet(config.clone(), pinned).await.unwrap();
    }
    let wrong = |options: &mut Options| {
        trust(options, &file);
        options.tls.pin = Some("00".repeat(32));
    };
    let error = meet(config.clone(), wrong).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Certificate);
    assert!(error.message().contains("tls_pin"), "{error}");
    // The pin comes on top: without the authority the right key is not enough.
    let alone = |options: &mut Options| options.tls.pin = Some(hex);
    let error = meet(config.clone(), alone).await.unwrap_err();
    assert!(error.message().contains("ca_file"), "{error}");
    let malformed = |options: &mut Options| options.tls.pin = Some("abc".to_owned());
    let error = meet(config, malformed).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Tls);
}

#[tokio::test]
async fn c27_to_c30_bad_certificates_are_refused_with_their_cause() {
    let authority = Authority::new();
    let file = File::new(&authority.pem);
    let cases: [(&str, ServerConfig, &str); 5] = [
        ("C27", server_config(None, |_| {}), "ca_file"),
        (
            "C28",
            server_config(Some(&authority), |p| {
                p.subject_alt_names =
                    vec![rcgen::SanType::DnsName("other.example".try_into().unwrap())];
            }),
            "other.example",
        ),
        (
            "C29",
            server_config(Some(&authority), |p| {
                p.not_after = date_time_ymd(2001, 1, 1)
            }),
            "expired",
        ),
        (
            "C30a",
            server_config(Some(&authority), |p| {
                p.not_before = date_time_ymd(3000, 1, 1)
            }),
            "not valid yet",
        ),
        (
            "C30b",
            server_config(Some(&Authority::new()), |_| {}),
            "unknown authority",
        ),
    ];
    for (name, config, words) in cases {
        let error = meet(config, |o| trust(o, &file)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Certificate, "{name}: {error}");
        assert!(error.message().contains(words), "{name}: {error}");
    }
}

#[tokio::test]
async fn skipping_verification_accepts_any_certificate() {
    let config = server_config(None, |p| p.not_after = date_time_ymd(2001, 1, 1));
    meet(config, |o| o.tls.insecure_skip_verify = true)
        .await
        .unwrap();
}

#[tokio::test]
async fn tls_1_2_is_spoken_too() {
    let authority = Authority::new();
    let file = File::new(&authority.pem);
    let mut config = server_config(Some(&authority), |_| {});
    config = ServerConfig::builder_with_provider(config.crypto_provider().clone())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(config.cert_resolver.clone());
    meet(config, |o| trust(o, &file)).await.unwrap();
}

#[tokio::test]
async fn c33_a_plain_client_at_a_tls_port_is_told() {
    let error = meet(server_config(None, |_| {}), |o| o.tls.enabled = false)
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Handshake);
    assert!(error.message().contains("speaks TLS"), "{error}");
}

#[test]
fn bad_ca_files_are_named() {
    let empty = File::new("no certificate here\n");
    let garbage = File::new("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let broken = File::new("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
    for path in [
        "/no/such/file.pem",
        empty.path(),
        garbage.path(),
        broken.path(),
    ] {
        let mut options = Options::client();
        options.tls.enabled = true;
        options.tls.ca_file = Some(path.to_owned());
        let error = Loaded::load(&options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls);
        assert!(error.message().contains(path), "{error}");
    }
}

#[test]
fn no_process_wide_provider_is_installed() {
    let mut options = Options::client();
    options.tls.enabled = true;
    Loaded::load(&options).unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[test]
fn a_server_of_tls_never_speaks_plain_text_instead() {
    let server = Loaded::Server(Arc::new(server_config(None, |_| {})));
    let (mut on, off) = (Options::server().tls, Options::server().tls);
    on.enabled = true;
    assert!(server.clone().of_server(&on).unwrap().is_some());
    assert!(Loaded::Off.of_server(&off).unwrap().is_none());
    let mut client = Options::client();
    client.tls.enabled = true;
    let client = Loaded::load(&client).unwrap();
    for (loaded, options) in [(Loaded::Off, &on), (client, &on), (server, &off)] {
        let error = loaded.of_server(options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Tls);
    }
}
