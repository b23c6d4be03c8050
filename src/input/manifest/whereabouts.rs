//! Where in a manifest a JSON error is. dbt writes a manifest as one line of many megabytes, so that line and column
//! alone help nobody: the keys on the way say more.

use std::ops::Range;

/// A place in a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    pub line: usize,
    /// In characters.
    pub column: usize,
    /// As jq writes it: `.nodes["model.shop.orders"].tags[2]`; empty for the whole text.
    pub path: String,
}

/// The key or value that a serde_json error is about. Its position is where the reader stood, which is behind a string
/// and before a list; people look for the value's start.
pub fn of(text: &str, error: &serde_json::Error) -> Whereabouts {
    let stop = offset(text, error.line(), error.column());
    let mut walk = Walk { bytes: text.as_bytes(), at: 0, open: Vec::new(), last: 0, depth: 0, expected: true };
    while walk.at < stop && walk.step().is_some() {}
    walk.take_pending(&error.to_string());
    let (line, column) = position(text, walk.last);
    Whereabouts { line, column, path: walk.path(text) }
}

/// Line and column, counted from 1 and in characters, of the byte at `offset`.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let end = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
    let before = &text[..end];
    let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
    (memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1, before[start..].chars().count() + 1)
}

/// Bytes before which serde_json had read everything: it counts lines from 1, and bytes in a line.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(text.len(), |newline| newline + 1),
    };
    (start + column).min(text.len())
}

/// Steps through the tokens of JSON that is valid up to the error.
struct Walk<'t> {
    bytes: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// Start of the key or value that was begun last.
    last: usize,
    /// How many of the open containers `last` is in.
    depth: usize,
    /// Whether a value comes next, as behind `:`.
    expected: bool,
}

/// An object or list that is not closed yet, and where in it the walk stands.
struct Open {
    start: usize,
    at: Inside,
    /// Whether the next value of a list is another one than that which `at` names.
    is_after_comma: bool,
}

enum Inside {
    /// The key's text, without quotes.
    Object {
        key: Range<usize>,
    },
    List {
        index: usize,
    },
}

impl Walk<'_> {
    fn step(&mut self) -> Option<()> {
        match *self.bytes.get(self.at)? {
            b'{' => self.begin(Inside::Object { key: 0..0 }, false),
            b'[' => self.begin(Inside::List { index: 0 }, true),
            b'}' | b']' => {
                // What a reader says right behind a container is about the container.
                self.last = self.open.pop()?.start;
                self.depth = self.open.len();
                self.expected = false;
                self.at += 1;
            }
            b',' => {
                self.at += 1;
                let top = self.open.last_mut()?;
                self.expected = matches!(top.at, Inside::List { .. });
                top.is_after_comma = true;
            }
            b':' => {
                self.at += 1;
                self.expected = true;
            }
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'"' => self.string(),
            _ => {
                self.value();
                let ends = |byte: &u8| b",:]} \t\r\n".contains(byte);
                self.at += self.bytes[self.at..].iter().position(ends).unwrap_or(self.bytes.len() - self.at).max(1);
            }
        }
        Some(())
    }

    /// A value starts here.
    fn value(&mut self) {
        if let Some(Open { at: Inside::List { index }, is_after_comma: is_next @ true, .. }) = self.open.last_mut() {
            *index += 1;
            *is_next = false;
        }
        self.last = self.at;
        self.depth = self.open.len();
        self.expected = false;
    }

    fn begin(&mut self, inside: Inside, expected: bool) {
        self.value();
        self.open.push(Open { start: self.at, at: inside, is_after_comma: false });
        self.expected = expected;
        self.at += 1;
    }

    fn string(&mut self) {
        let start = self.at;
        let mut end = start + 1;
        while end < self.bytes.len() && self.bytes[end] != b'"' {
            end += if self.bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(self.bytes.len());
        let is_value = self.expected;
        self.value();
        if let Some(Open { at: Inside::Object { key }, .. }) = self.open.last_mut()
            && !is_value
        {
            *key = start + 1..end;
        }
        self.at = end + 1;
    }

    /// Some readers refuse a value by its first byte, before they have read it. `message` says what they saw.
    fn take_pending(&mut self, message: &str) {
        let Some(blank) = self.bytes.get(self.at.min(self.bytes.len())..) else { return };
        let Some(ahead) = blank.iter().position(|byte| !byte.is_ascii_whitespace()) else { return };
        let seen = blank[ahead];
        let in_list = self.open.last().is_some_and(|open| matches!(open.at, Inside::List { .. }));
        let fits = match seen {
            // Behind a `[` this is rather about the list that it opens.
            b'[' => message.contains("type: sequence") && self.open.last().is_some_and(|open| open.start != self.last),
            b'{' => message.contains("type: map"),
            b'"' => message.contains("type: string"),
            b't' | b'f' => message.contains("type: boolean"),
            b'n' => message.contains("type: null") || message.contains("type: unit"),
            _ => message.contains("type: integer") || message.contains("type: floating"),
        };
        if self.expected && (!in_list || fits) && !self.bytes[..self.at].is_empty() {
            self.at += ahead;
            self.value();
        }
    }

    fn path(&self, text: &str) -> String {
        let mut path = String::new();
        for open in &self.open[..self.depth] {
            match &open.at {
                Inside::List { index } => path += &format!("[{index}]"),
                Inside::Object { key } => push_key(&mut path, text.get(key.clone()).unwrap_or_default()),
            }
        }
        path
    }
}

