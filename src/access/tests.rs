use super::*;

fn client(change: impl FnOnce(&mut Options)) -> Result<()> {
    let mut options = Options::client();
    change(&mut options);
    options.validate()
}

#[test]
fn c16_empty_and_unusable_secrets_are_no_start() {
    type Change = fn(&mut Options);
    let cases: [(Change, &str); 11] = [
        (|o| o.access_token = Some(String::new()), "access_token"),
        (|o| o.access_token = Some(" ".into()), "access_token"),
        (|o| o.access_token = Some("a b".into()), "access_token"),
        (|o| o.access_token = Some("a\r\nb".into()), "access_token"),
        (|o| o.access_token = Some("ä".into()), "access_token"),
        (|o| o.access_token = Some("x".repeat(4097)), "access_token"),
        (|o| o.user = Some("u".into()), "password"),
        (|o| o.password = Some("p".into()), "user"),
        (
            |o| (o.user, o.password) = (Some("u".into()), Some(String::new())),
            "password",
        ),
        (
            |o| (o.user, o.password) = (Some("a:b".into()), Some("p".into())),
            "user",
        ),
        (
            |o| o.trusted_proxies = vec!["10.0.0.0/33".into()],
            "trusted_proxies",
        ),
    ];
    for (change, word) in cases {
        for mut options in [Options::server(), Options::client()] {
            change(&mut options);
            let error = options.validate().unwrap_err();
            assert_eq!(error.code(), ErrorCode::Argument, "{error}");
            assert!(error.message().contains(word), "{error}");
        }
    }
    let error = client(|o| o.access_token = Some("sesame open".into())).unwrap_err();
    assert!(!error.message().contains("sesame"), "{error}");
}

#[test]
fn credentials_leave_this_machine_only_over_tls_or_when_allowed() {
    let with = |address: &str, change: fn(&mut Options)| {
        client(|o| {
            o.address = address.into();
            change(o);
        })
    };
    let token: fn(&mut Options) = |o| o.access_token = Some("t".into());
    for address in [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "[::1]",
        "LocalHost",
        "::ffff:127.0.0.1",
    ] {
        with(address, token).unwrap();
    }
    let ways: [fn(&mut Options); 3] = [
        token,
        |o| (o.user, o.password) = (Some("u".into()), Some("p".into())),
        |o| o.path = Some("/a?x=1&Access_Token=t".into()),
    ];
    for way in ways {
        for address in ["10.0.0.1", "plant.example", "localhost.evil.com", "0.0.0.0"] {
            let error = with(address, way).unwrap_err();
            assert!(
                error.message().contains("allow_plain_credentials"),
                "{error}"
            );
        }
    }
    with("10.0.0.1", |o| o.path = Some("/a?mytoken=t".into())).unwrap();
    with("10.0.0.1", |o| {
        o.access_token = Some("t".into());
        o.tls.enabled = true;
    })
    .unwrap();
    with("10.0.0.1", |o| {
        o.access_token = Some("t".into());
        o.allow_plain_credentials = true;
    })
    .unwrap();
    let both = with("127.0.0.1", |o| {
        o.access_token = Some("t".into());
        (o.user, o.password) = (Some("u".into()), Some("p".into()));
    });
    assert!(both.unwrap_err().message().contains("both"));
}

#[test]
fn c15_percent_escapes_are_taken_out_once() {
    for (text, expected) in [
        ("a%2Fb%2f", "a/b/"),
        ("a+b", "a+b"),
        ("%", "%"),
        ("%4", "%4"),
        ("%zz", "%zz"),
        ("%2541", "%41"),
        ("", ""),
    ] {
        assert_eq!(percent_decoded(text), expected.as_bytes(), "{text}");
    }
    for token in ["plain", "a/b+c=?&#%", "~._-"] {
        assert_eq!(percent_decoded(&percent_encoded(token)), token.as_bytes());
    }
    let found: Vec<_> = query("/p?a=1&token=x%3D#&token=y").collect();
    assert_eq!(found, [("a", "1"), ("token", "x%3D")]);
}

#[test]
fn c17_secrets_are_replaced_in_every_form() {
    let mut options = Options::client();
    options.access_token = Some("s3cret/+token".into());
    let secrets = Secrets::of(&options);
    let text = format!(
        "a s3cret/+token b {} c {}",
        percent_encoded("s3cret/+token"),
        token_protocol("s3cret/+token")
    );
    assert_eq!(secrets.redact(text), "a *** b *** c rv.token.***");
    options.access_token = None;
    (options.user, options.password) = (Some("bob".into()), Some("hunter22".into()));
    options.path = Some("/p?apikey=k%2Fey1&x=visible".into());
    let secrets = Secrets::of(&options);
    let text = format!(
        "hunter22 {} k%2Fey1 k/ey1 visible",
        basic("bob", "hunter22")
    );
    assert_eq!(secrets.redact(text), "*** Basic *** *** *** visible");
    assert!(!format!("{options:?} {secrets:?}").contains("hunter"));
    assert!(!format!("{options:?}").contains("ey1"));
}
