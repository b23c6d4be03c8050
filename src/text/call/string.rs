//! What a string literal stands for.

use super::token::Language;

/// The text of a literal such as `'it\'s'`, given with its quotes and prefix.
///
/// Jinja2 decodes Python's `unicode-escape`, so both languages know the same escapes and keep unknown ones as they are;
/// both read every kind of line break as `\n`. `None` for Python bytes, for `\N{…}`, whose names would need Unicode's
/// tables, for half a surrogate pair, and for escapes that both languages refuse.
pub(super) fn value(literal: &str, language: Language) -> Option<String> {
    let quote = literal.find(['\'', '"'])?;
    let (prefix, quoted) = literal.split_at(quote);
    let is_prefix = |wanted: u8| prefix.bytes().any(|byte| byte.eq_ignore_ascii_case(&wanted));
    if is_prefix(b'b') {
        return None;
    }
    let width = if language == Language::Python && quoted.len() >= 6 && is_triple(quoted) { 3 } else { 1 };
    let content = quoted.get(width..quoted.len() - width)?;
    let content = if content.contains('\r') { &content.replace("\r\n", "\n").replace('\r', "\n") } else { content };
    if is_prefix(b'r') || !content.contains('\\') {
        return Some(content.to_owned());
    }
    unescape(content)
}

fn is_triple(quoted: &str) -> bool {
    let bytes = quoted.as_bytes();
    bytes[1] == bytes[0] && bytes[2] == bytes[0]
}

fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(backslash) = rest.find('\\') {
        text.push_str(&rest[..backslash]);
        rest = unescape_one(&rest[backslash + 1..], &mut text)?;
    }
    text.push_str(rest);
    Some(text)
}

/// Appends what one escape stands for; `rest` starts behind the backslash. Gives what follows the escape.
fn unescape_one<'t>(rest: &'t str, text: &mut String) -> Option<&'t str> {
    let escape = rest.chars().next()?;
    let after = &rest[escape.len_utf8()..];
    let simple = match escape {
        '\n' => return Some(after),
        '\\' | '\'' | '"' => escape,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return code_point(after, 2, 16, text),
        'u' => return code_point(after, 4, 16, text),
        'U' => return code_point(after, 8, 16, text),
        'N' => return None,
        '0'..='7' => {
            let digits = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            return code_point(rest, digits, 8, text);
        }
        other => {
            text.push('\\');
            other
        }
    };
    text.push(simple);
    Some(after)
}

fn code_point<'t>(rest: &'t str, digits: usize, radix: u32, text: &mut String) -> Option<&'t str> {
    let number = rest.get(..digits).filter(|number| number.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    text.push(char::from_u32(u32::from_str_radix(number, radix).ok()?)?);
    Some(&rest[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jinja(literal: &str) -> Option<String> {
        value(literal, Language::Jinja)
    }

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(jinja(r"'it\'s'").as_deref(), Some("it's"));
        assert_eq!(jinja(r#""a\tb\x41\u00e9\U0001F600\101\0""#).as_deref(), Some("a\tbAé😀A\0"));
        assert_eq!(jinja(r"'\d+\/'").as_deref(), Some(r"\d+\/"), "unknown escapes keep their backslash");
        assert_eq!(jinja("'a\\\nb'").as_deref(), Some("ab"), "an escaped newline is nothing");
        assert_eq!(jinja(r"'\x4'"), None);
        assert_eq!(jinja(r"'\ud83d'"), None);
        assert_eq!(jinja(r"'\u+041'"), None);
        assert_eq!(jinja(r"'\N{DASH}'"), None);
    }

    #[test]
    fn line_breaks_are_newlines() {
        assert_eq!(jinja("'a\r\nb\rc'").as_deref(), Some("a\nb\nc"));
    }

    #[test]
    fn python_prefixes_and_triple_quotes() {
        let python = |literal: &str| value(literal, Language::Python);
        assert_eq!(python(r"r'\n'").as_deref(), Some(r"\n"));
        assert_eq!(python("u\"x\"").as_deref(), Some("x"));
        assert_eq!(python("b'x'"), None);
        assert_eq!(python("'''a'b'''").as_deref(), Some("a'b"));
        assert_eq!(python("''").as_deref(), Some(""));
        assert_eq!(python("''''''").as_deref(), Some(""));
        assert_eq!(jinja("''").as_deref(), Some(""));
    }
}
