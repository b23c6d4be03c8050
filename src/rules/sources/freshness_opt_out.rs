use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Resource, Source, lookup};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a source table that is exempt from freshness by an explicit `freshness: null` without a reason.
    ///
    /// A reason is a text under one of the keys `meta-keys` in `meta`, of the table or of its source, or a description
    /// of either that has one of the `words` in it, such as "frozen in 2022". Words are compared from their beginning
    /// on, in any case, so that `archive` is also found in "archived". A comment in the YAML is no reason to this rule:
    /// dbt does not pass it on, so that nobody sees it who reads the docs. A table inherits `freshness: null` from its
    /// source. Tables that say nothing about freshness are the business of `source-without-freshness`.
    ///
    /// A manifest tells an explicit null from nothing at all since dbt 1.0; where a manifest leaves nulls out, the table
    /// counts as one that says nothing.
    ///
    /// # Why it matters
    /// An exemption is a decision. Without a reason, nobody can tell the archive that never changes from the check that
    /// was silenced on a bad morning, and so it stays silent.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     config:
    ///       loaded_at_field: _loaded_at
    ///       freshness:
    ///         warn_after: {count: 26, period: hour}
    ///     tables:
    ///       - name: products
    ///         description: Article master with cost and list price.
    ///         config:
    ///           freshness: null
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/erp/_erp__sources.yml
    /// sources:
    ///   - name: erp
    ///     config:
    ///       loaded_at_field: _loaded_at
    ///       freshness:
    ///         warn_after: {count: 26, period: hour}
    ///     tables:
    ///       - name: products
    ///         description: Article master with cost and list price.
    ///         config:
    ///           freshness: null
    ///           meta:
    ///             freshness_reason: Changes only when the range does, about twice a year.
    /// ```
    FreshnessOptOut(Options),
    code = "SRC002",
    slug = "freshness-opt-out",
    area = Sources,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [Source]
}

/// Options of `freshness-opt-out`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Keys of `meta` that hold a reason; a dot goes into nested maps.
    pub meta_keys: Vec<String>,
    /// Words that make a reason of a description.
    pub words: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            meta_keys: owned(&["freshness_reason"]),
            words: owned(&[
                "fresh",
                "stale",
                "frozen",
                "static",
                "archive",
                "historic",
                "one-off",
                "one-time",
                "no longer",
                "not updated",
                "never changes",
                "never updated",
                "rarely",
                "retired",
                "discontinued",
                "decommissioned",
                "deprecated",
                "manually",
                "by hand",
            ]),
        }
    }
}

impl Rule for FreshnessOptOut {
    fn check(&self, table: Node<'_>, cx: &mut Context<'_>) {
        let Some(source) = table.as_source().filter(|source| source.freshness_opt_out) else { return };
        if self.has_reason(table.resource, source) {
            return;
        }
        let rests_on_it = cx.exposure_evidence(table.id);
        let message = format!("source table `{}` is exempt from freshness, and nothing says why", table.label());
        let help = match self.options.meta_keys.first() {
            Some(key) => format!("say why in `meta: {{{key}: …}}` or in the description, or set a threshold"),
            None => "say why in the description, or set a threshold".to_owned(),
        };
        let finding = cx.report(table, Place::config("freshness"), message);
        finding.help(help);
        finding.evidence.extend(rests_on_it);
    }
}

impl FreshnessOptOut {
    fn has_reason(&self, table: &Resource<'_>, source: &Source<'_>) -> bool {
        let Options { meta_keys, words } = &self.options;
        let is_reason = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        let in_meta = [&table.meta, &source.source_meta]
            .into_iter()
            .any(|meta| meta_keys.iter().filter_map(|key| lookup(meta, key)).any(is_reason));
        in_meta || [&table.description, &source.source_description].into_iter().any(|text| has_word(text, words))
    }
}

/// Whether one of the words begins anywhere in the text.
fn has_word(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    words.iter().any(|word| text.match_indices(word.to_lowercase().as_str()).any(|(at, _)| begins(at)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Detail, Resource, Source, Text};
    use crate::rules::tester::{findings, source, subjects};

    fn products(change: impl Fn(&mut Source<'static>)) -> Resource<'static> {
        let mut table = source("erp", "products");
        if let Detail::Source(detail) = &mut table.detail {
            detail.freshness_opt_out = true;
            change(detail);
        }
        table
    }

    fn with_meta(meta: Value) -> Resource<'static> {
        Resource { meta: meta.as_object().cloned().unwrap_or_default(), ..products(|_| {}) }
    }

    #[test]
    fn flags_an_opt_out_without_a_reason() {
        let found = findings("SRC002", json!(null), &[products(|_| {}), source("erp", "orders")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "source table `erp.products` is exempt from freshness, and nothing says why");
        assert_eq!(found[0].place, Place::config("freshness"));
        assert_eq!(found[0].help, "say why in `meta: {freshness_reason: …}` or in the description, or set a threshold");
    }

    #[test]
    fn meta_may_hold_the_reason() {
        assert!(subjects("SRC002", &[with_meta(json!({"freshness_reason": "Loaded once a year."}))]).is_empty());
        assert_eq!(subjects("SRC002", &[with_meta(json!({"freshness_reason": " "}))]).len(), 1);
        let nested = || with_meta(json!({"steward": {"why": "Loaded once a year."}}));
        assert_eq!(subjects("SRC002", &[nested()]).len(), 1);
        assert!(findings("SRC002", json!({"meta-keys": ["steward.why"]}), &[nested()]).is_empty());
        let on_source = products(|source| {
            source.source_meta.insert("freshness_reason".to_owned(), json!("Loaded once a year."));
        });
        assert!(subjects("SRC002", &[on_source]).is_empty());
    }

    #[test]
    fn a_description_may_hold_the_reason() {
        let described = |text: &'static str| Resource { description: Text::from(text), ..products(|_| {}) };
        for (text, is_reason) in [
            ("Orders of the former ERP, frozen in 2022.", true),
            ("Archived orders.", true),
            ("FRESHNESS is checked by the loader.", true),
            ("Article master.", false),
            ("Refreshed nightly.", false),
            ("Electrostatic discharge by part.", false),
        ] {
            assert_eq!(subjects("SRC002", &[described(text)]).is_empty(), is_reason, "{text}");
        }
        let on_source = products(|source| source.source_description = Text::from("A static copy."));
        assert!(subjects("SRC002", &[on_source]).is_empty());
        let german = described("Wird nicht mehr beladen.");
        assert_eq!(subjects("SRC002", std::slice::from_ref(&german)).len(), 1);
        assert!(findings("SRC002", json!({"words": ["nicht mehr"]}), &[german]).is_empty());
    }
}
