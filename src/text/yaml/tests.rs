//! Trees, places and errors of whole texts.

use proptest::prelude::*;

use super::{MAX_DEPTH, MAX_NODES, Node, Resolved, Value, Yaml, YamlError, parse};

fn yaml(text: &str) -> Yaml {
    parse(text).unwrap_or_else(|error| panic!("{text:?}: {error} at {:?}", error.span))
}

fn document(text: &str) -> Node {
    yaml(text).documents.remove(0)
}

const MARKS: [char; 8] = ['«', '»', '⟦', '⟧', '⟪', '⟫', '‹', '›'];

/// The text with the span of every node marked: «scalar», ⟦list⟧, ⟪mapping⟫, ‹alias›.
fn marked(text: &str) -> String {
    fn mark(text: &str, node: &Node, done: &mut usize, out: &mut String) {
        let [open, close] = match node.value() {
            _ if node.is_alias() => ['‹', '›'],
            Value::Scalar(_) => ['«', '»'],
            Value::Sequence(_) => ['⟦', '⟧'],
            Value::Mapping(_) => ['⟪', '⟫'],
        };
        let mut copy_to = |at: u32, mark: char, out: &mut String| {
            out.push_str(&text[*done..at as usize]);
            *done = at as usize;
            out.push(mark);
        };
        copy_to(node.span.start, open, out);
        match node.value() {
            _ if node.is_alias() => {}
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter().for_each(|item| mark(text, item, done, out)),
            Value::Mapping(mapping) => mapping.written().iter().for_each(|entry| {
                mark(text, &entry.key, done, out);
                mark(text, &entry.value, done, out);
            }),
        }
        let mut copy_to = |at: u32, mark: char, out: &mut String| {
            out.push_str(&text[*done..at as usize]);
            *done = at as usize;
            out.push(mark);
        };
        copy_to(node.span.end, close, out);
    }
    let (mut done, mut out) = (0, String::new());
    yaml(text).documents.iter().for_each(|document| mark(text, document, &mut done, &mut out));
    out + &text[done..]
}

/// Checks that the spans are where the marks are.
fn assert_spans(expected: &str) {
    let text: String = expected.chars().filter(|character| !MARKS.contains(character)).collect();
    assert_eq!(marked(&text), expected);
}

#[test]
fn block_collections_reach_from_first_dash_or_key_to_last_value() {
    assert_spans(
        "\n⟪«models»:\n  ⟦- ⟪«name»: «a» # c\n    «tags»:\n    ⟦- «x»\n    - «y»⟧⟫⟧\n\n  # end\n\n«version»: «2»⟫\n",
    );
    assert_spans("⟦- ⟦- «a»\n  - «b»⟧\n-\n  ⟪«c»: «d»⟫⟧\n# end");
    assert_spans("⟪«a»:\n⟦- «b»\n- «c»⟧\n«d»:\n  «e»⟫\n");
    assert_spans("---\n⟪? «a»\n: «b»\n? «c»\n: ⟦- «d»⟧⟫\n...\n# end\n");
}

#[test]
fn crlf_tabs_and_characters_of_several_bytes() {
    assert_spans("⟪«é»: «ü ö» \t# 😀\r\n«b»:\t«c»\r\n«d»:«» \r\n«l»:\r\n⟦- «😀»\r\n-   «\"x\ty\"»⟧⟫\t");
}

#[test]
fn empty_values_stand_right_behind_colon_or_dash() {
    assert_spans("⟪«description»:«»⟫");
    assert_spans("⟪«a»:«» \n«b»:«»⟫\n");
    assert_spans("⟪«a» :«»   # c: d\n\n«b»: «1»⟫\n");
    assert_spans("⟪«'a:'» :«»⟫\n");
    assert_spans("⟦-«»\n-«» \n  # c\n-  ⟦-«»⟧⟧ ");
    assert_spans("⟪«a»: !!str«»\n«b»: &x«» # c\n«c»: «1»⟫\n");
    assert_spans("⟪{«a»«», «b»:«» , «\"c\"»:«», ? «d»«»}⟫");
    assert_spans("⟪? «a»«»\n? «b»\n:«»⟫\n");
    assert_spans("⟦[⟪«a»:«»⟫ , ⟪«b»: «1»⟫]⟧");
}

