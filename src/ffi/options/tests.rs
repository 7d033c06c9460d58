use super::*;
use crate::options::Mode;

fn convert(options: rv_options) -> Result<Options> {
    // SAFETY: every string in these tests is static.
    unsafe { options.to_options() }
}

#[test]
fn the_defaults_are_those_of_the_library_there_and_back() {
    assert_eq!(
        convert(rv_options::defaults(rv_mode::RV_MODE_CLIENT)).unwrap(),
        Options::client()
    );
    assert_eq!(
        convert(rv_options::defaults(rv_mode::RV_MODE_SERVER)).unwrap(),
        Options::server()
    );
}

#[test]
fn null_strings_are_the_defaults() {
    let mut options = rv_options::defaults(rv_mode::RV_MODE_CLIENT);
    options.address = null();
    options.client_name = null();
    assert_eq!(convert(options).unwrap(), Options::client());
}

#[test]
fn lists_have_an_entry_on_each_line() {
    let mut options = rv_options::defaults(rv_mode::RV_MODE_SERVER);
    options.allowed_origins = c"https://a.example\r\n\n  https://b.example\n".as_ptr();
    options.input_patterns = c"_in".as_ptr();
    let options = convert(options).unwrap();
    assert_eq!(options.mode, Mode::Server);
    assert_eq!(
        options.allowed_origins,
        ["https://a.example", "https://b.example"]
    );
    assert_eq!(options.input_patterns, ["_in"]);
}

#[test]
fn what_c_can_get_wrong_is_named() {
    type Case = (fn(&mut rv_options), ErrorCode, &'static str);
    let cases: [Case; 9] = [
        (|o| o.mode = 2, ErrorCode::Argument, "mode"),
        (
            |o| o.own_perspective = 0,
            ErrorCode::Argument,
            "own_perspective",
        ),
        (|o| o.send_mode = 7, ErrorCode::Argument, "rv_send_mode"),
        (|o| o.relay = 2, ErrorCode::Argument, "relay"),
        (
            |o| o.max_reconnect_attempts = -2,
            ErrorCode::Argument,
            "max_reconnect_attempts",
        ),
        (|o| o.reserved1 = 1, ErrorCode::Argument, "rv_options_init"),
        (|o| o.reserved3 = [0, 1], ErrorCode::Argument, "reserved"),
        (
            |o| o.client_name = c"\xff".as_ptr(),
            ErrorCode::Utf8,
            "client_name",
        ),
        (
            |o| o.allowed_hosts = c"a\n\xff".as_ptr(),
            ErrorCode::Utf8,
            "allowed_hosts",
        ),
    ];
    for (change, code, word) in cases {
        let mut options = rv_options::defaults(rv_mode::RV_MODE_CLIENT);
        change(&mut options);
        let error = convert(options).unwrap_err();
        assert_eq!(error.code(), code, "{word}");
        assert!(error.message().contains(word), "{error}");
    }
}
