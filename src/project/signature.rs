//! The arguments a macro takes, read from its own text.

use super::Macro;

impl Macro<'_> {
    /// Names of the arguments in the macro's signature, in order; `None` where the text has no signature that can be
    /// read (a materialization has none).
    ///
    /// A generic test's first arguments, `model` and `column_name`, are among them.
    pub fn signature(&self) -> Option<Vec<String>> {
        arguments(&self.code()?)
    }
}

/// The arguments in the first `{% macro name(…) %}` or `{% test name(…) %}` of `text`.
fn arguments(text: &str) -> Option<Vec<String>> {
    let tag = text.split_once("{%")?.1.trim_start_matches(['-', '+']).trim_start();
    let tag = ["macro", "test", "data_test"].iter().find_map(|word| tag.strip_prefix(word))?;
    let name = tag.strip_prefix(char::is_whitespace)?.trim_start();
    let rest = name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start();
    let list = rest.strip_prefix('(')?;
    let names = items(list)?.into_iter().map(name_of).filter(|name| !name.is_empty());
    Some(names.map(str::to_owned).collect())
}

/// The text up to the bracket that closes the list, cut at its commas; those within quotes or further brackets are
/// part of a default value. `None` where no bracket closes it.
fn items(list: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    let (mut depth, mut quote, mut escaped, mut start) = (0_usize, None, false, 0);
    for (at, c) in list.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')') if depth == 0 => {
                items.push(&list[start..at]);
                return Some(items);
            }
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            (None, ',') if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    None
}

/// The argument's name without its default.
fn name_of(item: &str) -> &str {
    item.split_once('=').map_or(item, |(name, _)| name).trim()
}

#[cfg(test)]
mod tests {
    use super::arguments;

    fn names(text: &str) -> Vec<String> {
        arguments(text).expect("a signature")
    }

    #[test]
    fn reads_names_and_skips_defaults() {
        assert_eq!(names("{% macro cents(column, scale=2) -%}"), ["column", "scale"]);
        assert_eq!(names("\n{%- macro  f(\n  a,\n  b = [1, (2, 3)],\n  c={'x': \"),\"},\n) %}"), ["a", "b", "c"]);
        assert_eq!(names(r"{% macro f(quote='\'', b=none) %}"), ["quote", "b"]);
        assert_eq!(names("{% macro nothing() %}"), [""; 0]);
        assert_eq!(names("{% test positive(model, column_name) %}"), ["model", "column_name"]);
    }

    #[test]
    fn says_nothing_of_what_has_no_signature() {
        assert_eq!(arguments("{% materialization view, adapter='duckdb' %}"), None);
        assert_eq!(arguments("{% macro broken(a, b"), None);
        assert_eq!(arguments("no tag at all"), None);
    }
}
