use std::borrow::Cow;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::undescribed::quoted;
use crate::findings::Place;
use crate::project::{ResourceType, is_description};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a column name that models describe in different words.
    ///
    /// Each column name is one finding, at the first model that deviates from the most frequent description. Case,
    /// punctuation and articles do not count as a difference, nor does a text that contains the other one and adds to
    /// it. Exempt are names that mean nothing without their model (`id`, `name`, `type`, `status`, `created_at` and the
    /// like), keys (`_id`, `_key` and the like at the end), because a key is rightly described from the point of view of
    /// its model, and what `ignore` lists. Of a versioned model only the latest version counts; undocumented columns
    /// and sources are not looked at.
    ///
    /// # Why it matters
    /// One name with two meanings is how two dashboards come to show two revenues. Either the words mean the same, and
    /// one docs block should hold them, or they do not, and one of the columns needs another name.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: net_revenue
    ///         description: Paid orders in euros, without tax.
    ///   - name: fct_order_days
    ///     columns:
    ///       - name: net_revenue
    ///         description: Ordered value in euros, returns deducted.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: net_revenue
    ///         description: Paid orders in euros, without tax.
    ///   - name: fct_order_days
    ///     columns:
    ///       - name: net_revenue
    ///         description: Paid orders in euros, without tax.
    /// ```
    ConflictingDefinition(Options),
    code = "DOC014",
    slug = "conflicting-definition",
    area = Documentation,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `conflicting-definition`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Further column names to leave out, in any case.
    pub ignore: Vec<String>,
    /// Fewest models that must describe the column.
    pub min_models: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { ignore: Vec::new(), min_models: 2 }
    }
}

/// Names that stand for something else in each model.
const GENERIC: [&str; 23] = [
    "_id",
    "category",
    "code",
    "comment",
    "comments",
    "created_at",
    "created_by",
    "created_date",
    "date",
    "day",
    "deleted_at",
    "description",
    "id",
    "key",
    "label",
    "name",
    "state",
    "status",
    "title",
    "type",
    "updated_at",
    "updated_by",
    "value",
];

/// How the names of keys end. "Key of the order" and "order that the line belongs to" are one column and no conflict.
const KEYS: [&str; 8] = ["_id", "_ids", "_key", "_sk", "_pk", "_fk", "_uuid", "_guid"];

/// Fewest characters that count as a description, as everywhere.
const MIN_LENGTH: usize = 4;

/// Most definitions of one name that are compared with each other.
const COMPARED: usize = 200;

/// Definitions and models of each that evidence lists.
const LISTED: usize = 5;

/// The models that describe a column in the same words.
struct Definition<'p> {
    text: &'p str,
    /// What is compared; see [`words`].
    words: String,
    models: Vec<Described<'p>>,
}

impl Rule for ConflictingDefinition {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut texts: Vec<_> = self.texts(cx).into_iter().filter(|(_, texts)| texts.len() > 1).collect();
        texts.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (name, texts) in texts {
            let mut definitions = without_elaborations(definitions(texts));
            let models: usize = definitions.iter().map(|definition| definition.models.len()).sum();
            if definitions.len() > 1 && models >= self.options.min_models {
                // Most models first; of equals the first one met, so that the order is the same each time.
                definitions.sort_by_key(|definition| std::cmp::Reverse(definition.models.len()));
                report(&name, &definitions, models, cx);
            }
        }
    }
}

/// A model, and its column's name as written there.
type Described<'p> = (Node<'p>, &'p str);

/// The texts that one column name has.
type Texts<'p> = HashMap<&'p str, Vec<Described<'p>>>;

