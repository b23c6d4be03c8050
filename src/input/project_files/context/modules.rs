//! `modules`: the modules of Python that dbt lends to templates. Of them `re` is evaluated, where a pattern means the same
//! to Python as to the regex crate, with the flags of which that can be told.

use std::sync::Arc;

use super::patterns::{DOTALL, Flags, IGNORECASE, MULTILINE, alike};
use crate::template::{Arguments, Error, Function, Machine, Object, Value};

/// `modules`.
#[derive(Debug)]
pub struct Modules;

impl Object for Modules {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "re" => Value::object(Re),
            _ => Value::unknown(&format!("`modules.{name}` is not evaluated here")),
        }))
    }
}

/// `modules.re`.
#[derive(Debug)]
struct Re;

impl Object for Re {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "sub" => Function::value("sub", |_, arguments| {
                let [pattern, replacement, string, count, flags] =
                    arguments.bind("sub", ["pattern", "repl", "string", "count", "flags"])?;
                let [pattern, replacement, string] = texts("sub", [pattern, replacement, string])?;
                let flags = flags_of(flags)?;
                if !matches!(count, None | Some(Value::Int(0))) {
                    return Err(Error::unknown("`modules.re.sub` with a count is not evaluated here"));
                }
                sub(&pattern, &replacement, &string, flags).map(Value::from).ok_or_else(|| not_alike(&pattern))
            }),
            "search" => Function::value("search", |_, arguments| find(arguments, "search", "")),
            "match" => Function::value("match", |_, arguments| find(arguments, "match", r"\A")),
            _ => match Flag::named(name) {
                Some(flag) => Value::object(flag),
                None => Value::unknown(&format!("`modules.re.{name}` is not evaluated here")),
            },
        }))
    }
}

fn not_alike(pattern: &str) -> Error {
    Error::unknown(&format!("Python's pattern `{pattern}` is not evaluated here"))
}

/// Arguments that have to be texts.
fn texts<const N: usize>(function: &str, values: [Option<Value>; N]) -> Result<[Arc<str>; N], Error> {
    let text = |value| match value {
        Some(Value::Str(text)) => Ok(text),
        Some(Value::Unknown(reason)) => Err(Error::Unknown(reason)),
        _ => Err(Error::unknown(&format!("`modules.re.{function}` is evaluated here for texts alone"))),
    };
    let texts = values.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.try_into().expect("each value gave one"))
}

/// A flag of `re`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flag {
    name: &'static str,
    short: &'static str,
    bits: i64,
}

/// Those that are evaluated. `VERBOSE` and `LOCALE` change what a pattern is, and `DEBUG` what is printed.
const FLAGS: [Flag; 6] = [
    Flag { name: "NOFLAG", short: "NOFLAG", bits: 0 },
    Flag { name: "IGNORECASE", short: "I", bits: IGNORECASE },
    Flag { name: "MULTILINE", short: "M", bits: MULTILINE },
    Flag { name: "DOTALL", short: "S", bits: DOTALL },
    // Nothing is different for the characters that a class is evaluated for.
    Flag { name: "UNICODE", short: "U", bits: 32 },
    Flag { name: "ASCII", short: "A", bits: 256 },
];

impl Flag {
    fn named(name: &str) -> Option<Self> {
        FLAGS.into_iter().find(|flag| flag.name == name || flag.short == name)
    }
}

impl Object for Flag {
    fn text(&self) -> Result<String, Error> {
        Ok(format!("re.{}", self.name))
    }

    fn is_true(&self) -> Result<bool, Error> {
        Ok(self.bits != 0)
    }

    fn equals(&self, _: &Value) -> Option<bool> {
        None
    }

    fn type_name(&self) -> &str {
        "RegexFlag"
    }
}

/// The flags of a call.
fn flags_of(value: Option<Value>) -> Result<Flags, Error> {
    match value {
        None => Ok(Flags::default()),
        Some(Value::Unknown(reason)) => Err(Error::Unknown(reason)),
        Some(Value::Int(bits)) if bits & !(IGNORECASE | MULTILINE | DOTALL) == 0 => Ok(Flags(bits)),
        Some(Value::Object(flag)) if flag.type_name() == "RegexFlag" => {
            let name = flag.text()?;
            let bits = FLAGS.iter().find(|flag| name.strip_prefix("re.") == Some(flag.name)).map(|flag| flag.bits);
            Ok(Flags(bits.unwrap_or_default()))
        }
        Some(_) => Err(Error::unknown("these flags of a pattern are not evaluated here")),
    }
}

fn find(arguments: Arguments, function: &str, anchor: &str) -> Result<Value, Error> {
    let [pattern, string, flags] = arguments.bind(function, ["pattern", "string", "flags"])?;
    let [pattern, string] = texts(function, [pattern, string])?;
    let regex = alike(&pattern, &string, anchor, flags_of(flags)?).ok_or_else(|| not_alike(&pattern))?;
    Ok(match regex.find(&string) {
        Some(found) => Value::object(Match(found.as_str().to_owned())),
        None => Value::None,
    })
}

/// What was found, true in an `if`.
#[derive(Debug)]
struct Match(String);

