//! Relations that SQL names itself, where dbt would have taken a `ref()` or `source()`.

use std::collections::HashSet;
use std::ops::Range;

use crate::text::sql::{JinjaFill, blank_with};

/// Functions whose arguments may hold a `from` of their own: `extract(year from ordered_at)`.
const FROM_INSIDE: [&str; 5] = ["extract", "trim", "substring", "overlay", "position"];

/// Words that follow `from` or `join` and are no relation.
const NO_RELATION: [&str; 6] = ["select", "lateral", "only", "values", "unnest", "table"];

/// Table functions that make a row of each element of an array.
const UNNESTING: [&str; 5] = ["unnest", "table", "flatten", "explode", "json_array_elements"];

/// Words beside texts and numbers that written-out arrays are made of.
const LITERAL: [&str; 18] = [
    "array",
    "array_construct",
    "struct",
    "row",
    "null",
    "true",
    "false",
    "date",
    "timestamp",
    "input",
    "flatten",
    "int64",
    "string",
    "text",
    "varchar",
    "integer",
    "numeric",
    "bigint",
];

/// Table functions that make rows out of nothing.
const GENERATORS: [&str; 7] = [
    "generate_series",
    "generate_date_array",
    "generate_timestamp_array",
    "generate_array",
    "generator",
    "sequence",
    "range",
];

/// The relations that follow `from` and `join` by name, each once, in order. CTEs, table functions and what Jinja puts
/// there are none of them; a name with Jinja in it (`{{ target.schema }}.orders`) is.
///
/// This looks at words, not at grammar, and leaves out what it is not sure of: the second table of `from a, b`, say.
pub fn relations(code: &str) -> Vec<&str> {
    let mut seen = HashSet::new();
    let blanked = blank_with(code, JinjaFill::Placeholder);
    let targets = targets(&blanked).into_iter();
    let named = targets.filter(|target| target.kind == TargetKind::Name && seen.insert(&blanked[target.span.clone()]));
    named.map(|target| &code[target.span]).collect()
}

/// Whether the SQL makes its rows of what is written in it: it selects or lists values, and nothing stands behind `from`
/// and `join` but its own CTEs and arrays that are written there.
pub fn writes_rows(code: &str) -> bool {
    let blanked = blank_with(code, JinjaFill::Placeholder);
    let has_rows = words(&blanked).into_iter().any(|word| is_any(&blanked[word], &["select", "values"]));
    has_rows && targets(&blanked).iter().all(|target| target.kind == TargetKind::Known)
}

/// Whether the SQL puts tables one under another and joins none: it has a `union` and neither a `join` nor a list of tables
/// behind `from`.
pub fn only_unions(code: &str, is_union: bool) -> bool {
    let blanked = blank_with(code, JinjaFill::Placeholder);
    let words = words(&blanked);
    let has = |keyword: &str| words.iter().any(|word| blanked[word.clone()].eq_ignore_ascii_case(keyword));
    (is_union || has("union")) && !has("join") && !targets(&blanked).iter().any(|target| begins_list(&blanked, target))
}

/// Whether a comma and so another table stands behind this one, as in `from orders as o, lines`.
fn begins_list(blanked: &str, target: &Target) -> bool {
    behind_alias(&blanked[target.span.end..]).starts_with(',')
}

/// What follows `as o` or `o`, if one of them is there.
fn behind_alias(rest: &str) -> &str {
    let rest = match first_word(rest) {
        (word, rest) if word.eq_ignore_ascii_case("as") => rest,
        _ => rest,
    };
    first_word(rest).1.trim_start()
}

/// The word that a text begins with, if it does, and the rest.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()))
}

/// Whether what a table function makes rows of is written there, and so is all that is listed behind it:
/// `unnest(['a', 'b']) as t(code), unnest([1, 2])`. `rest` follows the name of the first.
fn lists_written_out<'t>(mut name: &'t str, mut rest: &'t str) -> bool {
    loop {
        let Some(end) = closing(rest).filter(|end| is_written_out(name, &rest[..*end])) else { return false };
        let behind = behind_alias(&rest[end + 1..]);
        let columns = closing(behind).map_or(0, |end| end + 1);
        let Some(next) = behind[columns..].trim_start().strip_prefix(',') else { return true };
        (name, rest) = first_word(next);
    }
}

