use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sensitive::{kind_of, says_treated};
use crate::findings::Place;
use crate::project::{Column, Meta, ResourceType, Text, lookup};
use crate::rules::{Context, Node, Pattern, Rule, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a declared column whose name says that it holds personal data, and which nobody has classified.
    ///
    /// Known are names of e-mail addresses, phone numbers, identity numbers, bank accounts and cards, dates of birth,
    /// IP addresses, people's names, home addresses, passwords, device identifiers, and of ethnicity, religion and
    /// sexual orientation, in English, French, German, Spanish, Italian, Portuguese and Dutch. They are read word by
    /// word and have to make sense as a whole: `customerEmail` and `numero_telephone` are found, `email_sent_count`,
    /// `is_email_verified`, `phone_model` and `zip_file` are not. A name that says that the value is hashed, masked,
    /// encrypted or the like (`email_sha256`) counts as treated, and so does a column whose description begins with that
    /// ("Masked number of the account", "Last 4 digits of the card"). A declared type can rule a name out (`email
    /// boolean`).
    ///
    /// Classified is a column that has one of `classification-tags`, one of `meta-keys` with any value
    /// (`contains_pii: false` is a decision, too), BigQuery's `policy_tags`, or Databricks' `databricks_tags` or
    /// `column_mask`; or whose model, source or folder has such a tag or key. Looked at are models, sources, seeds and
    /// snapshots; ephemeral models hold no data.
    ///
    /// Where nothing at all is classified, and more than five columns look as if they should be, that is one finding, at
    /// `models:` in `dbt_project.yml`: what is missing there is a beginning. From the first classified column on, each
    /// without is one.
    ///
    /// # Why it matters
    /// Masking, retention and access follow the classification. What has none is copied to where anyone can read it,
    /// and nobody can answer the question that every regulator and every customer may ask: where do you keep my data?
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_crm__models.yml
    /// models:
    ///   - name: stg_crm__customers
    ///     columns:
    ///       - name: phone
    /// ```
    /// ```sql
    /// -- models/staging/stg_crm__customers.sql
    /// {{ config(materialized='table') }}
    /// select '0123' as phone
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_crm__models.yml
    /// models:
    ///   - name: stg_crm__customers
    ///     columns:
    ///       - name: phone
    ///         config:
    ///           meta:
    ///             classification: personal
    /// ```
    /// ```sql
    /// -- models/staging/stg_crm__customers.sql
    /// {{ config(materialized='table') }}
    /// select '0123' as phone
    /// ```
    UnclassifiedSensitiveColumn(Options),
    code = "ACC020",
    slug = "unclassified-sensitive-column",
    area = Access,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot]
}

/// Options of `unclassified-sensitive-column`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Patterns of further column names that are sensitive in this project.
    pub patterns: Vec<Pattern>,
    /// Patterns of column names that are not, whatever they sound like.
    pub allow: Vec<Pattern>,
    /// Keys of `meta` that classify; a dot goes into nested maps.
    pub meta_keys: Vec<String>,
    /// Tags that classify, alone or as a word of a longer one (`pii:email`).
    pub classification_tags: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            patterns: Vec::new(),
            allow: Vec::new(),
            meta_keys: owned(&[
                "pii",
                "contains_pii",
                "is_pii",
                "personal_data",
                "sensitive",
                "sensitivity",
                "classification",
                "data_classification",
                "confidentiality",
                "privacy",
                "gdpr",
                "policy",
                "policy_tags",
                "masking_policy",
            ]),
            classification_tags: owned(&[
                "pii",
                "sensitive",
                "personal",
                "confidential",
                "restricted",
                "gdpr",
                "phi",
                "pci",
                "masked",
            ]),
        }
    }
}

/// The types of resources that have columns with data.
const KINDS: [ResourceType; 4] =
    [ResourceType::Model, ResourceType::Source, ResourceType::Seed, ResourceType::Snapshot];

/// Up to this many columns one by one are no flood, and to the point.
const FEW: usize = 5;

/// A column that somebody should say something of, and what it looks like.
type Suspect<'p> = (Node<'p>, &'p Column<'p>, Cow<'static, str>);