impl Object for Match {
    fn attribute(&self, name: &str, _: &mut Machine<'_>) -> Result<Option<Value>, Error> {
        let whole = self.0.clone();
        Ok(Some(match name {
            "group" => Function::value("group", move |_, arguments| {
                let [group] = arguments.bind("group", ["group"])?;
                Ok(match group {
                    None | Some(Value::Int(0)) => Value::text(&whole),
                    Some(_) => Value::unknown("the groups of a pattern are not evaluated here"),
                })
            }),
            _ => Value::unknown(&format!("`{name}` of a match is not evaluated here")),
        }))
    }
}

/// `re.sub`, where it is evaluated.
fn sub(pattern: &str, replacement: &str, string: &str, flags: Flags) -> Option<String> {
    const LONGEST: usize = 1 << 20;
    let regex = alike(pattern, string, "", flags)?;
    // Python writes groups with a backslash, and finds an empty match right behind another one, which the crate does not.
    let fits = !replacement.contains('\\')
        && !regex.is_match("")
        && string.len().saturating_mul(replacement.len().max(1)) < LONGEST;
    fits.then(|| regex.replace_all(string, regex::NoExpand(replacement)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Globals, Limits, Rendering, Template};

    /// With what Python gives.
    #[test]
    fn texts_are_replaced_as_python_replaces_them() {
        let cases = [
            ("[ -]+", "_", "a - b", Some("a_b")),
            ("[^a-z0-9_]+", "", "größe_1", Some("gre_1")),
            ("^[0-9]", "_1", "1st", Some("_1st")),
            (r"\s+$", "", "a  ", Some("a")),
            (r"(?:ab)+?", "$0", "abab", Some("$0$0")),
            ("a|b", "x", "cab", Some("cxx")),
            // Where the two differ.
            (r"\s+$", "", "a\n", None),
            (r"\w", "x", "ä", None),
            ("a*", "x", "aa", None),
            ("a++", "x", "aa", None),
            ("(a)", r"\1", "a", None),
            ("[[a]", "x", "a", None),
            ("[a&&b]", "x", "a", None),
            ("(?i)a", "x", "A", None),
            ("(?P<n>a)", "x", "a", None),
            (r"\bx", "y", "x", None),
            ("a{2}", "x", "aa", None),
            ("(", "x", "a", None),
        ];
        for (pattern, replacement, string, expected) in cases {
            let found = sub(pattern, replacement, string, Flags::default());
            assert_eq!(found.as_deref(), expected, "{pattern} in {string:?}");
        }
    }

    struct Names;

    impl Globals for Names {
        fn get(&self, name: &str) -> Option<Value> {
            (name == "modules").then(|| Value::object(Modules))
        }
    }

    /// With what dbt 1.12 gives with Python 3.11.
    #[test]
    fn flags_mean_what_they_mean_to_python() {
        for (expression, expected) in [
            ("search('B+', 'abb', modules.re.IGNORECASE).group()", "bb"),
            ("search('B+', 'abb', modules.re.I) is none", "False"),
            ("search('[^a]', 'A', modules.re.I) is none", "True"),
            ("search('[Z-a]', 'z', modules.re.I) is none", "False"),
            ("match('^b', 'a\\nb', modules.re.M) is none", "True"),
            ("search('^b', 'a\\nb', modules.re.MULTILINE) is none", "False"),
            ("search('a$', 'a\\nb') is none", "True"),
            ("search('a$', 'a\\nb', flags=modules.re.M) is none", "False"),
            ("search('a$', 'a\\n', flags=modules.re.M) is none", "False"),
            ("search('a.b', 'a\\nb', modules.re.DOTALL) is none", "False"),
            ("search('a.b', 'a\\nb', 16) is none", "False"),
            ("search('A.b', 'a\\nb', 18) is none", "False"),
            ("search('a.b', 'a\\nb', 0) is none", "True"),
            ("search('A', 'a', modules.re.NOFLAG) is none", "True"),
            ("search('A', 'a', modules.re.U) is none", "True"),
            ("search('\\\\w', 'a', modules.re.ASCII) is none", "False"),
            ("sub('A', 'x', 'aAb', flags=modules.re.I)", "xxb"),
            ("sub('A', 'x', 'aAb', 0, modules.re.I)", "xxb"),
            ("IGNORECASE", "re.IGNORECASE"),
            ("S", "re.DOTALL"),
            // What is left to Python.
            ("search('A.b', 'a\\nb', modules.re.S + modules.re.I) is none", "?"),
            ("search('a b', 'ab', modules.re.X) is none", "?"),
            ("search('A', 'a', 64) is none", "?"),
            ("search('A', 'a', none)", "?"),
            ("search('A', 'a', modules.nope)", "?"),
            ("search('i', 'İ', modules.re.I) is none", "?"),
            ("search('\\\\w', 'ä', modules.re.A) is none", "?"),
            ("search('a$', 'a\\n') is none", "?"),
            ("sub('A', 'x', 'aAb', 1, modules.re.I)", "?"),
        ] {
            let template = Template::parse(format!("{{{{ modules.re.{expression} }}}}")).unwrap();
            let found = match Machine::new(&Names, Limits::default()).render(&template, Rendering::default()) {
                Ok(Value::Str(text)) => text.to_string(),
                Ok(Value::Unknown(_)) => "?".to_owned(),
                other => panic!("{expression}: {other:?}"),
            };
            assert_eq!(found, expected, "{expression}");
        }
    }
}
