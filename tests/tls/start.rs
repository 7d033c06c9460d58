//! What the files of the options hold, at the start and when they are read again.

use crate::*;

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
    until("the server is not trusted", || {
        let error = client.info().last_error;
        error.is_some_and(|error| error.cause() == Some(Cause::Untrusted))
    });
    ca.write("nothing");
    let error = client.reload_tls().unwrap_err();
    assert!(error.message().contains("tls_ca_file"), "{error}");
    ca.write(&rig.authority.pem);
    client.reload_tls().unwrap();
    until("a connection", || client.info().state == State::Connected);

    let plain = Interface::new(Options::server()).unwrap();
    assert_eq!(plain.reload_tls().unwrap_err().code(), ErrorCode::State);
}

/// The earlier one is in the middle of the old files while the new ones are put in their place.
#[cfg(unix)]
#[test]
fn of_two_threads_that_read_the_files_again_the_later_one_counts() {
    let rig = Rig::new(|_| {});
    let renewed = Own::new(Some(&rig.authority), |_| {});
    let key = rig.files.key.path();
    let old_key = std::fs::read(key).unwrap();
    let pipe = format!("{key}.pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    std::fs::rename(&pipe, key).unwrap();
    std::thread::scope(|scope| {
        let earlier = scope.spawn(|| rig.server.reload_tls());
        // Opens when the other end does: then the old certificate is read.
        let mut old = std::fs::File::options().write(true).open(key).unwrap();
        rig.files.certificate.write(renewed.certificate.pem());
        let new_key = File::new(renewed.key.serialize_pem());
        std::fs::copy(new_key.path(), &pipe).unwrap();
        std::fs::rename(&pipe, key).unwrap();
        let later = scope.spawn(|| rig.server.reload_tls());
        // Time enough for one that does not wait for the other.
        std::thread::sleep(Duration::from_millis(300));
        old.write_all(&old_key).unwrap();
        drop(old);
        earlier.join().unwrap().unwrap();
        later.join().unwrap().unwrap();
    });
    let stream = rig.by_hand(|_| {}).unwrap();
    let shown = stream.conn.peer_certificates().unwrap()[0].clone();
    assert_eq!(shown, *renewed.certificate.der());
}
