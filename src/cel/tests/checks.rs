use super::super::Type;
use super::checked;

/// Each expression, the part that is at fault, why, and what to write instead.
#[track_caller]
fn are_refused(cases: &[(&str, &str, &str, Option<&str>)]) {
    for (text, part, message, help) in cases {
        let error = checked(text).expect_err(text);
        let found = (&text[error.range], error.message.as_str(), error.help.as_deref());
        assert_eq!(found, (*part, *message, *help), "{text}");
    }
}

#[test]
fn types_are_known() {
    for (text, kind) in [
        ("thing.name", Type::Text),
        ("size(thing.tags)", Type::Int),
        ("thing.meta.a.b", Type::Any),
        ("thing.meta.a == 1", Type::Bool),
        ("thing.tags[0]", Type::Text),
        ("thing.items.map(i, i.size)", Type::List(&Type::Int)),
        ("thing.items.filter(i, i.size > 1)[0].name", Type::Text),
        ("thing.ready ? 'a' : thing.colour", Type::Text),
        ("thing.meta.x + 1", Type::Any),
        ("[1, 'a']", Type::List(&Type::Any)),
        ("thing.name in [] || thing.colour in ['red']", Type::Bool),
    ] {
        assert_eq!(checked(text), Ok(kind), "{text}");
    }
}

#[test]
fn names_that_do_not_exist() {
    are_refused(&[
        ("thign.name == ''", "thign", "there is no `thign`", Some("did you mean `thing`?")),
        ("name == ''", "name", "there is no `name`", Some("did you mean `thing.name`?")),
        (
            "thing.name == zebra",
            "zebra",
            "there is no `zebra`",
            Some("there is `thing`; a text stands in quotes: 'zebra'"),
        ),
        (
            "size > 1",
            "size",
            "there is no `size`",
            Some("`size` is a function: write its argument behind it, in brackets"),
        ),
        ("thing.nmae == ''", "nmae", "a thing has no field `nmae`", Some("did you mean `name`?")),
        (
            "thing.items.all(i, i.colour == '')",
            "colour",
            "an item has no field `colour`",
            Some("its fields are name, size"),
        ),
        ("sise(thing.tags) > 1", "sise", "there is no function `sise`", Some("did you mean `size`?")),
        ("thing.tags.exist(t, t == '')", "exist", "there is no method `exist`", Some("did you mean `exists`?")),
        (
            "contains(thing.name, 'a')",
            "contains",
            "there is no function `contains`",
            Some("it is asked of a value: `resource.name.contains(…)`"),
        ),
        ("thing.count.string()", "string", "there is no method `string`", Some("write `string(…)`")),
        (
            "thing.tags.size > 1",
            "size",
            "a list of strings has no field `size`",
            Some("`size` is a function: write `size()`"),
        ),
        (
            "thing.items.name == ''",
            "name",
            "a list of items has no field `name`",
            Some("ask one of its items, or `exists` or `all` of them"),
        ),
        ("thing.name.x == ''", "x", "a string has no field `x`", None),
    ]);
}

#[test]
fn words_that_never_come() {
    are_refused(&[
        ("thing.colour == 'gren'", "'gren'", "'gren' is not a colour", Some("did you mean 'green'?")),
        ("'blue' != thing.colour", "'blue'", "'blue' is not a colour", Some("it is one of 'red', 'green'")),
        ("thing.colour in ['red', 'grey']", "'grey'", "'grey' is not a colour", Some("it is one of 'red', 'green'")),
        ("thing.items.all(i, thing.colour == 'rde')", "'rde'", "'rde' is not a colour", Some("did you mean 'red'?")),
    ]);
    assert_eq!(checked("thing.colour == '' || thing.colour == thing.name"), Ok(Type::Bool));
}

