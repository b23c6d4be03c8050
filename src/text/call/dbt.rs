//! What the calls that dbt gives a meaning to name. Facts: `dbt/context/providers.py` and `dbt/context/base.py` of
//! dbt-core 1.12.
//!
//! Each function answers only for literal arguments, in the number that dbt takes. Anything else is `None`: either dbt
//! refuses it, or what it names is known only once the call is evaluated.

use super::{Argument, ArgumentValue, Call};

/// What a `ref` names: `ref('orders')`, `ref('shop', 'orders')`, `ref('orders', v=2)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref<'c> {
    /// The package (or project) of the two-argument form.
    pub package: Option<&'c str>,
    /// The model, seed or snapshot.
    pub name: &'c str,
    /// The value of `version=`, else of `v=`, as Python prints it. dbt takes 0 and the empty string as no version.
    pub version: Option<String>,
}

/// What a `source` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTable<'c> {
    /// The source, which is the group of tables.
    pub source: &'c str,
    /// The table in it.
    pub table: &'c str,
}

impl Call {
    /// The model, seed or snapshot that a `ref` depends on. dbt ignores keywords other than `version` and `v`.
    pub fn as_ref(&self) -> Option<Ref<'_>> {
        let (package, name) = self.package_and_name("ref")?;
        let version = match self.keyword("version").map_or(Some(None), version)? {
            Some(version) => Some(version),
            None => self.keyword("v").map_or(Some(None), version)?,
        };
        Some(Ref { package, name, version })
    }

    /// The table that a `source` depends on. dbt takes exactly two positional arguments.
    pub fn as_source(&self) -> Option<SourceTable<'_>> {
        match (self.is_builtin("source"), self.arguments.as_slice()) {
            (true, [source, table]) if source.keyword.is_none() && table.keyword.is_none() => {
                Some(SourceTable { source: source.as_text()?, table: table.as_text()? })
            }
            _ => None,
        }
    }

    /// Package, if given, and name of the metric that a `metric` depends on.
    pub fn as_metric(&self) -> Option<(Option<&str>, &str)> {
        self.package_and_name("metric").filter(|_| self.arguments.iter().all(|argument| argument.keyword.is_none()))
    }

    /// Package, if given, and name of the docs block that a `doc` inserts.
    pub fn as_doc(&self) -> Option<(Option<&str>, &str)> {
        self.package_and_name("doc").filter(|_| self.arguments.iter().all(|argument| argument.keyword.is_none()))
    }

    /// The settings of a `config(materialized='table')` or `config({'materialized': 'table'})`; each has its keyword.
    /// A setting whose value has to be evaluated is among them, as [`ArgumentValue::Other`].
    pub fn as_config(&self) -> Option<&[Argument]> {
        if !self.is_builtin("config") || self.arguments.is_empty() {
            return None;
        }
        match self.arguments.as_slice() {
            [Argument { keyword: None, value: ArgumentValue::Dictionary(entries), .. }] => Some(entries),
            arguments => arguments.iter().all(|argument| argument.keyword.is_some()).then_some(arguments),
        }
    }

    /// Name of the variable that a `var` reads, and the default.
    pub fn as_var(&self) -> Option<(&str, Option<&Argument>)> {
        self.name_and_default("var", "var_name")
    }

    /// Name of the environment variable that an `env_var` reads, and the default.
    pub fn as_env_var(&self) -> Option<(&str, Option<&Argument>)> {
        self.name_and_default("env_var", "var")
    }

    /// Whether this is dbt's own function of that name: bare, as `builtins.…` (which projects use that override `ref`),
    /// or as `dbt.…` (in Python models).
    fn is_builtin(&self, function: &str) -> bool {
        let name = self.name.strip_prefix("builtins.").or_else(|| self.name.strip_prefix("dbt."));
        name.unwrap_or(&self.name) == function
    }

    fn package_and_name(&self, function: &str) -> Option<(Option<&str>, &str)> {
        if !self.is_builtin(function) {
            return None;
        }
        let mut positional = self.positional();
        match (positional.next(), positional.next(), positional.next()) {
            (Some(name), None, _) => Some((None, name.as_text()?)),
            (Some(Argument { value: ArgumentValue::None, .. }), Some(name), None) => Some((None, name.as_text()?)),
            (Some(package), Some(name), None) => Some((Some(package.as_text()?), name.as_text()?)),
            _ => None,
        }
    }

    fn name_and_default(&self, function: &str, keyword: &str) -> Option<(&str, Option<&Argument>)> {
        if !self.is_builtin(function) {
            return None;
        }
        let mut positional = self.positional();
        let name = self.keyword(keyword).or_else(|| positional.next())?;
        let default = positional.next().or_else(|| self.keyword("default"));
        Some((name.as_text()?, default))
    }
}