#[test]
fn flow_collections_have_their_brackets() {
    assert_spans(
        "⟪«a»: ⟦[«b», ⟪{«c»: «d», «\"e\"»:«f»}⟫, ⟪«g»: ⟦[]⟧⟫, ⟪{}⟫ , ]⟧ # c\n«h»: ⟦[\n  «i»,  # c\n  «j k»\n   ]⟧⟫\n",
    );
    assert_spans("⟪«a»: ⟦[«'b'» , «it''s»]⟧⟫");
}

#[test]
fn quoted_and_plain_scalars_of_several_lines() {
    assert_spans("⟪«a»: «'b''s\n\n  c'»  # d\n«e»: «\"f \\\" \\\n   g\"»\n«h»: «i\n  j  k»\n\n  # l\n«m»: «n#o:p»⟫\n");
}

#[test]
fn block_scalars_reach_from_their_sign_to_the_last_line_with_text() {
    assert_spans(
        "⟪«a»: «|\n  b\n   c»\n\n«d»: «>-   # e |\n\n  f »\n  \n# g\n«h»: !!str &x «|+2\n    i»\n\n«j»: «|»\n«k»: «>»⟫\n\n",
    );
    assert_spans("⟦- «|-\n  a»\n- # | no\n  «>\n  b»⟧\n");
}

#[test]
fn anchors_tags_and_aliases() {
    assert_spans("⟪«a»: &x\n  ⟪«b»: !!str «1»⟫\n«c»: ‹*x›\n&y «d»: ⟦[ ‹*x›, ‹*y› ]⟧\n‹*y› : «e»⟫");
    let root = document("a: &x {b: [1, 2]}\nc: *x\n");
    let (anchored, alias) = (root.get("a").unwrap(), root.get("c").unwrap());
    assert!(alias.is_alias() && !anchored.is_alias());
    assert!(std::ptr::eq(anchored.target(), alias.target()), "the value is shared");
    assert_eq!(alias.get("b").map(|list| list.items().len()), Some(2));
}

#[test]
fn several_documents_and_none() {
    for text in ["", "\n \n", "# c\n", "# c\r\n\r\n# d", "\u{FEFF}"] {
        assert_eq!(yaml(text).documents.len(), 0, "{text:?}");
    }
    assert_spans("⟪«a»: «1»⟫\n---\n«b» # c\n--- ⟦[]⟧\n...\n---«»\n");
}

#[test]
fn comments_know_whether_they_have_a_line_for_themselves() {
    let text = "# a\nb: c # d\n   # e\r\nf: \"# no\" #g\n- |".trim_end_matches("- |");
    let comments: Vec<_> =
        yaml(text).comments.iter().map(|comment| (&text[comment.span.range()], comment.own_line)).collect();
    assert_eq!(comments, [("# a", true), ("# d", false), ("# e", true), ("#g", false)]);
    let block = "a: | # b\n  # text\n# c\n";
    let comments = yaml(block).comments;
    assert_eq!(comments.iter().map(|comment| &block[comment.span.range()]).collect::<Vec<_>>(), ["# b", "# c"]);
}

#[test]
fn many_comments_in_a_row_are_fine() {
    let text = format!("a:\n{}  b: 1\n", "  # c\n".repeat(10_000));
    assert_eq!(yaml(&text).comments.len(), 10_000);
    assert_eq!(document(&text).get("a").and_then(|a| a.get("b")).and_then(Node::as_int), Some(1));
}

#[test]
fn repeated_keys_are_reported_and_the_last_wins() {
    let text = "a: 1\nb: {x: 1, x: 2}\n\"a\": 3\nyes: 4\ntrue: 5\n'yes': 6\na: 7\n";
    let found = yaml(text);
    let duplicates: Vec<_> =
        found.duplicates.iter().map(|twice| (&*twice.key, twice.first_span.start, twice.key_span.start)).collect();
    assert_eq!(duplicates, [("x", 9, 15), ("a", 0, 21), ("true", 28, 35), ("a", 0, 52)]);
    let root = &found.documents[0];
    assert_eq!(root.get("a").and_then(Node::as_int), Some(7));
    assert_eq!(root.get("yes").and_then(Node::as_int), Some(6), "the other `yes` is a boolean");
    let entries: Vec<_> = root.entries().map(|entry| (entry.key.as_str().unwrap(), entry.key.span.start)).collect();
    assert_eq!(entries, [("a", 52), ("b", 5), ("true", 35), ("yes", 43)], "in the order of the first");
}

