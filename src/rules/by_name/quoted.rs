//! Texts in quotes that may be names of what code looks up.

use crate::text::jinja::{SegmentKind, Segments, calls_before_error};

/// Texts in a macro, in lower case, wherever they stand.
pub(crate) fn in_macro(code: &str) -> Vec<String> {
    texts(code).into_iter().map(|(_, text)| text.to_lowercase()).collect()
}

/// Texts in a model's Jinja, in lower case, or in its SQL, too, where it `queries` itself. What is handed to a call that
/// `is_harmless` is none of them, nor are settings.
pub(crate) fn in_template(code: &str, queries: bool, is_harmless: &dyn Fn(&str) -> bool) -> Vec<String> {
    let calls = calls_before_error(code).0;
    let is_kept = |at: usize| {
        let around = calls.iter().filter(|call| call.span.range().contains(&at));
        let innermost = around.min_by_key(|call| call.span.range().len());
        innermost.is_none_or(|call| call.name != "config" && !is_harmless(&call.name))
    };
    let in_jinja = jinja(code);
    let counts = |at: usize| is_kept(at) && (queries || in_jinja.iter().any(|range| range.contains(&at)));
    texts(code).into_iter().filter(|(at, _)| counts(*at)).map(|(_, text)| text.to_lowercase()).collect()
}

/// The names of the functions that a template calls. Hooks in its settings are texts, and call nothing.
pub(super) fn calls(code: &str) -> Vec<String> {
    calls_before_error(code).0.into_iter().map(|call| call.name).collect()
}

fn jinja(code: &str) -> Vec<std::ops::Range<usize>> {
    let segments = Segments::new(code).map_while(Result::ok);
    let is_code = |kind| matches!(kind, SegmentKind::Expression | SegmentKind::Statement);
    segments.filter(|segment| is_code(segment.kind)).map(|segment| segment.inner.range()).collect()
}

/// What stands before texts that are left out: their names are not looked for.
const EXCLUDING: [&str; 6] = ["!=", "<>", "not like", "not ilike", "not rlike", "is not"];

/// Every text in quotes with its place, but for what `source` and `ref` are given, and what is compared with in order to be
/// left out.
fn texts(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(at) = memchr::memchr2(b'\'', b'"', &code.as_bytes()[rest..]).map(|at| rest + at) {
        let before = code[..at].trim_end();
        if let Some(end) = end_of_left_out(code, before) {
            rest = end.max(at + 1);
            continue;
        }
        let quote = code.as_bytes()[at];
        let Some(length) = memchr::memchr(quote, &code.as_bytes()[at + 1..]) else { break };
        let text = &code[at + 1..at + 1 + length];
        let is_name = !text.is_empty() && text.len() < 128 && !text.contains(char::is_whitespace);
        let is_excluded = || ends_with_any(before, &EXCLUDING);
        if is_name && !is_excluded() {
            found.push((at, text));
        }
        // An apostrophe in a comment opens no text: go on behind it, not behind the next one.
        rest = if is_name || !text.contains('\n') { at + 2 + length } else { at + 1 };
    }
    found
}

/// Where a list ends whose first text comes next, if none of its texts counts: the arguments of `source` and `ref`, or
/// what is `not in` it.
fn end_of_left_out(code: &str, before: &str) -> Option<usize> {
    let (opener, closer) = match before.as_bytes().last()? {
        b'(' => ('(', ')'),
        b'[' => ('[', ']'),
        _ => return None,
    };
    let name = before.strip_suffix(opener)?.trim_end();
    let is_call = |function: &str| {
        let rest = name.strip_suffix(function);
        opener == '('
            && rest.is_some_and(|rest| !rest.ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    };
    let is_left_out = is_call("source") || is_call("ref") || ends_with_any(name, &["not in"]);
    is_left_out.then(|| code[before.len()..].find(closer).map_or(code.len(), |length| before.len() + length))
}

/// Whether a text ends so, in any case and with any blanks between its words.
fn ends_with_any(text: &str, ends: &[&str]) -> bool {
    let words: Vec<String> = text.split_whitespace().rev().take(2).map(str::to_lowercase).collect();
    let last = words.first().map_or("", String::as_str);
    let is_end = |end: &&str| match end.split_once(' ') {
        Some((first, second)) => last == second && words.get(1).is_some_and(|word| word == first),
        None => last.ends_with(end),
    };
    ends.iter().any(is_end)
}

#[cfg(test)]
mod tests {
    use super::{in_macro, in_template};

    #[test]
    fn texts_that_are_handed_over_are_told_from_others() {
        let code = "{{ config(schema='out') }}\n-- it's\n{% set r = get_relations('erp', \"CRM\") %}\n\
                    {{ simple_cte([('saas', 'fct')]) }}{% set list = ['hr'] %}\n\
                    select 'shop' as origin from {{ source('raw', 'orders') }} join {{ ref( 'other', v=2 ) }}";
        let is_harmless = |name: &str| name == "simple_cte";
        assert_eq!(in_template(code, false, &is_harmless), ["erp", "crm", "hr"]);
        assert_eq!(in_template(code, true, &is_harmless), ["erp", "crm", "hr", "shop"]);
        assert_eq!(in_template("{{ simple_cte(find('erp')) }}", false, &is_harmless), ["erp"]);
    }

    #[test]
    fn names_that_are_left_out_are_not_looked_for() {
        let texts = |condition: &str| in_macro(&format!("select x from information_schema.tables where {condition}"));
        assert_eq!(texts("table_schema = 'erp'"), ["erp"]);
        assert_eq!(texts("table_schema in ('ERP', 'crm')"), ["erp", "crm"]);
        for condition in [
            "table_schema NOT IN ('SNAPSHOTS', 'SHEETLOAD')",
            "table_schema not\n in ('a')",
            "table_schema != 'NETSUITE'",
            "table_schema <> 'a'",
            "table_schema not like 'a%'",
            "x not in ['a', 'b']",
        ] {
            assert!(texts(condition).is_empty(), "{condition}");
        }
        assert_eq!(texts("a not in ('x') and b = 'erp'"), ["erp"]);
    }
}