/// Where the bracket is closed that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start().strip_prefix('(')?.len();
    let mut depth = 1;
    let mut inside = text[start..].char_indices();
    inside.find_map(|(at, character)| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        (depth == 0).then_some(start + at)
    })
}

/// Whether a table function is given what is written there.
fn is_written_out(name: &str, arguments: &str) -> bool {
    if !is_any(name, &UNNESTING) {
        return false;
    }
    let words = words(arguments);
    // The literal of a table, as in `table('raw.orders')`, is no array.
    let is_array =
        !name.eq_ignore_ascii_case("table") || words.iter().any(|word| is_any(&arguments[word.clone()], &UNNESTING));
    let is_literal = |(index, word): (usize, &Range<usize>)| {
        let word = &arguments[word.clone()];
        // The name of a field: `struct('a' as code)`.
        let is_name = index > 0 && arguments[words[index - 1].clone()].eq_ignore_ascii_case("as");
        is_name
            || is_any(word, &LITERAL)
            || word.eq_ignore_ascii_case("as")
            || word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
    };
    is_array && words.iter().enumerate().all(is_literal)
}

/// What stands behind a `from` or `join`.
struct Target {
    span: Range<usize>,
    kind: TargetKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TargetKind {
    Name,
    /// A CTE, or rows that are written right there.
    Known,
    /// What Jinja puts there, or a function.
    Other,
}

/// What follows `from` and `join` in SQL whose Jinja, comments and texts are blanked out; brackets are left out.
fn targets(blanked: &str) -> Vec<Target> {
    let words = words(blanked);
    let ctes = ctes(blanked, &words);
    let mut found = Vec::new();
    let mut calls: Vec<bool> = Vec::new();
    let mut last_end = 0;
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |previous| &blanked[words[previous].clone()]);
        track_calls(&blanked[last_end..word.start], before, &mut calls);
        let in_function = calls.last().copied().unwrap_or(false);
        let name = &blanked[word.clone()];
        let is_next = blanked[last_end..word.start].trim().is_empty();
        let is_read =
            is_next && is_any(before, &["from", "join"]) && !in_function && !is_distinct_from(blanked, &words, index);
        if is_read {
            let is_function = blanked[word.end..].trim_start().starts_with('(');
            let kind = match () {
                () if is_any(name, &["select", "values"]) => TargetKind::Known,
                () if is_function && lists_written_out(name, &blanked[word.end..]) => TargetKind::Known,
                () if is_function || !is_relation(name) => TargetKind::Other,
                () if ctes.contains(&name.to_lowercase()) => TargetKind::Known,
                () => TargetKind::Name,
            };
            found.push(Target { span: word.clone(), kind });
        }
        last_end = word.end;
    }
    found
}

/// Whether the SQL calls a table function that makes rows out of nothing, such as a date spine does.
pub fn generates_rows(code: &str) -> bool {
    let blanked = blank_with(code, JinjaFill::Blank);
    words(&blanked)
        .into_iter()
        .any(|word| is_any(&blanked[word.clone()], &GENERATORS) && blanked[word.end..].trim_start().starts_with('('))
}

/// Names, dots and quotes included, and all else that is made of letters.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut quote = None;
    for (at, character) in text.char_indices() {
        let in_word = match quote {
            Some(open) => {
                if character == open {
                    quote = None;
                }
                true
            }
            None => {
                if matches!(character, '"' | '`') {
                    quote = Some(character);
                }
                quote.is_some() || character.is_alphanumeric() || matches!(character, '_' | '$' | '.' | '-')
            }
        };
        if in_word {
            let end = at + character.len_utf8();
            match words.last_mut() {
                Some(word) if word.end == at => word.end = end,
                _ => words.push(at..end),
            }
        }
    }
    words
}