impl Rule for UnclassifiedSensitiveColumn {
    fn check_project(&self, cx: &mut Context<'_>) {
        let nodes: Vec<Node<'_>> = KINDS.into_iter().flat_map(|kind| cx.subjects(kind).collect::<Vec<_>>()).collect();
        let suspects: Vec<Suspect<'_>> = nodes.par_iter().flat_map_iter(|node| self.suspects(*node)).collect();
        if cx.as_one(suspects.len() > FEW && !self.has_begun(cx)) && !suspects.is_empty() {
            self.report_all(&suspects, cx);
        } else {
            suspects.into_iter().for_each(|(node, column, reason)| self.report(node, column, &reason, cx));
        }
    }
}

/// Whether the resource has data of its own, in columns.
pub(crate) fn may_hold_data(node: Node<'_>) -> bool {
    !node.relation().is_some_and(|relation| relation.is_ephemeral())
}

impl Options {
    /// What makes the column sensitive: "an e-mail address".
    pub(crate) fn looks_like(&self, column: &Column<'_>) -> Option<Cow<'static, str>> {
        let name = column.name.as_str();
        if self.allow.iter().any(|pattern| pattern.is_match(name)) {
            return None;
        }
        if let Some(kind) = kind_of(name, column.data_type.as_deref()) {
            return (!says_treated(&column.description)).then_some(Cow::Borrowed(kind.label));
        }
        let pattern = self.patterns.iter().find(|pattern| pattern.is_match(name))?;
        Some(Cow::Owned(format!("sensitive data, as pattern `{pattern}` has it")))
    }

    /// What of the column itself classifies it: "meta.pii: true", "tag pii".
    pub(crate) fn classification(&self, column: &Column<'_>) -> Option<String> {
        if column.databricks_policy {
            return Some("databricks policy".to_owned());
        }
        if !column.policy_tags.is_empty() {
            return Some("policy_tags".to_owned());
        }
        self.classified_by(&column.tags, &column.meta)
    }

    /// The tag or key of the model or source, which those of its folder are part of, that classifies all its columns.
    pub(crate) fn classification_of_all(&self, node: Node<'_>) -> Option<String> {
        let of_group = || self.classified_by(&[], &node.as_source()?.source_meta);
        self.classified_by(&node.tags, &node.meta).or_else(of_group)
    }

    fn classified_by(&self, tags: &[Text<'_>], meta: &Meta) -> Option<String> {
        let value = |key: &String| lookup(meta, key).filter(|value| !value.is_null()).map(|value| (key.clone(), value));
        let by_key = || self.meta_keys.iter().find_map(value).map(|(key, value)| format!("meta.{key}: {value}"));
        let classifies = |tag: &str| self.classification_tags.iter().any(|wanted| has_word(tag, wanted));
        let by_tag = || tags.iter().find(|tag| classifies(tag)).map(|tag| format!("tag {tag}"));
        (if meta.is_empty() { None } else { by_key() }).or_else(by_tag)
    }
}

impl UnclassifiedSensitiveColumn {
    /// The unclassified columns of a resource that look sensitive.
    fn suspects<'p>(&self, node: Node<'p>) -> Vec<Suspect<'p>> {
        let columns = if may_hold_data(node) { &node.resource.columns[..] } else { &[] };
        let suspects: Vec<Suspect<'p>> = columns
            .iter()
            .filter_map(|column| Some((node, column, self.options.looks_like(column)?)))
            .filter(|(_, column, _)| self.options.classification(column).is_none())
            .collect();
        let is_classified = !suspects.is_empty() && self.options.classification_of_all(node).is_some();
        if is_classified { Vec::new() } else { suspects }
    }

    /// Whether anything in the project is classified, whatever it looks like.
    fn has_begun(&self, cx: &Context<'_>) -> bool {
        let mut nodes = KINDS.into_iter().flat_map(|kind| cx.project.own(kind)).map(|(id, _)| cx.node(id));
        nodes.any(|node| {
            self.options.classification_of_all(node).is_some()
                || node.columns.iter().any(|column| self.options.classification(column).is_some())
        })
    }

    /// How to classify, in words.
    fn how(&self) -> String {
        let key = self.options.meta_keys.iter().find(|key| *key == "classification").or(self.options.meta_keys.first());
        match (key, self.options.classification_tags.first()) {
            (Some(key), Some(tag)) => format!("`{key}:` in its `meta:`, or the tag `{tag}`"),
            (Some(key), None) => format!("`{key}:` in its `meta:`"),
            (None, Some(tag)) => format!("the tag `{tag}`"),
            (None, None) => "`policy_tags:`".to_owned(),
        }
    }