impl ConflictingDefinition {
    /// Each column name in lower case with its texts as written, and the models that have them. Most columns of a large
    /// project go no further than this: their texts are alike to the letter.
    fn texts<'p>(&self, cx: &Context<'p>) -> HashMap<Cow<'p, str>, Texts<'p>> {
        let mut texts: HashMap<Cow<'p, str>, Texts<'p>> = HashMap::new();
        for model in cx.subjects(ResourceType::Model) {
            let is_former = cx.latest_version(model).is_some_and(|latest| latest.id != model.id);
            if is_former || model.is_unknown("descriptions of parts") {
                continue;
            }
            for column in model.resource.columns.iter().filter(|column| !column.description.is_empty()) {
                let name = lower(&column.name);
                if !self.is_exempt(&name) {
                    let described = texts.entry(name).or_default().entry(&column.description).or_default();
                    described.push((model, &column.name));
                }
            }
        }
        for (name, texts) in &mut texts {
            texts.retain(|text, _| says_something(text, name));
        }
        texts
    }

    fn is_exempt(&self, name: &str) -> bool {
        GENERIC.contains(&name)
            || KEYS.iter().any(|ending| name.ends_with(ending))
            || self.options.ignore.iter().any(|other| other.eq_ignore_ascii_case(name))
    }
}

/// The texts that differ in more than trifles, in order of the first model that has them.
fn definitions<'p>(texts: Texts<'p>) -> Vec<Definition<'p>> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_unstable_by_key(|(text, models)| (models[0].0.id, *text));
    let mut found: HashMap<String, usize> = HashMap::new();
    let mut definitions: Vec<Definition<'p>> = Vec::new();
    for (text, models) in texts {
        let words = words(text);
        match found.get(&words) {
            Some(&at) => definitions[at].models.extend(models),
            None => {
                found.insert(words.clone(), definitions.len());
                definitions.push(Definition { text, words, models });
            }
        }
    }
    for definition in &mut definitions {
        definition.models.sort_unstable_by_key(|(model, column)| (model.id, *column));
    }
    definitions
}

/// Borrowed where it is in lower case already, as nearly all names are.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// A misspelt `doc()` that stayed in the text is no definition, either.
fn says_something(text: &str, name: &str) -> bool {
    is_description(text, name, MIN_LENGTH) && !text.contains("doc(")
}

/// Counts the models of a definition whose words are all within a longer one to that longer one.
fn without_elaborations(definitions: Vec<Definition<'_>>) -> Vec<Definition<'_>> {
    // So many different texts are different definitions; comparing each with each would only take long.
    if definitions.len() < 2 || definitions.len() > COMPARED {
        return definitions;
    }
    let mut longest_first = definitions;
    longest_first.sort_by_key(|definition| std::cmp::Reverse(definition.words.len()));
    let mut kept: Vec<Definition<'_>> = Vec::new();
    for definition in longest_first {
        match kept.iter_mut().find(|longer| longer.words.contains(&definition.words)) {
            Some(longer) => longer.models.extend(definition.models),
            None => kept.push(definition),
        }
    }
    for definition in &mut kept {
        definition.models.sort_unstable_by_key(|(model, column)| (model.id, *column));
    }
    kept.sort_unstable_by_key(|definition| (definition.models[0].0.id, definition.text));
    kept
}

/// What two texts must share to be the same definition: their words, in order.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !matches!(*word, "" | "the" | "a" | "an"));
    words.collect::<Vec<_>>().join(" ")
}

