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