#[test]
fn repeated_keys_are_found_in_large_mappings_too() {
    let text: String = (0..500).map(|key| format!("k{}: {key}\n", key % 400)).collect();
    let found = yaml(&text);
    assert_eq!(found.duplicates.len(), 100);
    assert_eq!(found.documents[0].entries().len(), 400);
    assert_eq!(found.documents[0].get("k99").and_then(Node::as_int), Some(499));
}

/// The expected orders and values are those of `yaml.safe_load` (PyYAML 6.0.3).
#[test]
fn merge_keys_bring_what_is_not_there() {
    let text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: *a, y: 3}\nd: {<<: [*a, *b], w: 4}\ne: &e {<<: *b, v: 5}\n\
                f: {x: 6, <<: *e, <<: *a}\ng: {'<<': 7}\n";
    let root = document(text);
    let view = |key: &str| -> Vec<(String, i128)> {
        let entries = root.get(key).unwrap().entries();
        entries.map(|entry| (entry.key.as_str().unwrap().to_owned(), entry.value.as_int().unwrap())).collect()
    };
    let owned =
        |pairs: &[(&str, i128)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect::<Vec<_>>();
    assert_eq!(view("c"), owned(&[("x", 1), ("y", 3)]));
    assert_eq!(view("d"), owned(&[("x", 1), ("z", 2), ("y", 1), ("w", 4)]));
    assert_eq!(view("f"), owned(&[("x", 6), ("z", 2), ("v", 5), ("y", 1)]));
    assert_eq!(view("g"), owned(&[("<<", 7)]));
    for key in ["c", "d", "e", "f", "g"] {
        for (name, value) in view(key) {
            assert_eq!(root.get(key).unwrap().get(&name).and_then(Node::as_int), Some(value), "{key}.{name}");
        }
    }
    assert_eq!(&text[root.get("c").unwrap().entry("x").unwrap().key.span.range()], "x", "the place is in `a`");
    assert!(yaml(text).duplicates.is_empty());
}

#[test]
fn only_keys_that_are_strings_are_found_by_their_name() {
    let root = document("1: a\n'2': b\non: c\n~: d\n=: e\n2024-01-01: f\n");
    let found: Vec<_> = ["1", "2", "on", "~", "=", "2024-01-01"].map(|key| root.get(key).is_some()).into();
    assert_eq!(found, [false, true, false, false, true, false]);
}