    /// Once for a project that has not begun to classify: what is missing is a decision, not hundreds of entries.
    fn report_all(&self, suspects: &[Suspect<'_>], cx: &mut Context<'_>) {
        let Some(severity) = suspects.iter().filter_map(|(node, ..)| cx.severity(node.id)).max() else { return };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (_, column, _) in suspects {
            *counts.entry(column.name.to_lowercase()).or_default() += 1;
        }
        let mut names: Vec<(&str, usize)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        names.sort_by_key(|(name, count)| (Reverse(*count), *name));
        let message = format!(
            "nothing in the project says which columns hold personal data, and {} of {} look like it",
            counted(suspects.len(), "column"),
            counted(names.len(), "name")
        );
        let finding = cx.report_project(Place::ProjectKey(vec!["models".to_owned()]), message);
        finding.severity = severity;
        finding.stands_for(
            suspects.iter().map(|(node, column, _)| (node.unique_id.as_str(), format!("column:{}", column.name))),
        );
        finding.evidence(format!("by name: {}", listed(names.iter().map(|(name, count)| format!("{name} {count}")))));
        finding.evidence(format!(
            "looked at: tags, policy_tags and meta of columns, tags and meta of models, sources, seeds and snapshots; keys \
             of meta: {}",
            listed(&self.options.meta_keys)
        ));
        finding.help(format!(
            "begin with the columns that you know, or with the source they come from: set {}; a column that is harmless is \
             told so the same way, or by a pattern of its name in the option `allow`",
            self.how()
        ));
    }

    fn report(&self, node: Node<'_>, column: &Column<'_>, reason: &str, cx: &mut Context<'_>) {
        let message = format!(
            "column `{}` of {} `{}` looks like {reason}, and nothing classifies it",
            column.name,
            node.kind.label(),
            node.label()
        );
        let how = self.how();
        cx.report(node, Place::column(&column.name), message)
            .part(format!("column:{}", column.name))
            .help(format!(
                "say who may see it: set {how}; if it is harmless, as what an organisation gives \
                 as its contact is, say that the same way, or add a pattern of the name to the option `allow`"
            ))
            .evidence(format!(
                "looked at: tags, policy_tags and meta of the column, tags and meta of the {}; keys of meta: {}",
                node.kind.label(),
                listed(&self.options.meta_keys)
            ));
    }
}

/// Whether a tag is that word or has it among its words: `pii`, `PII`, `pii:email`, `contains_pii`.
fn has_word(tag: &str, wanted: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let tag = tag.to_lowercase();
    let wanted = wanted.to_lowercase();
    tag.match_indices(&wanted)
        .any(|(at, _)| !is_part(tag[..at].chars().next_back()) && !is_part(tag[at + wanted.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::has_word;
    use crate::project::{Column, Detail, Resource, Text};
    use crate::rules::tester::{column, findings, model, relation, source};

    fn customers(columns: Vec<Column<'static>>) -> Resource<'static> {
        let mut model = model("staging", "stg_customers");
        model.columns = columns;
        model
    }

    fn with_meta(name: &str, meta: Value) -> Column<'static> {
        let meta = meta.as_object().unwrap().clone();
        Column { meta, ..column(name) }
    }

    fn parts(options: Value, resources: &[Resource<'static>]) -> Vec<String> {
        findings("ACC020", options, resources).into_iter().map(|finding| finding.part).collect()
    }

    #[test]
    fn says_what_the_column_looks_like() {
        let found = findings("ACC020", json!(null), &[customers(vec![column("customer_id"), column("phone")])]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["column `phone` of model `stg_customers` looks like a phone number, and nothing classifies it"]
        );
        assert_eq!(
            found[0].help,
            "say who may see it: set `classification:` in its `meta:`, or the tag `pii`; if it is harmless, as \
             what an organisation gives as its contact is, say that the same way, or add a pattern of the name to the \
             option `allow`"
        );
    }

    #[test]
    fn a_column_can_be_classified_in_many_ways() {
        let columns = vec![
            with_meta("email", json!({"pii": false})),
            with_meta("iban", json!({"pii": null})),
            with_meta("ip", json!({"owner": "crm"})),
            with_meta("phone", json!({"masking_policy": "hide"})),
            Column { tags: vec![Text::from("PII:name")], ..column("last_name") },
            Column { databricks_policy: true, ..column("first_name") },
            Column { policy_tags: vec![Text::from("projects/p/taxonomies/1")], ..column("ssn") },
        ];
        assert_eq!(parts(json!(null), &[customers(columns)]), ["column:iban", "column:ip"]);
    }

    #[test]
    fn so_can_the_model_and_the_source() {
        let mut tagged = customers(vec![column("email")]);
        tagged.tags = vec![Text::from("contains_pii")];
        let mut keyed = customers(vec![column("email")]);
        keyed.meta = json!({"data_classification": "internal"}).as_object().unwrap().clone();
        let mut by_group = source("crm", "customers");
        by_group.columns = vec![column("email")];
        if let Detail::Source(detail) = &mut by_group.detail {
            detail.source_meta = json!({"sensitivity": "high"}).as_object().unwrap().clone();
        }
        let mut open = source("shop", "customers");
        open.columns = vec![column("email")];
        for classified in [tagged, keyed, by_group] {
            assert!(parts(json!(null), &[classified]).is_empty());
        }
        assert_eq!(parts(json!(null), &[open]), ["column:email"]);
    }

    #[test]
    fn a_description_may_say_that_it_is_treated() {
        let described = |name: &str, text: &'static str| Column { description: Text::from(text), ..column(name) };
        let columns = vec![
            described("card_number", "Masked number of the cardholder account."),
            described("password", "hashed password"),
            described("email", "hashed ID user matches"),
            described("phone", "Where to call."),
        ];
        assert_eq!(parts(json!(null), &[customers(columns)]), ["column:email", "column:phone"]);
    }

    #[test]
    fn a_project_that_classifies_nothing_is_one_finding() {
        let columns = || vec![column("email"), column("phone"), column("id")];
        let resources = |number: usize| -> Vec<Resource<'static>> {
            (0..number).map(|at| Resource { columns: columns(), ..model("marts", &format!("m{at}")) }).collect()
        };
        let mut all = resources(2);
        all.push(Resource { columns: vec![column("EMAIL"), column("iban")], ..source("crm", "customers") });
        let found = findings("ACC020", json!(null), &all);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("project.shop", ""));
        assert_eq!(
            found[0].message,
            "nothing in the project says which columns hold personal data, and 6 columns of 3 names look like it"
        );
        assert_eq!(found[0].evidence[0], "by name: email 3, phone 2, iban 1");
        let members: Vec<_> = found[0].atoms().map(|atom| format!("{} {}", atom.subject, atom.part)).collect();
        assert_eq!(members.len(), 6);
        assert_eq!(members[0], "model.shop.m0 column:email");
        // Five are few enough to be said one by one, and so are any number where somebody has begun.
        assert_eq!(findings("ACC020", json!(null), &resources(2)).len(), 4);
        all.push(Resource { columns: vec![with_meta("id", json!({"pii": false}))], ..model("marts", "begun") });
        assert_eq!(findings("ACC020", json!(null), &all).len(), 6);
    }

    #[test]
    fn ephemeral_models_hold_no_data() {
        let mut ephemeral = customers(vec![column("email")]);
        relation(&mut ephemeral).materialized = Text::from("ephemeral");
        assert!(parts(json!(null), &[ephemeral]).is_empty());
    }

    #[test]
    fn options_add_and_take_away() {
        let all = [customers(vec![column("badge"), column("email"), column("shop_email")])];
        let options = json!({"patterns": ["^badge$"], "allow": ["^shop_"]});
        assert_eq!(parts(options, &all), ["column:badge", "column:email"]);
        let options = json!({"patterns": ["^badge$"], "meta-keys": ["secret"], "classification-tags": []});
        let found = findings("ACC020", options, &all);
        assert_eq!(
            found[0].message,
            "column `badge` of model `stg_customers` looks like sensitive data, as pattern `^badge$` has it, and \
             nothing classifies it"
        );
        assert_eq!(
            found[0].help,
            "say who may see it: set `secret:` in its `meta:`; if it is harmless, as what an organisation gives as its contact \
             is, say that the same way, or add a pattern of the name to the option `allow`"
        );
    }

    #[test]
    fn tags_are_compared_by_the_word() {
        for (tag, wanted, fits) in [
            ("pii", "pii", true),
            ("PII", "pii", true),
            ("pii:email", "pii", true),
            ("contains_pii", "pii", true),
            ("hippies", "pii", false),
            ("phishing", "phi", false),
            ("gdpr-restricted", "restricted", true),
        ] {
            assert_eq!(has_word(tag, wanted), fits, "{tag}");
        }
    }
}