fn push_key(path: &mut String, key: &str) {
    let is_word = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.chars().all(|part| part.is_ascii_alphanumeric() || part == '_');
    match (is_word, path.is_empty()) {
        (true, _) => *path += &format!(".{key}"),
        // jq wants a dot before the first bracket.
        (false, true) => *path += &format!(".[\"{key}\"]"),
        (false, false) => *path += &format!("[\"{key}\"]"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Shape {
        nodes: BTreeMap<String, Node>,
        names: Vec<String>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Node {
        tags: Vec<String>,
        name: Option<String>,
        count: u32,
        on: bool,
    }

    fn found(text: &str) -> (usize, usize, String) {
        let error = serde_json::from_str::<Shape>(text).expect_err("the text is wrong");
        let Whereabouts { line, column, path } = of(text, &error);
        (line, column, path)
    }

    #[test]
    fn the_wrong_value_is_named_with_its_start() {
        for (text, column, path) in [
            (r#"{"nodes": 5}"#, 11, ".nodes"),
            (r#"{"nodes": []}"#, 11, ".nodes"),
            (r#"{"nodes": [[1]]}"#, 11, ".nodes"),
            (r#"{"nodes": {"m.a": {"tags": {}}}}"#, 28, r#".nodes["m.a"].tags"#),
            (r#"{"nodes": {"m.a": {"tags": "x"}}}"#, 28, r#".nodes["m.a"].tags"#),
            (r#"{"nodes": {"m.a": {"tags": ["x", 5]}}}"#, 34, r#".nodes["m.a"].tags[1]"#),
            (r#"{"nodes": {"m.a": {"tags": [{"b": 1}]}}}"#, 29, r#".nodes["m.a"].tags[0]"#),
            (r#"{"nodes": {"m.a": {"tags": ["x", []]}}}"#, 34, r#".nodes["m.a"].tags[1]"#),
            (r#"{"nodes": {"a": {"name": false}}}"#, 26, ".nodes.a.name"),
            (r#"{"nodes": {"a": {"name": ["x"]}}}"#, 26, ".nodes.a.name"),
            (r#"{"nodes": {"a": {"count": null}}}"#, 27, ".nodes.a.count"),
            (r#"{"nodes": {"a": {"count": -1}}}"#, 27, ".nodes.a.count"),
            (r#"{"nodes": {"a": {"on": "yes"}}}"#, 24, ".nodes.a.on"),
            (r#"{"names": ["é", 1.5]}"#, 17, ".names[1]"),
            (r#"{"nodes": {"a": {"on": true, "on": true}}}"#, 30, ".nodes.a.on"),
            (r#"{"x\"y": {"z": [1, {"k": 2}]}, "names": "é"}"#, 41, ".names"),
        ] {
            assert_eq!(found(text), (1, column, path.to_owned()), "{text}");
        }
    }

    #[test]
    fn lines_are_counted() {
        let text = "{\n  \"names\": [\n    \"a\",\n    7\n  ]\n}\n";
        assert_eq!(found(text), (4, 5, ".names[1]".to_owned()));
    }

    #[test]
    fn columns_are_characters() {
        assert_eq!(position("é\nüx", 5), (2, 2));
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab", 9), (1, 3));
    }
}
