//! `init`: the client tells its name.

use super::encode::write_text;

/// The message by which a client tells its name.
#[must_use]
pub fn init(name: &str) -> String {
    let mut out = String::from(r#"{"type":"init","version":2,"name":"#);
    write_text(&mut out, name);
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_escaped() {
        insta::assert_snapshot!(init("MyClient"), @r#"{"type":"init","version":2,"name":"MyClient"}"#);
        insta::assert_snapshot!(init("a\"b\\\u{1b}"), @r#"{"type":"init","version":2,"name":"a\"b\\\u001b"}"#);
    }
}
