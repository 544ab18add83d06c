//! Go's two ways of quoting a text in an error.

use std::fmt::Write as _;

/// Quotes as Go's `time` does: everything but printable ASCII is written as the bytes of its UTF-8 form.
pub(crate) fn quote_bytes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=0x7f => quoted.push(char::from(byte)),
            _ => push_escape(&mut quoted, format_args!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as Go's `%q` does: what can be printed stays, the rest is escaped.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x0b' => quoted.push_str("\\v"),
            ' '..='~' => quoted.push(c),
            ..' ' | '\x7f' => push_escape(&mut quoted, format_args!("\\x{:02x}", u32::from(c))),
            _ if is_printable(c) => quoted.push(c),
            ..='\u{ffff}' => push_escape(&mut quoted, format_args!("\\u{:04x}", u32::from(c))),
            _ => push_escape(&mut quoted, format_args!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

fn push_escape(text: &mut String, escape: std::fmt::Arguments<'_>) {
    text.write_fmt(escape).expect("writing to a string does not fail");
}

/// Tells whether Go would print this character: letters, marks, numbers, punctuation, symbols and the plain space.
fn is_printable(c: char) -> bool {
    // The standard library has the same table, but shows it in its escapes only; there a mark stays as it is after a letter.
    let mut buffer = [0; 5];
    buffer[0] = b'a';
    let length = 1 + c.encode_utf8(&mut buffer[1..]).len();
    let text = std::str::from_utf8(&buffer[..length]).expect("a letter and a character are UTF-8");
    text.escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::{quote, quote_bytes};

    #[test]
    fn time_quotes_bytes() {
        assert_eq!(quote_bytes(" ä\t\"\\\x7f"), "\" \\xc3\\xa4\\x09\\\"\\\\\x7f\"");
    }

    #[test]
    fn printable_text_stays_as_it_is() {
        assert_eq!(quote("a ٣ é e\u{301} 😀 '"), "\"a ٣ é e\u{301} 😀 '\"");
    }

    #[test]
    fn what_cannot_be_printed_is_escaped_as_go_does() {
        assert_eq!(quote("\0\x07\x08\x0c\n\r\t\x0b\x7f\"\\"), r#""\x00\a\b\f\n\r\t\v\x7f\"\\""#);
        assert_eq!(
            quote("\u{a0}\u{200b}\u{feff}\u{e000}\u{10ffff}"),
            r#""\u00a0\u200b\ufeff\ue000\U0010ffff""#
        );
    }
}
