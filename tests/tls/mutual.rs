//! Clients that show certificates, at both ends.

use crate::*;

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
