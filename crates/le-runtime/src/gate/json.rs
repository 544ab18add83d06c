//! Puts one text into a JSON object and leaves every other byte of it alone.
//!
//! To read the body and to write it anew would be shorter, and could change the last digit of a number that is none of our
//! business.

use std::ops::Range;

use serde_json::{Deserializer, Value};

/// Sets the value at the end of `path` to the text `leaf`. Objects on the way that are absent or null are made.
///
/// Returns `None` if `text` is no JSON object, or something on the way is neither an object nor null.
pub(super) fn set(text: &[u8], path: &[&str], leaf: &str) -> Option<Vec<u8>> {
    let open = past_space(text, 0);
    let (place, new) = change(text, open, path, leaf)?;
    Some([&text[..place.start], new.as_bytes(), &text[place.end..]].concat())
}

/// A name and its value in an object.
struct Member {
    name: String,
    value: Value,
    /// Where the value is in the text.
    place: Range<usize>,
}

/// Says which part of the text is to be replaced, and by what.
fn change(text: &[u8], open: usize, path: &[&str], leaf: &str) -> Option<(Range<usize>, String)> {
    let (first, rest) = path.split_first()?;
    let members = members(text, open)?;
    // The server, too, takes the last of several members of one name.
    match members.iter().rfind(|member| member.name == *first) {
        Some(Member { value: Value::Object(_), place, .. }) if !rest.is_empty() => {
            change(text, place.start, rest, leaf)
        }
        Some(Member { value, place, .. }) if rest.is_empty() || value.is_null() => {
            Some((place.clone(), nested(rest, leaf)))
        }
        Some(_) => None,
        None => {
            let comma = if members.is_empty() { "" } else { "," };
            let new = format!("{}:{}{comma}", Value::from(*first), nested(rest, leaf));
            Some((open + 1..open + 1, new))
        }
    }
}

fn nested(path: &[&str], leaf: &str) -> String {
    path.iter().rfold(Value::from(leaf), |value, name| serde_json::json!({ *name: value })).to_string()
}

fn members(text: &[u8], open: usize) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    let mut at = past_space(text, open + 1);
    if *text.get(open)? != b'{' {
        return None;
    }
    while *text.get(at)? != b'}' {
        let (name, end) = value(text, at)?;
        let colon = past_space(text, end);
        let (value, end) = value(text, colon + 1)?;
        let start = past_space(text, colon + 1);
        members.push(Member { name: name.as_str()?.to_owned(), value, place: start..end });
        at = past_space(text, end);
        if *text.get(at)? == b',' {
            at = past_space(text, at + 1);
        }
    }
    Some(members)
}

/// Reads the value that begins at `at` or after the space there, and says where it ends.
fn value(text: &[u8], at: usize) -> Option<(Value, usize)> {
    let mut values = Deserializer::from_slice(text.get(at..)?).into_iter();
    let value = values.next()?.ok()?;
    Some((value, at + values.byte_offset()))
}

fn past_space(text: &[u8], at: usize) -> usize {
    let space = text.iter().skip(at).take_while(|byte| byte.is_ascii_whitespace()).count();
    at + space
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: [&str; 3] = ["metadata", "annotations", "a/b"];

    #[track_caller]
    fn check(before: &str, after: &str) {
        let new = set(before.as_bytes(), &PATH, "7").map(|new| String::from_utf8(new).unwrap());
        assert_eq!(new.as_deref(), Some(after));
        let value: Value = serde_json::from_str(after).unwrap();
        assert_eq!(value["metadata"]["annotations"]["a/b"], "7");
    }

    #[test]
    fn what_is_absent_is_made() {
        check("{}", r#"{"metadata":{"annotations":{"a/b":"7"}}}"#);
        check(r#" { "x" : 1 } "#, r#" {"metadata":{"annotations":{"a/b":"7"}}, "x" : 1 } "#);
        check(r#"{"metadata":{}}"#, r#"{"metadata":{"annotations":{"a/b":"7"}}}"#);
        check(
            r#"{"metadata": {"name":"n"},"z":[]}"#,
            r#"{"metadata": {"annotations":{"a/b":"7"},"name":"n"},"z":[]}"#,
        );
        check(
            r#"{"metadata":{"annotations":{"c":"d"}}}"#,
            r#"{"metadata":{"annotations":{"a/b":"7","c":"d"}}}"#,
        );
        check(r#"{"metadata":{"annotations": null}}"#, r#"{"metadata":{"annotations": {"a/b":"7"}}}"#);
        check(r#"{"metadata":null,"z":0}"#, r#"{"metadata":{"annotations":{"a/b":"7"}},"z":0}"#);
    }

    #[test]
    fn what_is_there_is_replaced_whatever_it_is() {
        for old in ["\"6\"", "null", "6", "[1, {\"a\": \"}\"}]", "{\"metadata\": 0}", "\"a\\\"}\""] {
            check(
                &format!(r#"{{"metadata":{{"annotations":{{"c":"d", "a/b" : {old} , "e":"f"}}}}}}"#),
                r#"{"metadata":{"annotations":{"c":"d", "a/b" : "7" , "e":"f"}}}"#,
            );
        }
    }

    #[test]
    fn every_other_byte_stays() {
        let numbers = r#""n":0.30000000000000004e-7,"big":123456789012345678901234567890"#;
        let spec = format!(r#""spec":{{{numbers},"metadata":{{"annotations":1}},"s":"\u00e9\\\"{{é"}}"#);
        check(
            &format!("{{{spec},\n\t\"meta\\u0064ata\":{{\"annotations\":{{}}}},{spec}}}"),
            &format!("{{{spec},\n\t\"meta\\u0064ata\":{{\"annotations\":{{\"a/b\":\"7\"}}}},{spec}}}"),
        );
    }

    #[test]
    fn of_two_members_of_one_name_the_last_counts() {
        check(
            r#"{"metadata":{"annotations":{"a/b":"1"}},"metadata":{"annotations":{"a/b":"2","a/b":"3"}}}"#,
            r#"{"metadata":{"annotations":{"a/b":"1"}},"metadata":{"annotations":{"a/b":"2","a/b":"7"}}}"#,
        );
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        for text in
            ["", "  ", "[]", "7", r#"{"metadata":7}"#, r#"{"metadata":{"annotations":[]}}"#, "{", r#"{"a""#]
        {
            assert_eq!(set(text.as_bytes(), &PATH, "7"), None, "{text}");
        }
    }

    #[test]
    fn the_text_is_written_as_json() {
        let new = set(b"{}", &["a\"b"], "c\\d").unwrap();
        assert_eq!(String::from_utf8(new).unwrap(), r#"{"a\"b":"c\\d"}"#);
    }
}