#[test]
fn texts_are_unescaped_and_folded() {
    for (text, expected) in [
        (r#""a\tb\x41\u00e9\U0001F600\"\\\/\e\0""#, "a\tbAé😀\"\\/\u{1B}\0"),
        ("'it''s'", "it's"),
        ("\"a\n  b\n\n  c \\\n  d\"", "a b\nc d"),
        ("a\n b\n\n c", "a b\nc"),
        ("|\n a\n  b\n\n c\n\n", "a\n b\n\nc\n"),
        ("|-\n a\n\n", "a"),
        ("|+\n a\n\n", "a\n\n"),
        ("|\n a", "a"),
        ("|1\n  a\n", " a\n"),
        (">\n a\n b\n\n c\n  d\n e\n", "a b\nc\n d\ne\n"),
        ("|\r\n a\r\n b\r\n", "a\nb\n"),
    ] {
        assert_eq!(document(text).as_str(), Some(expected), "{text:?}");
    }
}

#[test]
fn content_spans_point_between_the_quotes() {
    let text = "[a b, 'c d', \"é\", 'it''s', \"\\n\", '']";
    let found: Vec<_> =
        document(text).items().iter().map(|item| item.content_span().map(|span| &text[span.range()])).collect();
    assert_eq!(found, [Some("a b"), Some("c d"), Some("é"), None, None, Some("")]);
    let text = "- &a 'x'\n- *a\n- b\n  c\n- |\n  d\n-\n";
    let found: Vec<_> = document(text).items().iter().map(|item| item.content_span().map(|span| span.start)).collect();
    assert_eq!(found, [Some(6), Some(6), None, None, Some(31)]);
}

#[test]
fn tags_decide_about_the_type() {
    let root = document(
        "[!!str 1, !!int '3', !!null x, !!bool 'YES', !!float 3, !!timestamp '2024-01-01', ! '7', !!str , ! ]",
    );
    let strings = [(0, "1"), (7, ""), (8, "")];
    let values: Vec<_> = root.items().iter().map(|item| item.resolve().unwrap()).collect();
    strings.iter().for_each(|(at, text)| assert_eq!(values[*at], Resolved::Str(text)));
    assert_eq!(values[1..5], [Resolved::Int(3), Resolved::Null, Resolved::Bool(true), Resolved::Float(3.0)]);
    assert!(matches!(values[5], Resolved::Timestamp(_)));
    assert_eq!(values[6], Resolved::Int(7), "`!` decides by the text");
}

/// Texts that PyYAML refuses too, the part of them that is at fault, and what is said about it.
#[test]
fn errors_say_what_is_wrong_and_where() {
    for (text, at, message) in [
        ("a: {{ var('x') }}", "{{", "a value that starts with `{{` must be in quotes"),
        ("{{ a }}: b", "{{", "a value that starts with `{{` must be in quotes"),
        ("[a, b]: c", "[", "a list or mapping cannot be a key"),
        ("a: &x [1]\n*x : 1", "*", "a list or mapping cannot be a key"),
        ("a: b: c", ":", "a `:` cannot stand here: the text before it is already a value"),
        ("a: \"b\" c", "c", "there is more text behind the value"),
        ("- a\n  - b: c", ":", "a `:` cannot stand here: the text before it is already a value"),
        ("a: - b", "-", "a `-` cannot stand here: a list starts in a line of its own"),
        ("a:\n  - b\n c: d\n", "c", "expected another `key: value` in line with the keys above"),
        ("- a\nb: c\n", "b", "expected another `- item` in line with the items above"),
        ("a: 1\nb b \nc: 2", "b b", "this line is neither `key: value` nor part of the value above"),
        ("a:\n\tb: 1", "\t", "a tab cannot be used for indentation"),
        ("a: |\n \tb\n\tc", "\t", "a tab cannot be used for indentation"),
        ("a: 'b\nc: d\n", "'", "the quotes that open here are never closed"),
        ("a: \"\\d\"", "\\d", "this is no escape that YAML knows"),
        ("a: | b", "b", "only `+`, `-`, an indentation from 1 to 9 and a comment can follow `|` or `>`"),
        ("a: [b,\n c", "[", "the bracket that opens here is never closed"),
        ("a: [b\nc: d", ":", "expected `,` or `]`: the `[` above is still open"),
        ("a: {b: c]", "]", "expected `,` or `}`: the `{` is still open"),
        ("a: b\n]", "]", "there is no bracket that this one could close"),
        ("a: [b,,]", ",", "a value is missing before this `,`"),
        ("a: [- b]", "-", "a list with dashes cannot stand in brackets"),
        ("{a:[]}", ":", "a `:` in brackets needs a space behind it"),
        ("a: *b", "*b", "no anchor `&b` is defined before this alias"),
        ("a: **b**", "**", "the name of an anchor or alias has only letters, digits, `_` and `-`"),
        ("a: &b 1\nc: &b 2", "&b", "the anchor `&b` is defined twice in the same document"),
        ("a: &b [*b]", "*b", "this alias stands inside of the value that it names"),
        ("a: !x b", "!x", "dbt cannot load this tag on a single value"),
        ("a: !!python/name:os.system x", "!!python/name:os.system", "dbt cannot load this tag on a single value"),
        ("a: !!str [b]", "!!str", "dbt cannot load this tag on a list"),
        ("a: !b!c d", "!b!c", "no `%TAG` directive declares the start of this tag"),
        ("a: !b{c}", "!b{", "this is not the form of a tag"),
        ("<<: 1", "1", "a merge key `<<` takes a mapping or a list of mappings"),
        ("a: =", "=", "`=` has a special meaning in YAML"),
        (
            "a: 2024-02-30",
            "2024-02-30",
            "`2024-02-30` is read as a date, but there is no such day or time; put it in quotes",
        ),
        ("a: 0x_", "0x_", "`0x_` is read as a number, but has no digits; put it in quotes"),
        ("a: !!int b", "b", "`b` is tagged as a whole number, but is none"),
        ("a: \u{7}b", "\u{7}", "the character U+0007 is not allowed in YAML"),
        ("a: %x", "%", "no value can start with this character"),
        ("%a b\n", "%a ", "a line that starts with `%` is a directive: `%YAML 1.1` or `%TAG !handle! prefix`"),
        ("a: b\n...\nc", "c", "this does not belong to the document above, and `---` starts another"),
    ] {
        let YamlError { span, message: said, .. } = parse(text).unwrap_err();
        assert_eq!(said, message, "{text:?}");
        assert!(&text[span.range()] == at, "{text:?}: {:?}", &text[span.range()]);
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? - ", "")] {
        let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        let levels = if open.starts_with('?') { 1 } else { MAX_DEPTH };
        if levels == MAX_DEPTH {
            assert!(parse(&nested(levels)).is_ok(), "{open}");
        }
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err(), "{open}");
        assert!(parse(&nested(100_000)).is_err(), "{open}");
    }
}

