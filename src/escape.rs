//! Texts from outside, made safe for a log line: one line, no terminal control, bounded.

use std::fmt::Write as _;

/// The most characters of a foreign text that are shown.
const SHOWN: usize = 128;

/// `text` for a log: what could break the line, steer a terminal or reverse the reading order is
/// written as an escape, and what lies beyond 128 characters is cut.
#[must_use]
pub fn escape(text: &str) -> String {
    escape_to(text, SHOWN)
}

/// As [`escape`], but cut at `shown` characters.
pub(crate) fn escape_to(text: &str, shown: usize) -> String {
    let mut out = String::with_capacity(text.len().min(shown) + 4);
    let mut chars = text.chars();
    for c in chars.by_ref().take(shown) {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Escaped too, so that the result tells an escape from the same characters sent as text.
            '\\' => out.push_str("\\\\"),
            c if c.is_control() || is_invisible(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// The beginning of `text`, of at most `bytes` bytes and without a part of a character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Bidirectional controls, line separators and characters without width.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b29_controls_bidi_and_newlines_are_escaped() {
        assert_eq!(escape("plain Ä 漢"), "plain Ä 漢");
        assert_eq!(escape("a\r\nb\tc"), "a\\r\\nb\\tc");
        assert_eq!(escape("\u{1b}[31m"), "\\u{1b}[31m");
        assert_eq!(
            escape("\u{202e}x\u{2066}\u{85}"),
            "\\u{202e}x\\u{2066}\\u{85}"
        );
        assert_eq!(escape("\\n"), "\\\\n");
    }

    #[test]
    fn b29_long_texts_are_cut_at_128_characters() {
        let exact = "ä".repeat(128);
        assert_eq!(escape(&exact), exact);
        assert_eq!(escape(&"ä".repeat(129)), format!("{exact}…"));
        assert!(escape(&"\0".repeat(1 << 20)).len() < 1024);
    }
}
