use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Layer, ResourceId, ResourceType};

use crate::rules::{Context, Node, Pattern, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a model whose name does not say its layer.
    ///
    /// A model whose folder belongs to a layer begins with one of that layer's prefixes: `base_`, `stg_`, `int_`, `fct_`
    /// or `dim_`, `rpt_`, or what `layers:` in the config sets. Base models may lie among the staging models. A name with
    /// the prefix of another layer is `model-in-wrong-directory`; a folder of no layer demands nothing. With `pattern`
    /// the names of all models that the rule is limited to are held against it instead. MetricFlow time spines are
    /// exempt. Versions of a model share a name, and so a finding: it is about the first of them. A layer of which hardly
    /// one model (one in five at most) has a prefix is named otherwise on purpose, or not yet at all: that is one finding.
    ///
    /// # Why it matters
    /// In the warehouse, in a dashboard's query and in a chat there are no folders: the name is all that tells whether a
    /// table is raw, half done or fit to be shown. People new to the team find their way by it.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/orders.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    ModelName(Options),
    code = "NAM001",
    slug = "model-name",
    area = Naming,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `model-name`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// A regular expression that names must match, in place of the layers' prefixes.
    pub pattern: Option<Pattern>,
}

impl Rule for ModelName {
    fn check_project(&self, cx: &mut Context<'_>) {
        let models: Vec<Node<'_>> = cx.subjects(ResourceType::Model).filter(|model| is_asked(*model, cx)).collect();
        if let Some(pattern) = &self.options.pattern {
            models.into_iter().for_each(|model| check_pattern(model, pattern, cx));
            return;
        }
        let mut layers: BTreeMap<Layer, Vec<Node<'_>>> = BTreeMap::new();
        for model in models {
            if let Some(layer) = cx.settings.layers.by_folder(&model.path) {
                layers.entry(layer).or_default().push(model);
            }
        }
        layers.into_iter().for_each(|(layer, models)| check_layer(layer, &models, cx));
    }
}

/// Whether the model has a name of its own that says something.
fn is_asked(model: Node<'_>, cx: &Context<'_>) -> bool {
    !cx.project.is_time_spine(model.resource) && !has_earlier_version(model, cx)
}

fn check_pattern(model: Node<'_>, pattern: &Pattern, cx: &mut Context<'_>) {
    if !pattern.is_match(&model.name) {
        let message = format!("the name of model `{}` does not match `{pattern}`", model.name);
        cx.report(model, Place::File, message).help("rename the model, and every `ref()` to it");
    }
}

/// Versions have the name of their model, and follow each other in order of unique id.
fn has_earlier_version(model: Node<'_>, cx: &Context<'_>) -> bool {
    let Some(before) = model.id.0.checked_sub(1) else { return false };
    let before = cx.project.get(ResourceId(before));
    before.kind == ResourceType::Model && before.name == model.name && before.package == model.package
}

/// Up to this many models one by one are no flood, and to the point.
const FEW: usize = 5;