#[test]
fn comparisons_that_cannot_be() {
    are_refused(&[
        (
            "size(thing.tags) == 'a'",
            "size(thing.tags) == 'a'",
            "`==` compares an int with a string",
            Some("they are never equal"),
        ),
        (
            "thing.name == null",
            "thing.name == null",
            "`==` compares a string with null",
            Some("it is never null; what is not there is ''"),
        ),
        (
            "null != thing.tags",
            "null != thing.tags",
            "`!=` compares null with a list of strings",
            Some("it is never null; what is not there is an empty list, []"),
        ),
        ("thing.ready == null", "thing.ready == null", "`==` compares a bool with null", Some("it is never null")),
        (
            "thing.tags > 2",
            "thing.tags > 2",
            "`>` compares a list of strings with an int",
            Some("ask for its size: `size(…)`"),
        ),
        (
            "thing.tags == 2",
            "thing.tags == 2",
            "`==` compares a list of strings with an int",
            Some("ask for its size: `size(…)`"),
        ),
        (
            "thing.tags == 'a'",
            "thing.tags == 'a'",
            "`==` compares a list of strings with a string",
            Some("whether it is in the list is asked by `in`"),
        ),
        (
            "thing.name < 2",
            "thing.name < 2",
            "`<` compares a string with an int",
            Some("only numbers with numbers and strings with strings have an order"),
        ),
        (
            "1 in thing.tags",
            "1 in thing.tags",
            "`in` asks for an int in a list of strings",
            Some("it is never in there"),
        ),
        (
            "'a' in thing.name",
            "thing.name",
            "`in` wants a list, and this is a string",
            Some("whether a text is part of another is asked by `contains`"),
        ),
        ("thing == thing", "thing == thing", "`==` compares a thing with a thing", Some("they are never equal")),
    ]);
}

#[test]
fn what_cannot_be_asked() {
    are_refused(&[
        (
            "thing.name && true",
            "thing.name",
            "`&&` takes true or false, and this is a string",
            Some("compare it: `… != ''`"),
        ),
        (
            "true || thing.tags",
            "thing.tags",
            "`||` takes true or false, and this is a list of strings",
            Some("compare its size: `size(…) > 0`"),
        ),
        ("!thing.count", "thing.count", "`!` takes true or false, and this is an int", Some("compare it: `… > 0`")),
        ("thing.tags.all(t, t)", "t", "`all` takes true or false, and this is a string", Some("compare it: `… != ''`")),
        (
            "thing.count ? 1 : 2",
            "thing.count",
            "the question before `?` takes true or false, and this is an int",
            Some("compare it: `… > 0`"),
        ),
        ("true ? 1 : 'a'", "true ? 1 : 'a'", "before `:` stands an int, behind it a string", None),
        ("-'a' == ''", "-'a'", "`-` cannot be asked of a string", None),
        (
            "'a' + 1 == ''",
            "'a' + 1",
            "`+` cannot be asked of a string and an int",
            Some("turn the other one into a string with `string(…)`"),
        ),
        (
            "1 + 1.0 > 1",
            "1 + 1.0",
            "`+` cannot be asked of an int and a double",
            Some("turn one into the other with `double(…)` or `int(…)`"),
        ),
        ("true * 2 == 2", "true * 2", "`*` cannot be asked of a bool and an int", None),
        ("1.0 % 2.0 == 0.0", "1.0 % 2.0", "`%` cannot be asked of a double and a double", None),
        ("size(3)", "3", "`size` takes a string or a list, and this is an int", None),
        ("size()", "size", "`size` takes 1 argument, and here are 0", None),
        ("'a'.replace('b') == ''", "replace", "`replace` takes 2 arguments, and here are 1", None),
        ("'a'.contains(1)", "1", "`contains` takes a string, and this is an int", None),
        ("[1].join() == ''", "[1]", "`join` takes a list of strings, and this is a list of ints", None),
        ("string(thing) == ''", "thing", "`string` takes a string, a number or a bool, and this is a thing", None),
        ("thing.name.all(c, true)", "thing.name", "here should be a list, and this is a string", None),
        (
            "thing.tags.all(thing, true)",
            "thing",
            "`thing` means something else already",
            Some("choose another word for the item"),
        ),
        ("thing['name'] == ''", "thing", "a thing has no items", Some("ask for a field: `.name`")),
        (
            "thing.tags['a'] == ''",
            "'a'",
            "an item of a list of strings is asked for by its number, not by a string",
            None,
        ),
        (
            "thing.meta[true] == 1",
            "true",
            "an item of a value of any type is asked for by a string or a number, not by a bool",
            None,
        ),
        ("has(thing.ready)", "ready", "`has` is always true here: `ready` is a bool", Some("ask for its value")),
    ]);
}