fn report(name: &str, definitions: &[Definition<'_>], models: usize, cx: &mut Context<'_>) {
    let deviating = definitions[1..].iter().flat_map(|definition| &definition.models);
    let Some((model, column)) = deviating.min_by_key(|(model, _)| model.id) else { return };
    let message = format!("column `{name}` has {} different descriptions in {models} models", definitions.len());
    let subject = format!("project.{}", cx.project.name);
    let finding = cx
        .report(*model, Place::ColumnKey((*column).to_owned(), "description".to_owned()), message)
        .subject(subject)
        .part(format!("column:{name}"))
        .help("use one docs block for all of them if they mean the same, else give one of the columns another name");
    for definition in definitions.iter().take(LISTED) {
        let names: Vec<String> = definition.models.iter().take(LISTED).map(|(model, _)| model.label()).collect();
        let more = definition.models.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        finding.evidence(format!("\"{}\" in {}{more}", quoted(definition.text), names.join(", ")));
    }
    if definitions.len() > LISTED {
        finding.evidence(format!("and {} more descriptions", definitions.len() - LISTED));
    }
    for definition in definitions.iter().take(LISTED) {
        let (other, column) = definition.models[0];
        if other.id != model.id {
            let place = Place::ColumnKey(column.to_owned(), "description".to_owned());
            finding.related(other.id, place, "described differently here");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::words;
    use crate::findings::Finding;
    use crate::project::{Column, Resource, Text};
    use crate::rules::tester::{column, findings, model, relation};

    fn describing(name: &str, columns: &[(&'static str, &'static str)]) -> Resource<'static> {
        let mut made = model("marts", name);
        made.columns =
            columns.iter().map(|(name, text)| Column { description: Text::from(*text), ..column(name) }).collect();
        made
    }

    fn parts(found: &[Finding]) -> Vec<&str> {
        found.iter().map(|finding| finding.part.as_str()).collect()
    }

    #[test]
    fn reports_each_name_once_at_the_model_that_deviates() {
        let models = [
            describing("a", &[("revenue", "Ordered value.")]),
            describing("b", &[("revenue", "Paid value.")]),
            describing("c", &[("REVENUE", "The paid value")]),
        ];
        let found = findings("DOC014", Value::Null, &models);
        assert_eq!(parts(&found), ["column:revenue"]);
        assert_eq!(found[0].subject, "project.shop");
        assert_eq!(found[0].message, "column `revenue` has 2 different descriptions in 3 models");
        assert_eq!(found[0].evidence, ["\"Paid value.\" in b, c", "\"Ordered value.\" in a"]);
        assert_eq!(found[0].located_in.map(|id| id.index()), Some(0));
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn names_without_meaning_of_their_own_are_exempt() {
        let models = [
            describing("a", &[("id", "Number of the order."), ("country", "Where it goes.")]),
            describing("b", &[("id", "Number of the customer."), ("country", "Where they live.")]),
        ];
        assert_eq!(parts(&findings("DOC014", Value::Null, &models)), ["column:country"]);
        assert!(findings("DOC014", json!({"ignore": ["Country"]}), &models).is_empty());
    }

    #[test]
    fn keys_and_elaborations_are_no_conflict() {
        let models = [
            describing("a", &[("order_id", "Key of the order."), ("margin", "Share of the price that is left.")]),
            describing("b", &[("order_id", "Order of the line."), ("margin", "Share of the price that is left; net.")]),
        ];
        assert!(findings("DOC014", Value::Null, &models).is_empty());
    }

    #[test]
    fn min_models_counts_models_with_a_description() {
        let models = [
            describing("a", &[("revenue", "Ordered value.")]),
            describing("b", &[("revenue", "Paid value.")]),
            describing("c", &[("revenue", "tbd")]),
        ];
        assert_eq!(findings("DOC014", json!({"min-models": 2}), &models).len(), 1);
        assert!(findings("DOC014", json!({"min-models": 3}), &models).is_empty());
    }

    #[test]
    fn versions_of_one_model_do_not_conflict() {
        let version = |number: &'static str, text: &'static str| {
            let mut made = describing("customers", &[("segment", text)]);
            made.unique_id = Text::from(format!("model.shop.customers.v{number}"));
            relation(&mut made).version = Some(Text::from(number));
            relation(&mut made).latest_version = Some(Text::from("2"));
            made
        };
        assert!(findings("DOC014", Value::Null, &[version("1", "By spend."), version("2", "By visits.")]).is_empty());
    }

    #[test]
    fn wording_is_compared_without_trifles() {
        assert_eq!(words("The team member's job-grade."), words("Team member's JOB grade"));
        assert_ne!(words("Net revenue"), words("Gross revenue"));
    }
}