#[test]
fn aliases_of_aliases_neither_grow_nor_nest_without_bound() {
    let bomb = |levels: usize| -> String {
        let line = |level: usize| format!("a{}: &a{} [{}]\n", level + 1, level + 1, format!("*a{level},").repeat(9));
        "a0: &a0 [x]\n".to_owned() + &(0..levels).map(line).collect::<String>()
    };
    assert_eq!(document(&bomb(4)).entries().len(), 5);
    let message = parse(&bomb(9)).unwrap_err().message;
    assert_eq!(message, format!("the aliases of this file stand for more than {MAX_NODES} values"));
    let chain: String = (0..5_000).map(|level| format!("a{}: &a{} [*a{level}]\n", level + 1, level + 1)).collect();
    let message = parse(&("a0: &a0 1\n".to_owned() + &chain)).unwrap_err().message;
    assert_eq!(message, format!("lists and mappings nest more than {MAX_DEPTH} levels deep"));
}

/// Every span is within its parent, in the order of the file, and cuts no character.
fn check_spans(text: &str, node: &Node) {
    assert!(text.get(node.span.range()).is_some());
    let within =
        |inner: &Node| assert!(node.span.start <= inner.span.start && inner.span.end <= node.span.end, "{text:?}");
    if node.is_alias() {
        assert!(text[node.span.range()].starts_with('*'));
        return;
    }
    match node.value() {
        Value::Scalar(scalar) => {
            scalar.resolve();
            if let Some(span) = node.content_span() {
                assert_eq!(&text[span.range()], scalar.text());
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| {
            within(item);
            check_spans(text, item);
        }),
        Value::Mapping(mapping) => mapping.written().iter().for_each(|entry| {
            [&entry.key, &entry.value].into_iter().for_each(|node| {
                within(node);
                check_spans(text, node);
            });
            assert!(entry.key.span.end <= entry.value.span.start, "{text:?}");
        }),
    }
    node.entries().for_each(drop);
}

fn check_any(text: &str) {
    match parse(text) {
        Ok(yaml) => {
            yaml.documents.iter().for_each(|document| check_spans(text, document));
            yaml.comments.iter().for_each(|comment| assert!(text[comment.span.range()].starts_with('#')));
        }
        Err(error) => assert!(text.get(error.span.range()).is_some() && !error.message.is_empty()),
    }
}

/// Pieces that make up files like those of dbt projects, and ways to break them.
const PIECES: &[&str] = &[
    "a: b\n",
    "models:\n",
    "  - name: x\n",
    "    columns:\n",
    "      - name: y\n",
    "        tests: [unique, {z: 1}]\n",
    "description: >\n",
    "  text\n",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "- ",
    "? ",
    ": ",
    ":",
    "#c\n",
    " # c\n",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!",
    "|",
    ">-\n",
    "|2\n",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "é",
    "😀",
    "\\",
    "{{ x }}",
    "yes",
    "010",
    "2024-01-01",
    "\u{85}",
    "\u{2028}",
    "\u{FEFF}",
    "\u{0}",
    "x",
    "1:30",
    "=",
    "~",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,60}") {
        check_any(&text);
    }

    #[test]
    fn no_pieces_of_yaml_make_it_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        check_any(&pieces.concat());
    }
}
