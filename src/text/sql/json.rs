//! Text from the inside of a JSON string.

/// Puts what the JSON string with the content `escaped` (no quotes around it) stands for into `text`.
///
/// `escaped` is taken from a document that a JSON parser has accepted. Half a surrogate pair becomes U+FFFD; an escape
/// that JSON does not know stays as it is.
pub(super) fn unescape_into(escaped: &str, text: &mut String) {
    text.clear();
    text.reserve(escaped.len());
    let mut rest = escaped;
    while let Some(backslash) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..backslash]);
        rest = unescape_one(&rest[backslash..], text);
    }
    text.push_str(rest);
}

/// Appends what the escape at the start of `rest` stands for and gives what follows it.
fn unescape_one<'t>(rest: &'t str, text: &mut String) -> &'t str {
    let character = match rest.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'u') => return unicode(rest, text),
        _ => {
            text.push('\\');
            return &rest[1..];
        }
    };
    text.push(character);
    &rest[2..]
}

fn unicode<'t>(rest: &'t str, text: &mut String) -> &'t str {
    let Some(first) = code_unit(rest) else {
        text.push('\\');
        return &rest[1..];
    };
    let behind = &rest[6..];
    let second = code_unit(behind).filter(|unit| (0xdc00..0xe000).contains(unit));
    match (first, second) {
        (0xd800..0xdc00, Some(second)) => {
            let character = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
            &behind[6..]
        }
        _ => {
            text.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
            behind
        }
    }
}

/// The number in `\uXXXX` at the start of `rest`.
fn code_unit(rest: &str) -> Option<u32> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unescape(escaped: &str) -> String {
        let mut text = String::from("left over");
        unescape_into(escaped, &mut text);
        text
    }

    #[test]
    fn every_escape_of_json() {
        assert_eq!(unescape(r#"a\n\t\r\b\f\"\\\/\u00e9\ud83d\ude00z"#), "a\n\t\r\x08\x0c\"\\/é😀z");
        assert_eq!(unescape(r"\ud83d\u0041\ude00"), "\u{fffd}A\u{fffd}");
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        assert_eq!(unescape(r"\q \u12 \u+123 \"), r"\q \u12 \u+123 \");
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in any::<String>()) {
            let quoted = serde_json::to_string(&text).expect("strings serialise");
            prop_assert_eq!(unescape(&quoted[1..quoted.len() - 1]), text);
        }

        #[test]
        fn never_panics(text in r#"(\\|u|[0-9a-f]|d8|é|"|.){0,40}"#) {
            unescape(&text);
        }
    }
}
