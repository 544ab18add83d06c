//! Keys as they are written.

use le_cli::plain;
use le_core::NamespacedName;

/// Reads a key.
pub(super) fn parse(text: &str) -> Result<NamespacedName<'_>, String> {
    let wrong = |what: &str| {
        format!(
            "key {:?} {what}: write NAMESPACE/NAME, or /NAME for an object without a namespace",
            plain(text)
        )
    };
    let (namespace, name) = text.split_once('/').ok_or_else(|| wrong("has no slash"))?;
    if name.is_empty() {
        return Err(wrong("has no name"));
    }
    if name.contains('/') {
        return Err(wrong("has more than one slash"));
    }
    Ok(NamespacedName::new(namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_slash_and_a_name_after_it() {
        assert_eq!(parse("ns/name"), Ok(NamespacedName::new("ns", "name")));
        assert_eq!(parse("/node"), Ok(NamespacedName::cluster("node")));
        for (text, said) in
            [("node", "no slash"), ("ns/", "no name"), ("/", "no name"), ("a/b/c", "more than one")]
        {
            let why = parse(text).unwrap_err();
            assert!(why.contains(said) && why.contains(text), "{why}");
        }
    }
}