/// Keeps for each open bracket whether it is that of a function with a `from` inside.
fn track_calls(between: &str, before: &str, calls: &mut Vec<bool>) {
    let mut is_first = true;
    for character in between.chars() {
        match character {
            '(' => calls.push(is_first && is_any(before, &FROM_INSIDE)),
            ')' => {
                calls.pop();
            }
            _ => {}
        }
        is_first &= character.is_whitespace();
    }
}

/// `a is distinct from b` compares.
fn is_distinct_from(text: &str, words: &[Range<usize>], index: usize) -> bool {
    index >= 2 && text[words[index - 2].clone()].eq_ignore_ascii_case("distinct") && {
        let before = index.checked_sub(3).map_or("", |at| &text[words[at].clone()]);
        is_any(before, &["is", "not"])
    }
}

/// Whether a word names a relation at least in part: not all Jinja, not a keyword, not a number.
fn is_relation(name: &str) -> bool {
    let is_placeholder = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'_');
    !name.split('.').all(is_placeholder)
        && !is_any(name, &NO_RELATION)
        && name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"' | '`'))
}

/// The names of CTEs, in lower case: `name as (`, `name (columns) as (`.
fn ctes(text: &str, words: &[Range<usize>]) -> HashSet<String> {
    let opens = |word: &Range<usize>| text[word.end..].trim_start().starts_with('(');
    let mut names = HashSet::new();
    for (index, word) in words.iter().enumerate() {
        let is_as = text[word.clone()].eq_ignore_ascii_case("as");
        let is_materialized =
            || words.get(index + 1).is_some_and(|next| is_any(&text[next.clone()], &["materialized", "not"]));
        if !is_as || !(opens(word) || is_materialized()) {
            continue;
        }
        let gap_start = index.checked_sub(1).map_or(0, |previous| words[previous].end);
        if text[gap_start..word.start].contains(')') {
            // The column list of `name (a, b) as (`: its name is the word before the bracket.
            let list_start = text[..word.start].rfind('(').unwrap_or(0);
            let name = words[..index].iter().rev().find(|candidate| candidate.end <= list_start);
            names.extend(name.map(|name| text[name.clone()].to_lowercase()));
        } else if let Some(previous) = index.checked_sub(1) {
            names.insert(text[words[previous].clone()].to_lowercase());
        }
    }
    names
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|candidate| word.eq_ignore_ascii_case(candidate))
}

#[cfg(test)]
mod tests {
    use super::{generates_rows, only_unions, relations, writes_rows};

    #[test]
    fn finds_names_behind_from_and_join() {
        for (code, expected) in [
            ("select 1", vec![]),
            ("select * from raw.orders", vec!["raw.orders"]),
            ("SELECT * FROM raw.orders o LEFT JOIN crm.customers c ON true", vec!["raw.orders", "crm.customers"]),
            ("select * from `proj-1.raw.orders`", vec!["`proj-1.raw.orders`"]),
            ("select * from proj-1.raw.orders", vec!["proj-1.raw.orders"]),
            ("select * from \"Raw\".\"My Orders\" x", vec!["\"Raw\".\"My Orders\""]),
            ("select * from raw.orders union all select * from raw.orders", vec!["raw.orders"]),
            ("select * from orders", vec!["orders"]),
            ("select * from (select * from raw.orders)", vec!["raw.orders"]),
            ("select * from {{ target.schema }}.orders", vec!["{{ target.schema }}.orders"]),
        ] {
            assert_eq!(relations(code), expected, "{code}");
        }
    }