/// The version that a keyword's value stands for: `None` when that is unknown, `Some(None)` when it means no version.
fn version(argument: &Argument) -> Option<Option<String>> {
    match &argument.value {
        ArgumentValue::None | ArgumentValue::Integer(0) | ArgumentValue::Boolean(false) => Some(None),
        ArgumentValue::Text(text) => Some(Some(text.clone()).filter(|text| !text.is_empty())),
        ArgumentValue::Integer(integer) => Some(Some(integer.to_string())),
        ArgumentValue::Float(float) => Some(Some(format!("{float:?}")).filter(|_| *float != 0.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::jinja;

    fn call(code: &str) -> Call {
        jinja::calls(&format!("{{{{ {code} }}}}")).expect("the code is Jinja").swap_remove(0)
    }

    fn reference(code: &str) -> Option<(Option<String>, String, Option<String>)> {
        let call = call(code);
        call.as_ref().map(|found| (found.package.map(str::to_owned), found.name.to_owned(), found.version))
    }

    #[test]
    fn refs_that_dbt_takes() {
        let name = |package: Option<&str>, version: Option<&str>| {
            Some((package.map(str::to_owned), "a".to_owned(), version.map(str::to_owned)))
        };
        assert_eq!(reference("ref('a')"), name(None, None));
        assert_eq!(reference("ref(\"p\", 'a',)"), name(Some("p"), None));
        assert_eq!(reference("ref(none, 'a')"), name(None, None));
        assert_eq!(reference("builtins.ref('a')"), name(None, None));
        assert_eq!(reference("ref('a', v=2)"), name(None, Some("2")));
        assert_eq!(reference("ref('a', version='2b')"), name(None, Some("2b")));
        assert_eq!(reference("ref('a', v=1.0)"), name(None, Some("1.0")));
        assert_eq!(reference("ref('a', v=1, version=2)"), name(None, Some("2")));
        assert_eq!(reference("ref('a', v=1, version=none)"), name(None, Some("1")));
        assert_eq!(reference("ref('a', v=0)"), name(None, None));
        assert_eq!(reference("ref('a', other=x)"), name(None, None));
        assert_eq!(reference("ref(('a'))"), name(None, None));
        assert_eq!(reference("ref('' 'a')"), name(None, None));
    }

    #[test]
    fn refs_that_are_refused_or_unknown() {
        for code in [
            "ref()",
            "ref('a', 'b', 'c')",
            "ref(a)",
            "ref('a' ~ b)",
            "ref(p, 'a')",
            "ref('a', v=x)",
            "ref(*names)",
            "ref('a', **x)",
            "ref(name='a')",
            "x.ref('a')",
            "refs('a')",
            "ref(1)",
        ] {
            assert_eq!(reference(code), None, "{code}");
        }
    }

    #[test]
    fn sources() {
        assert_eq!(call("source('s', 't')").as_source(), Some(SourceTable { source: "s", table: "t" }));
        assert_eq!(call("builtins.source('s', 't')").as_source().map(|found| found.table), Some("t"));
        for code in
            ["source('s')", "source('s', t)", "source('s', 't', 'u')", "source('s', table='t')", "ref('s', 't')"]
        {
            assert_eq!(call(code).as_source(), None, "{code}");
        }
    }

    #[test]
    fn metrics_and_docs() {
        assert_eq!(call("metric('m')").as_metric(), Some((None, "m")));
        assert_eq!(call("metric('p', 'm')").as_metric(), Some((Some("p"), "m")));
        assert_eq!(call("metric('m', v=1)").as_metric(), None);
        assert_eq!(call("doc('p', 'd')").as_doc(), Some((Some("p"), "d")));
        assert_eq!(call("doc(d)").as_doc(), None);
    }

    #[test]
    fn settings_of_a_config() {
        let keywords = call("config(materialized='table', tags=['a'], meta={'owner': 'finance'}, alias=var('x'))");
        let settings = keywords.as_config().expect("a config");
        let names: Vec<_> =
            settings.iter().filter_map(|setting| setting.keyword.as_ref()).map(|key| &*key.text).collect();
        assert_eq!(names, ["materialized", "tags", "meta", "alias"]);
        assert_eq!(settings[0].as_text(), Some("table"));
        assert_eq!(settings[2].get("owner").and_then(Argument::as_text), Some("finance"));
        assert_eq!(settings[3].value, ArgumentValue::Other);
        let dictionary = call("config({'materialized': 'table', \"enabled\": false})");
        let settings = dictionary.as_config().expect("a config");
        assert_eq!(settings[1].value, ArgumentValue::Boolean(false));
        for code in ["config()", "config(x)", "config({'a': 1}, b=2)", "config.get('a')", "config(**x)"] {
            assert_eq!(call(code).as_config(), None, "{code}");
        }
    }

    #[test]
    fn variables() {
        assert_eq!(call("var('x')").as_var(), Some(("x", None)));
        let with_default = call("var('x', 1)");
        let default = with_default.as_var().and_then(|(_, default)| default).expect("a default");
        assert_eq!(default.value, ArgumentValue::Integer(1));
        assert_eq!(
            call("var('x', default=y)").as_var().map(|(name, default)| (name, default.is_some())),
            Some(("x", true))
        );
        assert_eq!(call("env_var('X', '')").as_env_var().map(|(name, _)| name), Some("X"));
        assert_eq!(call("var(x)").as_var(), None);
    }
}
