use super::*;
use crate::error::ErrorCode;

const AT: Time = Time::from_micros(1_000_000);

fn one(kind: Kind, text: &str) -> Vec<Presented> {
    vec![Presented {
        kind,
        text: text.as_bytes().to_vec(),
    }]
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn named(name: &str) -> Role {
    Role {
        name: name.into(),
        ..Role::default()
    }
}

/// The name of the role that gets in, or how it does not.
fn judged(keys: &Keys, presented: &[Presented]) -> String {
    match keys.judge(presented, address("10.0.0.1"), AT) {
        Verdict::Pass(grant) => grant.map_or("open".into(), |grant| grant.role.name.clone()),
        other => format!("{other:?}"),
    }
}

#[test]
fn c11_to_c14_only_a_whole_right_one_gets_in() {
    let keys = Keys::default();
    assert_eq!(judged(&keys, &[]), "open");
    assert_eq!(judged(&keys, &one(Kind::Token, "whatever")), "open");
    keys.add_token("sesame", named("a")).unwrap();
    keys.add_token("sesame-open", named("b")).unwrap();
    keys.add_user("bob", "pass:word", named("c")).unwrap();
    for (kind, text, expected) in [
        (Kind::Token, "sesame", "a"),
        (Kind::Token, "sesame-open", "b"),
        (Kind::User, "bob:pass:word", "c"),
        (Kind::Token, "", "Wrong"),
        (Kind::Token, "sesam", "Wrong"),
        (Kind::Token, "sesame\0", "Wrong"),
        (Kind::Token, "Sesame", "Wrong"),
        (Kind::Token, "bob:pass:word", "Wrong"),
    ] {
        assert_eq!(judged(&keys, &one(kind, text)), expected, "{text:?}");
    }
    assert_eq!(judged(&keys, &[]), "Missing");
    // The right one among others, which a proxy may add.
    let mut both = one(Kind::Token, "for-a-proxy");
    both.extend(one(Kind::Token, "sesame"));
    assert_eq!(judged(&keys, &both), "a");
}

#[test]
fn c20_a_right_one_hides_no_guesses() {
    let keys = Keys::default();
    keys.add_token("viewer", named("a")).unwrap();
    let mut later = 0;
    for n in 0..100 {
        let mut both = one(Kind::User, &format!("admin:{n}"));
        both.extend(one(Kind::Token, "viewer"));
        let verdict = keys.judge(&both, address("10.0.0.1"), AT);
        later += u32::from(matches!(verdict, Verdict::Later(_)));
    }
    assert_eq!(later, 94, "five are free, and the sixth is looked at");
    // What comes along every time is one guess.
    for _ in 0..100 {
        let mut both = one(Kind::Token, "for-a-proxy");
        both.extend(one(Kind::Token, "viewer"));
        let verdict = keys.judge(&both, address("10.0.0.2"), AT);
        assert!(matches!(verdict, Verdict::Pass(_)));
    }
}

#[test]
fn c20_wrong_ones_make_their_own_address_wait_and_no_other() {
    let keys = Keys::default();
    keys.add_token("right", named("a")).unwrap();
    let from =
        |ip: &str, token: &str, at: Time| keys.judge(&one(Kind::Token, token), address(ip), at);
    let mut later = 0;
    for n in 0..10_000 {
        match from("10.0.0.1", &format!("wrong{n}"), AT) {
            Verdict::Wrong => {}
            Verdict::Later(wait) => {
                assert!(wait <= Duration::from_secs(8));
                later += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(later, 10_000 - 6);
    assert!(matches!(from("10.0.0.1", "right", AT), Verdict::Later(_)));
    assert!(matches!(from("10.0.0.2", "right", AT), Verdict::Pass(_)));
    let over = AT + Duration::from_millis(250);
    assert!(matches!(from("10.0.0.1", "right", over), Verdict::Pass(_)));
    // To present nothing is no guess.
    assert!(matches!(
        keys.judge(&[], address("10.0.0.1"), AT),
        Verdict::Missing
    ));
}

#[test]
fn tokens_and_users_come_once_and_go_once_and_never_leave_the_door_open() {
    let keys = Keys::default();
    keys.add_token("t", named("a")).unwrap();
    let twice = keys.add_token("t", named("b")).unwrap_err();
    assert_eq!(twice.code(), ErrorCode::Exists);
    keys.add_user("u", "1", named("c")).unwrap();
    let twice = keys.add_user("u", "2", named("d")).unwrap_err();
    assert_eq!(twice.code(), ErrorCode::Exists);
    for (token, user) in [("u:1", "t"), ("x", "x"), ("", "")] {
        let missing = keys.revoke_token(token).unwrap_err();
        assert_eq!(missing.code(), ErrorCode::NotFound);
        let missing = keys.revoke_user(user).unwrap_err();
        assert_eq!(missing.code(), ErrorCode::NotFound);
    }
    let Verdict::Pass(Some(grant)) = keys.judge(&one(Kind::Token, "t"), address("::1"), AT) else {
        panic!("the token is right");
    };
    assert_eq!(keys.revoke_token("t").unwrap(), grant.number);
    assert!(grant.is_revoked());
    assert_eq!(judged(&keys, &one(Kind::Token, "t")), "Wrong");
    keys.revoke_user("u").unwrap();
    assert!(keys.closed());
    assert_eq!(judged(&keys, &[]), "Missing");
    keys.add_token("t", named("e")).unwrap();
    assert_eq!(judged(&keys, &one(Kind::Token, "t")), "e");
    assert_eq!(format!("{keys:?}"), "Keys(***)");
}