#[test]
fn what_cannot_be_read() {
    are_refused(&[
        ("", "", "an expression is missing here", None),
        ("  ", "  ", "an expression is missing here", None),
        ("thing.name = ''", "=", "`=` means nothing here", Some("two values are compared with `==`")),
        ("true & false", "&", "`&` means nothing here", Some("two conditions are joined by `&&`")),
        ("true | false", "|", "`|` means nothing here", Some("of two conditions, `||` asks for one")),
        ("thing.name == ‘x’", "‘", "`‘` means nothing here", Some("a text stands in straight quotes: 'marts'")),
        ("true and false", "and", "here should be an operator, or the end, not `and`", Some("in CEL, `and` is `&&`")),
        ("true or false", "or", "here should be an operator, or the end, not `or`", Some("in CEL, `or` is `||`")),
        ("not true", "true", "here should be an operator, or the end, not `true`", None),
        ("(true", "", "here should be `)`, not the end", None),
        ("[1, 2", "", "here should be `]`, not the end", None),
        ("1 +", "", "here should be a value, not the end", None),
        ("thing.", "", "here should be the name of a field, not the end", None),
        ("thing.'a'", "'a'", "here should be the name of a field, not a string", None),
        (
            "{'a': 1}",
            "{",
            "a map cannot be written here",
            Some("compare with one value after the other, or with a list: `x in ['a', 'b']`"),
        ),
        ("'abc", "'", "this text has no end", Some("close it with '")),
        ("'a\nb'", "'", "this text has no end", Some("close it with '")),
        (
            r"'\d'",
            r"\d",
            "this backslash begins no escape that CEL knows",
            Some("write `\\\\` for a backslash, or r'…' for a text in which it means nothing"),
        ),
        (
            r"'\ud800'",
            r"\u",
            "this backslash begins no escape that CEL knows",
            Some("write `\\\\` for a backslash, or r'…' for a text in which it means nothing"),
        ),
        (
            "b'a' == 'a'",
            "b",
            "there is no kind of string that begins with `b`",
            Some("write it without, or with r for a text in which a backslash means nothing"),
        ),
        ("1u == 1", "1u", "`1u` is no number", Some("write it without the `u`")),
        ("1x == 1", "1x", "`1x` is no number", None),
        ("0x == 1", "0x", "`0x` is no number", None),
        (
            "9223372036854775808 > 0",
            "9223372036854775808",
            "this number is too large",
            Some("whole numbers have 64 bits"),
        ),
        ("99999999999999999999 > 0", "99999999999999999999", "`99999999999999999999` is too large for a number", None),
        ("1e999 > 0.0", "1e999", "`1e999` is too large for a number", None),
        (
            "has(thing)",
            "has(thing)",
            "`has` takes one field, and says whether it is there",
            Some("for example `has(resource.meta.pii)`"),
        ),
        (
            "thing.tags.all(t)",
            "all",
            "`all` takes a name for the item and what to do with it",
            Some("for example `resource.columns.all(column, column.description != '')`"),
        ),
        (
            "thing.tags.all(1, true)",
            "1",
            "`all` wants a name for the item here",
            Some("any word that is free, such as `column`"),
        ),
        ("for == 1", "for", "`for` is a word that CEL keeps for itself", None),
        ("thing.name.matches('(')", "'('", "this is no regular expression: unclosed group", None),
        (
            "thing.name.matches(thing.name)",
            "thing.name",
            "the pattern of `matches` has to stand here as a string",
            Some("it is compiled before there is any value"),
        ),
    ]);
}
