use super::value;

/// Each expression and its value.
#[track_caller]
fn are(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(value(text).as_deref(), Ok(*expected), "{text}");
    }
}

/// Each expression, the part that is at fault, and why.
#[track_caller]
fn fail(cases: &[(&str, &str, &str)]) {
    for (text, part, message) in cases {
        let error = value(text).expect_err(text);
        assert_eq!((&text[error.range], error.message.as_str()), (*part, *message), "{text}");
    }
}

#[test]
fn literals() {
    are(&[
        ("1", "1"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0xfF", "255"),
        ("1.5e2", "150"),
        (".5", "0.5"),
        ("true", "true"),
        ("null", "null"),
        (r#"'it''s' == 'it' || true"#.replace("''", "\\'").as_str(), "true"),
        (r#""a\tb\x41\u00e9\U0001F600\101\"""#, r#""a\tbAé😀A\"""#),
        (r"r'\d+\''", r#""\\d+\\'""#),
        ("'''a'b\nc'''", r#""a'b\nc""#),
        ("[1, 2,]", "[1, 2]"),
        ("[]", "[]"),
        ("1 // one\n + 1", "2"),
    ]);
}

#[test]
fn operators() {
    are(&[
        ("1 + 2 * 3 - 4 / 2 % 2", "7"),
        ("(1 + 2) * 3", "9"),
        ("-(1) + - 2", "-3"),
        ("7 / -2", "-3"),
        ("-7 % 3", "-1"),
        ("'a' + 'b'", "\"ab\""),
        ("[1] + [2]", "[1, 2]"),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2 && 1 != 2 && !(1 == 2)", "true"),
        ("'a' < 'b'", "true"),
        ("false < true", "true"),
        ("1 == 1.0", "true"),
        ("9007199254740993 == 9007199254740992.0", "false"),
        ("9007199254740993 > 9007199254740992.0", "true"),
        ("-1 > -1.5", "true"),
        ("2 in [1, 2]", "true"),
        ("'c' in thing.tags", "false"),
        ("[1, 2] == [1.0, 2]", "true"),
        ("true || false && false", "true"),
        ("true ? 1 : 2", "1"),
        ("false ? 1 : true ? 2 : 3", "2"),
        ("!!true", "true"),
        ("[1, 2][1]", "2"),
    ]);
}

#[test]
fn fields_and_meta() {
    are(&[
        ("thing.name", "\"étoile\""),
        ("thing.items[1].name", "\"y\""),
        ("thing.meta.pii == true", "true"),
        ("thing.meta.absent == true", "false"),
        ("thing.meta.absent.below == 'x'", "false"),
        ("thing.meta['team'].name", "\"core\""),
        ("thing.meta.absent == null && thing.meta.nothing == null", "true"),
        ("thing.meta.list[1]", "1"),
        ("thing.meta.days < 31 && thing.meta.ratio < 1", "true"),
        ("thing.meta.huge > 0", "true"),
        ("'pii' in thing.meta", "true"),
        ("'nothing' in thing.meta || 'absent' in thing.meta || 1 in thing.meta", "false"),
        ("'x' in thing.meta.absent", "false"),
        ("has(thing.meta.pii) && !has(thing.meta.nothing) && !has(thing.meta.a.b)", "true"),
        ("has(thing.name) && has(thing.tags)", "true"),
        ("size(thing.meta)", "6"),
        ("thing.meta.all(key, key != 'nothing')", "true"),
        ("thing.meta.team == thing.meta.team", "true"),
    ]);
}

#[test]
fn functions() {
    are(&[
        ("size('été') + 'été'.size() + size([1]) + thing.tags.size()", "9"),
        ("'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", "true"),
        ("'fct_orders'.matches('^(fct|dim)_')", "true"),
        ("'ÄbC'.lowerAscii() + 'äb'.upperAscii()", "\"ÄbcäB\""),
        ("' a '.trim()", "\"a\""),
        ("'a.b.a'.replace('a', 'cc')", "\"cc.b.cc\""),
        ("'a/b/'.split('/')", "[\"a\", \"b\", \"\"]"),
        ("'été'.split('')", "[\"é\", \"t\", \"é\"]"),
        ("thing.tags.join() + thing.tags.join('-')", "\"aba-b\""),
        ("'été'.indexOf('t') + 'x'.indexOf('y')", "0"),
        ("string(1) + string(1.5) + string(true) + string('x')", "\"11.5truex\""),
        ("int('7') + int(2.9) + int(-2.9)", "7"),
        ("double('1.5') + double(1)", "2.5"),
    ]);
}

#[test]
fn lists() {
    are(&[
        ("thing.tags.all(t, t != '') && [].all(t, false)", "true"),
        ("thing.tags.exists(t, t == 'b') && ![].exists(t, true)", "true"),
        ("thing.tags.exists_one(t, t == 'b') && !thing.tags.existsOne(t, t != '')", "true"),
        ("thing.items.filter(i, i.size > 1).map(i, i.name)", "[\"y\"]"),
        ("thing.items.map(i, i.size > 1, i.size * 2)", "[4]"),
        ("thing.items.all(i, thing.tags.all(t, t != i.name))", "true"),
    ]);
}

#[test]
fn what_decides_wins_over_errors_wherever_it_stands() {
    are(&[
        ("1 / 0 == 1 || true", "true"),
        ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 && false", "false"),
        ("[0, 1].exists(n, 1 / n == 1)", "true"),
        ("[0, 2].all(n, 1 / n == 1)", "false"),
        ("true ? 1 : 1 / 0", "1"),
    ]);
    fail(&[
        ("1 / 0 == 1 || false", "1 / 0", "1 / 0 has no value"),
        ("true && 1 / 0 == 1", "1 / 0", "1 / 0 has no value"),
    ]);
}

#[test]
fn what_is_not_known_decides_nothing() {
    are(&[
        ("thing.secret == 'x'", "(not known)"),
        ("!(thing.secret == 'x')", "(not known)"),
        ("thing.secret == 'x' && false", "false"),
        ("thing.secret == 'x' || thing.name == 'étoile'", "true"),
        ("thing.secret == 'x' && 1 / 0 == 1", "(not known)"),
        ("size(thing.secret) > 1", "(not known)"),
        ("thing.secret.matches('x')", "(not known)"),
        ("thing.secrets.all(s, s != '')", "(not known)"),
        ("thing.tags.all(t, t != thing.secret)", "(not known)"),
        ("thing.tags.filter(t, t == thing.secret)", "(not known)"),
        ("thing.tags.exists_one(t, t == thing.secret)", "(not known)"),
        ("'a' in [thing.secret, 'a']", "true"),
        ("'a' in [thing.secret]", "(not known)"),
        ("[thing.secret, 'a'] == ['x', 'b']", "false"),
        ("[thing.secret, 'a'] == ['x', 'a']", "(not known)"),
        ("[thing.secret].join()", "(not known)"),
        ("has(thing.secret)", "(not known)"),
        ("thing.secret == 'x' ? 1 : 2", "(not known)"),
    ]);
}

#[test]
fn what_has_no_value_says_why() {
    fail(&[
        ("1 % 0", "1 % 0", "1 % 0 has no value"),
        ("9223372036854775807 + 1", "9223372036854775807 + 1", "9223372036854775807 + 1 is no number of 64 bits"),
        ("-9223372036854775808 / -1", "-9223372036854775808 / -1", "-9223372036854775808 / -1 is no number of 64 bits"),
        ("[1][1]", "[1][1]", "there is no item 1 in a list of 1"),
        ("[1][-1]", "[1][-1]", "there is no item -1 in a list of 1"),
        ("thing.meta.absent <= 365", "thing.meta.absent <= 365", "`<=` compares null with an int"),
        ("thing.meta.team <= 365", "thing.meta.team <= 365", "`<=` compares a map with an int"),
        ("thing.meta.pii.name == 'x'", "name", "a bool has no field `name`"),
        ("thing.meta.absent && true", "thing.meta.absent", "this is null, neither true nor false"),
        ("!thing.meta.days", "thing.meta.days", "this is an int, neither true nor false"),
        ("thing.meta.days.contains('x')", "contains", "`contains` cannot be asked of an int and a string"),
        ("thing.meta.days.all(x, true)", "thing.meta.days", "an int is no list"),
        ("'x' in thing.meta.days", "'x' in thing.meta.days", "`in` wants a list, and this is an int"),
        ("int('x')", "int", "\"x\" is no whole number"),
        ("int(1e30)", "int", "1000000000000000000000000000000 is no whole number"),
        ("thing.meta.days + 'x'", "thing.meta.days + 'x'", "`+` cannot be asked of an int and a string"),
        ("-thing.meta.pii == 1", "-thing.meta.pii", "`-` cannot be asked of a bool"),
    ]);
    let error = value("thing.meta.absent <= 365").unwrap_err();
    let help = "say what holds where it is not there: `has(…) && …` or `!has(…) || …`";
    assert_eq!(error.help.as_deref(), Some(help));
}
