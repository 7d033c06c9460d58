//! `config_get`, `config_answer`, `config_set`, `config_result`: the application's own settings, which pass
//! through as they are.

use serde_json::value::RawValue;

use super::encode::write_text;
use super::{MAX_DEPTH, raw};
use crate::error::{Error, ErrorCode, Result};

/// The message that asks for the configuration.
#[must_use]
pub fn config_get() -> String {
    r#"{"type":"config_get","version":2}"#.to_owned()
}

/// The answer to `config_get`. `config` has passed [`check_config`].
#[must_use]
pub fn config_answer(config: &str) -> String {
    with_config("config_answer", config)
}

/// The message that asks for a change of the configuration. `config` has passed [`check_config`].
#[must_use]
pub fn config_set(config: &str) -> String {
    with_config("config_set", config)
}

/// The answer to `config_set`.
#[must_use]
pub fn config_result(success: bool, message: &str) -> String {
    let mut out = format!(r#"{{"type":"config_result","version":2,"success":{success},"message":"#);
    write_text(&mut out, message);
    out.push('}');
    out
}

fn with_config(kind: &str, config: &str) -> String {
    format!(
        r#"{{"type":"{kind}","version":2,"config":{}}}"#,
        config.trim_ascii()
    )
}

/// Checks that a host's configuration is one JSON object that this library would accept from a peer.
///
/// # Errors
/// [`ErrorCode::Argument`], saying where it stops being one.
pub fn check_config(config: &str) -> Result<()> {
    let failure = |reason: &str| {
        Err(Error::new(
            ErrorCode::Argument,
            format!("this must be a JSON object such as {{\"interval\":5}}: {reason}"),
        ))
    };
    match serde_json::from_str::<&RawValue>(config) {
        Err(error) => failure(&error.to_string()),
        Ok(value) if !value.get().starts_with('{') => failure("it is another kind of value"),
        Ok(value) if raw::too_deep(value.get(), 1) => {
            failure(&format!("it nests deeper than {} levels", MAX_DEPTH - 1))
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message() {
        insta::assert_snapshot!(config_get(), @r#"{"type":"config_get","version":2}"#);
        insta::assert_snapshot!(config_answer("{}"), @r#"{"type":"config_answer","version":2,"config":{}}"#);
        insta::assert_snapshot!(config_set(" {\"a\": [1.50, {\"b\": null}]}\n"), @r#"{"type":"config_set","version":2,"config":{"a": [1.50, {"b": null}]}}"#);
        insta::assert_snapshot!(config_result(true, "Saved \"and\" applied"), @r#"{"type":"config_result","version":2,"success":true,"message":"Saved \"and\" applied"}"#);
        insta::assert_snapshot!(config_result(false, ""), @r#"{"type":"config_result","version":2,"success":false,"message":""}"#);
    }

    #[test]
    fn only_an_object_is_a_configuration() {
        let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        for good in ["{}", " {\"a\":1e400,\"b\":\"\\ud800\"} ", &deep(125)] {
            check_config(good).expect(good);
        }
        let bad = [
            "",
            "null",
            "[]",
            "1",
            "\"{}\"",
            "{",
            "{}{}",
            "{a:1}",
            "{\"a\":1,}",
            &deep(126),
        ];
        for bad in bad {
            let error = check_config(bad).expect_err(bad);
            assert_eq!(error.code(), ErrorCode::Argument);
            assert!(error.message().contains("JSON object"), "{error}");
        }
    }
}