    #[test]
    fn leaves_out_what_is_no_relation() {
        for code in [
            "select * from {{ ref('orders') }} join {{ source('a', 'b') }} using (id)",
            "{{ config(materialized='table') }} select 1",
            "with a as (select 1), b (x, y) as (select 2) select * from a join B using (x)",
            "with a as materialized (select 1) select * from a",
            "with a as not materialized (select 1) select * from a",
            "-- select * from raw.orders\nselect 'from raw.orders' /* from raw.orders */",
            "{# from raw.orders #}select 1",
            "select extract(year from ordered_at), trim(both ' ' from name), extract(day from a.b)",
            "select extract(epoch from (a - b)) ",
            "select a is distinct from b, a is not distinct from c.d",
            "select * from unnest([1, 2]) x, lateral flatten(y)",
            "select * from generate_series(1, 2)",
            "select * from table(generator(rowcount => 5))",
            "select * from values (1), (2)",
            "select * from lateral (select 1)",
            "{% for t in tables %}select * from {{ t }}{% endfor %}",
        ] {
            assert!(relations(code).is_empty(), "{code}: {:?}", relations(code));
        }
    }

    #[test]
    fn arrays_are_written_out_rows() {
        for code in [
            "select reason from unnest(['Chronic: 3', 'Chronic: 5']) as reason cross join unnest([1, -2.5]) as n",
            "select * from unnest(array['a', 'b']) as t(reason)",
            "select code from unnest([struct('a' as code, 1 as n), ('b', 2)])",
            "select value from table(flatten(input => array_construct('a', 'b')))",
            "select * from (values ('a', 1), ('b', 2)) as t(reason, n)",
            "SELECT code FROM UNNEST([STRUCT('a' AS code, 1 AS n), ('b', 2)])",
            "select * from unnest(['a', 'b']) as t(code), unnest([1, 2]) n where code in ('a', 'b')",
        ] {
            assert!(writes_rows(code), "{code}");
        }
        for code in [
            "select * from unnest(items)",
            "select * from unnest([a.b, 'c'])",
            "select * from unnest({{ var('codes') }})",
            "select * from unnest(array(select code from raw.codes))",
            "select * from unnest(['a'",
            "select * from external_query('connection', 'select 1')",
            "select * from table('raw.orders')",
            "select * from unnest(['a', 'b']) as code, raw.orders",
            "select * from unnest(['a', 'b']) as t(code), raw.orders",
            "select * from unnest(['a', 'b']), unnest([1]) n, raw.orders",
            "select * from unnest(['a', 'b']),",
            "select * from unnest(['a', 'b']), unnest é",
        ] {
            assert!(!writes_rows(code), "{code}");
        }
    }

    #[test]
    fn unions_are_no_joins() {
        for code in [
            "select * from {{ source('a', 'x') }} union all select * from {{ source('b', 'x') }}",
            "with u as (select a, b from {{ source('a', 'x') }} as x union select a, b from {{ source('b', 'x') }}), \
             v as (select 1) select * from u",
        ] {
            assert!(only_unions(code, false), "{code}");
        }
        let relations = "{{ dbt_utils.union_relations([source('a', 'x'), source('b', 'x')]) }}";
        assert!(only_unions(relations, true));
        for code in [
            relations,
            "select * from {{ source('a', 'x') }} as x, {{ source('b', 'x') }} union all select 1",
            "select * from {{ source('a', 'x') }}, {{ source('b', 'x') }} union all select 1",
            "select * from {{ source('a', 'x') }} x JOIN {{ source('b', 'x') }} using (id) union all select 1",
            "select * from {{ source('a', 'x') }} where id in (select id from {{ source('b', 'x') }})",
        ] {
            assert!(!only_unions(code, false), "{code}");
        }
    }

    #[test]
    fn distinct_before_from_is_no_comparison() {
        assert_eq!(relations("select count(*), distinct from raw.orders"), ["raw.orders"]);
    }

    #[test]
    fn knows_what_makes_rows_out_of_nothing() {
        assert!(generates_rows("select * from table(generator(rowcount => 5))"));
        assert!(generates_rows("select * from GENERATE_SERIES (1, 2)"));
        assert!(generates_rows("select d from unnest(generate_date_array('2020-01-01', '2021-01-01')) d"));
        assert!(!generates_rows("select sum(x) over (order by y range between 1 preceding and current row)"));
        assert!(!generates_rows("select 'generate_series(1)' -- range(5)"));
        assert!(!generates_rows("select sequence from orders"));
    }
}