fn check_layer(layer: Layer, models: &[Node<'_>], cx: &mut Context<'_>) {
    let layers = &cx.settings.layers;
    let prefixes = layers.prefixes(layer).to_vec();
    let is_wrong = |model: &&Node<'_>| !prefixes.is_empty() && layers.by_prefix(&model.name).is_none();
    let wrong: Vec<Node<'_>> = models.iter().filter(is_wrong).copied().collect();
    let prefixed = models.iter().filter(|model| has_prefix(model, &prefixes)).count();
    if cx.as_one(wrong.len() > FEW && prefixed * 5 <= models.len()) {
        report_layer(layer, &wrong, (prefixed, models.len()), &prefixes, cx);
    } else {
        wrong.into_iter().for_each(|model| report_model(model, layer, &prefixes, cx));
    }
}

fn has_prefix(model: &Node<'_>, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| model.name.starts_with(prefix.as_str()))
}

/// Once for a layer that is named otherwise: what is missing is a decision, not a hundred new names.
fn report_layer(
    layer: Layer,
    wrong: &[Node<'_>],
    (prefixed, all): (usize, usize),
    prefixes: &[String],
    cx: &mut Context<'_>,
) {
    let Some(severity) = wrong.iter().filter_map(|model| cx.severity(model.id)).max() else { return };
    let prefixes = quoted(prefixes);
    let message = match prefixed {
        0 => format!("none of the {all} models in {layer} folders begins with {prefixes}"),
        1 => format!("only 1 of the {all} models in {layer} folders begins with {prefixes}"),
        _ => format!("only {prefixed} of the {all} models in {layer} folders begin with {prefixes}"),
    };
    let names = listed(wrong.iter().map(|model| model.name.to_string()));
    let place = Place::ProjectKey(vec!["models".to_owned()]);
    let finding = cx.report_project(place, message);
    finding.severity = severity;
    finding.stands_for(wrong.iter().map(|model| (model.unique_id.as_str(), "")));
    finding.part(format!("layer:{layer}")).evidence(format!("named otherwise: {names}")).help(format!(
        "if the team names them by another rule, say so under `layers: {{{layer}: {{prefixes: […]}}}}` in dbt-steward.yml, \
         an empty list for none; else agree on {prefixes} for new models"
    ));
}

fn report_model(model: Node<'_>, layer: Layer, prefixes: &[String], cx: &mut Context<'_>) {
    let message = format!("the name of {layer} model `{}` does not begin with {}", model.name, quoted(prefixes));
    let example = match renamed(&model.name, layer, prefixes) {
        Some(name) => format!(", for example to `{name}`,"),
        None => String::new(),
    };
    cx.report(model, Place::File, message).help(format!(
        "rename it{example} and every `ref()` to it; if the team's prefixes are others, set them under \
         `layers: {{{layer}: {{prefixes: […]}}}}` in dbt-steward.yml"
    ));
}

/// "`fct_` or `dim_`".
fn quoted(prefixes: &[String]) -> String {
    prefixes.iter().map(|prefix| format!("`{prefix}`")).collect::<Vec<_>>().join(" or ")
}

/// A name with a prefix of its layer: one that stands behind underscores comes to the front, and a word for the layer
/// gives way to it. `None` where a prefix stands in the middle: a second before it would not be better.
fn renamed(name: &str, layer: Layer, prefixes: &[String]) -> Option<String> {
    let bare = name.trim_start_matches('_');
    if prefixes.iter().any(|prefix| bare.starts_with(prefix.as_str())) {
        return Some(bare.to_owned());
    }
    if prefixes.iter().any(|prefix| bare.contains(&format!("_{prefix}"))) {
        return None;
    }
    let layer = layer.to_string();
    let singular = layer.strip_suffix('s').unwrap_or(&layer);
    let without_layer =
        [layer.as_str(), singular].into_iter().find_map(|word| bare.strip_prefix(word)?.strip_prefix('_'));
    let rest = without_layer.map_or(bare, |rest| rest.trim_start_matches('_'));
    let rest = if rest.is_empty() { name } else { rest };
    Some(format!("{}{rest}", prefixes[0]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Settings;
    use crate::project::{Layer, LayerRule, Text};
    use crate::rules::tester::{findings, findings_with, model, relation, subjects};

    #[test]
    fn names_the_prefixes_of_the_layer() {
        let found = findings("NAM001", Value::Null, &[model("marts", "orders"), model("staging/erp", "erp_orders")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the name of staging model `erp_orders` does not begin with `stg_`",
                "the name of marts model `orders` does not begin with `fct_` or `dim_`"
            ]
        );
        assert!(found[1].help.starts_with("rename it, for example to `fct_orders`, and every `ref()` to it;"));
    }

    #[test]
    fn proposes_a_name_that_says_the_layer_once() {
        let proposed = |folder: &str, name: &str| {
            let found = findings("NAM001", Value::Null, &[model(folder, name)]);
            found[0].help.split('`').nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(proposed("intermediate", "_int_server_bridge"), "int_server_bridge");
        assert_eq!(proposed("intermediate", "__users"), "int_users");
        assert_eq!(proposed("marts", "marts__combined_orders"), "fct_combined_orders");
        assert_eq!(proposed("marts", "mart_orders"), "fct_orders");
        assert_eq!(proposed("marts", "martial_arts"), "fct_martial_arts");
        assert_eq!(proposed("marts", "marts_"), "fct_marts_");
    }

    #[test]
    fn proposes_no_name_with_two_prefixes() {
        let found = findings("NAM001", Value::Null, &[model("reporting", "wk_rpt_registered_users")]);
        assert!(found[0].help.starts_with("rename it and every `ref()` to it;"), "{}", found[0].help);
    }

    #[test]
    fn only_folders_of_a_layer_demand_a_prefix() {
        let fine = [
            model("marts", "fct_orders"),
            model("marts", "dim_orders"),
            model("staging", "base_erp__orders"),
            model("misc", "orders"),
            // Said by NAM003.
            model("marts", "int_orders"),
        ];
        assert!(subjects("NAM001", &fine).is_empty());
    }

    #[test]
    fn a_pattern_takes_the_place_of_prefixes() {
        let all = [model("marts", "fct_orders"), model("marts", "mart_orders"), model("misc", "orders")];
        let found = findings("NAM001", json!({"pattern": "^mart_"}), &all);
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["model.shop.fct_orders", "model.shop.orders"]);
        assert_eq!(found[1].message, "the name of model `orders` does not match `^mart_`");
    }

    #[test]
    fn a_layer_that_is_named_otherwise_is_one_finding() {
        let named = |names: &[&'static str]| -> Vec<_> { names.iter().map(|name| model("marts", name)).collect() };
        let otherwise = ["a", "b", "c", "d", "e", "f"];
        let found = findings("NAM001", Value::Null, &named(&otherwise));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "project.shop");
        assert_eq!(found[0].part, "layer:marts");
        assert_eq!(found[0].message, "none of the 6 models in marts folders begins with `fct_` or `dim_`");
        let members: Vec<&str> = found[0].atoms().map(|atom| atom.subject).collect();
        assert_eq!(members, otherwise.map(|name| format!("model.shop.{name}")));
        assert_eq!(found[0].evidence, ["named otherwise: a, b, c, d, e and 1 more"]);

        let found = findings("NAM001", Value::Null, &named(&[&otherwise[..], &["fct_g"]].concat()));
        assert_eq!(found[0].message, "only 1 of the 7 models in marts folders begins with `fct_` or `dim_`");
        // Two of eight are more than one in five: these want to be like the others.
        let found = findings("NAM001", Value::Null, &named(&[&otherwise[..], &["fct_g", "dim_h"]].concat()));
        assert_eq!(found.len(), 6);
        assert_eq!(found[0].message, "the name of marts model `a` does not begin with `fct_` or `dim_`");
    }

    #[test]
    fn versions_are_one_and_time_spines_none() {
        let mut versions = ["customers.v1", "customers.v2"].map(|name| model("marts", name));
        for (version, number) in versions.iter_mut().zip(["1", "2"]) {
            version.name = Text::from("customers");
            relation(version).version = Some(Text::from(number));
        }
        assert_eq!(subjects("NAM001", &versions), ["model.shop.customers.v1"]);
        let mut spine = model("marts", "all_days");
        relation(&mut spine).time_spine = true;
        assert!(subjects("NAM001", &[spine]).is_empty());
    }

    #[test]
    fn prefixes_come_from_the_config() {
        let mut settings = Settings::default();
        settings.layers.set(LayerRule { layer: Layer::Marts, paths: None, prefixes: vec!["mart_".to_owned()] });
        let all = [model("marts", "mart_orders"), model("marts", "orders")];
        let found = findings_with("NAM001", Value::Null, &all, &settings);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the name of marts model `orders` does not begin with `mart_`");
        settings.layers.set(LayerRule { layer: Layer::Marts, paths: None, prefixes: Vec::new() });
        assert!(findings_with("NAM001", Value::Null, &all, &settings).is_empty());
    }
}
