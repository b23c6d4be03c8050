//! HTML that cannot be anything but what it was meant to be: a template is a literal, and whatever is put into it is
//! escaped unless it is HTML itself.

use std::fmt::{self, Display, Write as _};

use crate::report::printable_lines;

/// A piece of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// The text itself, for what is HTML by construction: [`html!`] and the page's own style and script.
    pub(super) fn trusted(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<T: IntoIterator<Item = Html>>(pieces: T) -> Self {
        pieces.into_iter().fold(Self::default(), |whole, piece| Self(whole.0 + &piece.0))
    }
}

/// What can be put into a template.
pub trait Piece {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Piece for Html {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Escaped for text and for quoted attributes. Characters that control a terminal or turn the direction of writing can be
/// seen and do nothing.
impl Piece for str {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in printable_lines(self).chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                _ => out.write_char(character)?,
            }
        }
        Ok(())
    }
}

impl Piece for String {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().write(out)
    }
}

/// With a blank between thousands: "12 480".
impl Piece for usize {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                // A no-break space.
                out.write_char('\u{a0}')?;
            }
            out.write_char(digit)?;
        }
        Ok(())
    }
}

impl Piece for u32 {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (*self as usize).write(out)
    }
}

impl<P: Piece + ?Sized> Piece for &P {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (*self).write(out)
    }
}

impl<P: Piece> Piece for Option<P> {
    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().map_or(Ok(()), |piece| piece.write(out))
    }
}

/// Lets `format!` write a piece.
pub struct Shown<'a, P: ?Sized>(pub &'a P);

impl<P: Piece + ?Sized> Display for Shown<'_, P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(out)
    }
}

/// Whether the template has no place but `{}`: a name in the braces would be put in as it is.
pub const fn is_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            if at + 1 == bytes.len() || bytes[at + 1] != b'}' {
                return false;
            }
            at += 1;
        }
        at += 1;
    }
    true
}

/// `html!("<td>{}</td>", name)`: the template with each piece escaped.
macro_rules! html {
    ($template:literal $(, $piece:expr)* $(,)?) => {{
        const { assert!($crate::report::audit::html::markup::is_template($template), "a template has no place but {{}}") };
        $crate::report::audit::html::markup::Html::trusted(
            format!($template $(, $crate::report::audit::html::markup::Shown(&$piece))*)
        )
    }};
}
pub(super) use html;

/// A sentence of ours, in which names and code stand between backticks.
pub fn prose(text: &str) -> Html {
    let mut parts = text.split('`').peekable();
    let mut html = Html::default();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        // A backtick that none follows is one.
        let is_closed = !is_code || parts.peek().is_some();
        html = match (is_code, is_closed) {
            (true, true) => html!("{}<code>{}</code>", html, part),
            (true, false) => html!("{}`{}", html, part),
            (false, _) => html!("{}{}", html, part),
        };
        is_code = !is_code;
    }
    html
}

/// Part of a link after `?`: what is no letter or digit is escaped, so that no value can be taken for another.
pub fn query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => escaped.push(byte as char),
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// A link that comes from the project, with the words for it. Only the web's own are links; of others, such as
/// `javascript:`, one reads what they are.
pub fn outside_link(url: &str, words: &str) -> Html {
    let lower = url.trim().to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    let is_plain = url.trim().chars().all(|character| !character.is_control() && !character.is_whitespace());
    if is_web && is_plain {
        html!(r#"<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>"#, url.trim(), words)
    } else {
        html!(r#"<span class="quiet">{}</span>"#, url)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_template, outside_link, prose, query};

    #[test]
    fn what_is_put_in_is_text() {
        let name = "</td><script>a('\"&";
        assert_eq!(html!("<td>{}</td>", name).as_str(), "<td>&lt;/td&gt;&lt;script&gt;a(&#39;&quot;&amp;</td>");
        assert_eq!(html!("<p>{}</p>", html!("<b>{}</b>", "a<b")).as_str(), "<p><b>a&lt;b</b></p>");
        assert_eq!(html!("{}", "a\u{202e}b\u{1b}\n").as_str(), "a\\u{202e}b\\u{1b}\n");
        assert_eq!(html!("{} {}", 12_480_usize, 7_u32).as_str(), "12\u{a0}480 7");
    }

    #[test]
    fn a_template_names_nothing() {
        assert!(is_template("<td>{}</td>{}"));
        for template in ["{name}", "{0}", "{", "{{}}"] {
            assert!(!is_template(template), "{template}");
        }
    }

    #[test]
    fn names_in_backticks_are_code() {
        let html = prose("model `a<b` reads `c`");
        assert_eq!(html.as_str(), "model <code>a&lt;b</code> reads <code>c</code>");
        assert_eq!(prose("`a` and `b").as_str(), "<code>a</code> and `b");
    }

    #[test]
    fn only_web_addresses_are_links() {
        let link = outside_link(" https://bi.example/a?b=1&c ", "a<b");
        let expected =
            r#"<a href="https://bi.example/a?b=1&amp;c" rel="noreferrer noopener" target="_blank">a&lt;b</a>"#;
        assert_eq!(link.as_str(), expected);
        for url in
            ["javascript:alert(1)", "JavaScript:a()//https://", "data:text/html,x", "//a.example", "https://a b", ""]
        {
            assert!(!outside_link(url, "x").as_str().contains("href"), "{url}");
        }
    }

    #[test]
    fn values_of_links_do_not_run_into_each_other() {
        assert_eq!(query("models/größe&rule=A #1"), "models/gr%C3%B6%C3%9Fe%26rule%3DA%20%231");
    }
}
