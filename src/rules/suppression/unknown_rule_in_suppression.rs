use super::NEVER_SUPPRESSED;
use super::review::{Words, written};
use crate::findings::suppress::{Flaw, Meaning, Name, Suppression};
use crate::rules::policy;
use crate::rules::{NoOptions, Rule, RuleInfo, declare_rule, suggest, suggest_among};
use crate::text::suppression;
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a suppression that names no rule, or one that does not exist.
    ///
    /// Rules are named by code or slug, all of an area by its letters: `DOC`. There is no word for all rules. A policy is
    /// `POL/` and its name; it is looked for in the config that is in force, if that has any policies: one without may not
    /// be the one that the suppression was written for. That SUP002 cannot be suppressed is said here, too.
    ///
    /// # Why it matters
    /// It suppresses nothing. Most often there is a slip of the pen, and somebody wonders why the finding does not go away.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[undocumented-modle] to be described with the new billing
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[undocumented-model] to be described with the new billing
    /// ```
    UnknownRuleInSuppression(NoOptions),
    code = "SUP004",
    slug = "unknown-rule-in-suppression",
    area = Suppression,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for UnknownRuleInSuppression {}

/// What of a suppression means nothing.
pub(super) fn look(one: &Suppression, policies: &[&'static RuleInfo]) -> Vec<Words> {
    let flaw = one.flaw.as_ref().map(|flaw| of_flaw(one, flaw));
    flaw.into_iter().chain(one.names.iter().filter_map(|name| of_name(name, policies))).collect()
}

fn of_name(name: &Name, policies: &[&'static RuleInfo]) -> Option<Words> {
    let (message, help) = match &name.meaning {
        Meaning::Rule(code) if is_missing(code, policies) => {
            (format!("the config has no policy `{code}`"), policy_advice(code, policies))
        }
        Meaning::Nothing => (format!("there is no rule `{}`", name.text), advice(&name.text)),
        Meaning::Rule(code) if NEVER_SUPPRESSED.contains(&code.as_str()) => (
            format!("{code} cannot be suppressed"),
            "repair what the suppression that it is about was for, or give that one another day".to_owned(),
        ),
        _ => return None,
    };
    let part = format!("ignore:{}", name.text);
    Some(Words { location: name.location.clone(), part, message, help, evidence: Vec::new() })
}

fn is_missing(code: &str, policies: &[&'static RuleInfo]) -> bool {
    code.starts_with(policy::PREFIX) && !policies.is_empty() && policies.iter().all(|policy| policy.code != code)
}

fn policy_advice(code: &str, policies: &[&'static RuleInfo]) -> String {
    match suggest_among(code.trim_start_matches(policy::PREFIX), policies.iter().copied()) {
        Some(policy) => format!("did you mean {}?", policy.code),
        None => format!("it has {}", listed(policies.iter().map(|policy| policy.code))),
    }
}

fn advice(name: &str) -> String {
    if matches!(name, "*" | "all" | "ALL") {
        return "name the rules, or an area such as DOC: this would hide what nobody has seen yet".to_owned();
    }
    match suggest(name) {
        Some(rule) => format!("did you mean {} ({})?", rule.code, rule.slug),
        None => "`dbt-steward rules` lists them all".to_owned(),
    }
}

fn of_flaw(one: &Suppression, flaw: &Flaw) -> Words {
    let example = written(one, "DOC001", "why");
    let (message, help) = match flaw {
        Flaw::Comment(suppression::Flaw::NoName) => {
            ("this names no rule, and suppresses nothing".to_owned(), format!("name it in brackets: {example}"))
        }
        Flaw::Comment(suppression::Flaw::Unclosed) => {
            ("the bracket is never closed, and nothing is suppressed".to_owned(), format!("write {example}"))
        }
        Flaw::Comment(suppression::Flaw::UnknownWord) => (
            "there is no suppression of that name, only `ignore` and `ignore-file`".to_owned(),
            format!("write {example}; how far it reaches is decided by where it stands"),
        ),
        Flaw::NoList => (
            "`meta.steward.ignore` is no list of rules, and suppresses nothing".to_owned(),
            format!("write a list of codes, or of mappings such as {example}"),
        ),
        Flaw::NoRule => {
            ("an item of `meta.steward.ignore` names no rule".to_owned(), format!("write a code, or {example}"))
        }
        Flaw::UnknownKey(key) => (
            format!("an item of `meta.steward.ignore` has the key `{key}`, which means nothing, and is left out"),
            "its keys are `rule`, `reason` and `until`".to_owned(),
        ),
    };
    Words { location: one.location.clone(), part: "ignore:".to_owned(), message, help, evidence: Vec::new() }
}
