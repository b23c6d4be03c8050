use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Access, is_description};
use crate::rules::words::{counted, listed};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a public model that is not fully documented.
    ///
    /// Missing may be the model's description, that of a declared column, or all columns: a public model that declares
    /// none is flagged as well. There is one finding for each model; what counts as a description is as for
    /// `undocumented-model`.
    ///
    /// # Why it matters
    /// Other teams build on a public model without asking first; that is what it is public for. All they have to go by
    /// is what is written down, and whatever is not they will guess.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     description: One row per product that was ever on sale.
    ///     config:
    ///       access: public
    ///     columns:
    ///       - name: list_price
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select 1 as list_price
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     description: One row per product that was ever on sale.
    ///     config:
    ///       access: public
    ///     columns:
    ///       - name: list_price
    ///         description: Price in euros without tax, before any rebate.
    /// ```
    /// ```sql
    /// -- models/marts/dim_products.sql
    /// select 1 as list_price
    /// ```
    UndocumentedPublicModel(Options),
    code = "ACC005",
    slug = "undocumented-public-model",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model],
    supersedes = ["DOC001", "DOC011"]
}

/// Options of `undocumented-public-model`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Fewest characters that count as a description.
    pub min_length: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_length: 4 }
    }
}

impl Rule for UndocumentedPublicModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if model.access() != Access::Public {
            return;
        }
        let is_described = cx.is_described(model, self.options.min_length);
        let columns = model.columns.iter();
        let undescribed: Vec<&str> = columns
            .filter(|column| !is_description(&column.description, &column.name, self.options.min_length))
            .map(|column| column.name.as_str())
            .collect();
        if is_described && undescribed.is_empty() && !model.columns.is_empty() {
            return;
        }
        let mut missing = Vec::new();
        if !is_described {
            missing.push("no description".to_owned());
        }
        if model.columns.is_empty() {
            missing.push("declares no column".to_owned());
        } else if !undescribed.is_empty() {
            missing.push(format!("{} without description", counted(undescribed.len(), "column")));
        }
        let place = match undescribed.first() {
            _ if !is_described => Place::key("description"),
            Some(first) => Place::ColumnKey((*first).to_owned(), "description".to_owned()),
            None => Place::key("columns"),
        };
        let message = format!("model `{}` is public, but {}", model.label(), joined(&missing));
        let columns = undescribed.iter().map(|column| format!("column:{column}"));
        let parts = [(!is_described, "description"), (model.columns.is_empty(), "columns")];
        let parts = parts.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, part)| part.to_owned());
        let parts: Vec<_> = parts.chain(columns).map(|part| (model.unique_id.as_str(), part)).collect();
        let finding = cx.report(model, place, message);
        finding.stands_for(parts);
        finding.help(
            "describe what one row is and what each column holds, units and exceptions included; other teams have \
             nothing else to go by",
        );
        if !undescribed.is_empty() {
            finding.evidence(format!("columns without description: {}", listed(undescribed)));
        }
    }
}

/// "has no description and declares no column": the verb where the part has none.
fn joined(missing: &[String]) -> String {
    let with_verb = |part: &String| if part.starts_with("declares") { part.clone() } else { format!("has {part}") };
    match missing {
        [first, second] if !second.starts_with("declares") => format!("has {first} and {second}"),
        parts => parts.iter().map(with_verb).collect::<Vec<_>>().join(" and "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::findings::Place;
    use crate::project::{Access, Resource, Text};
    use crate::rules::tester::{column, findings, model, relation, subjects};

    fn public(name: &str, description: &'static str, columns: &[(&str, &'static str)]) -> Resource<'static> {
        let mut model = model("marts", name);
        relation(&mut model).access = Access::Public;
        model.description = Text::from(description);
        for (name, description) in columns {
            let mut column = column(name);
            column.description = Text::from(*description);
            model.columns.push(column);
        }
        model
    }

    #[test]
    fn one_finding_names_all_that_is_missing() {
        let models = [
            public("a", "One row per product.", &[("id", "The key.")]),
            public("b", "", &[("id", "The key.")]),
            public("c", "One row per product.", &[]),
            public("d", "One row per product.", &[("id", "The key."), ("price", "todo"), ("tax", "")]),
            public("e", "", &[]),
            public("f", "", &[("id", "")]),
        ];
        let found = findings("ACC005", json!(null), &models);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "model `b` is public, but has no description",
                "model `c` is public, but declares no column",
                "model `d` is public, but has 2 columns without description",
                "model `e` is public, but has no description and declares no column",
                "model `f` is public, but has no description and 1 column without description",
            ]
        );
        assert_eq!(found[2].evidence, ["columns without description: price, tax"]);
        assert_eq!(found[2].place, Place::ColumnKey("price".to_owned(), "description".to_owned()));
        assert_eq!(found[1].place, Place::key("columns"));
    }

    #[test]
    fn other_models_are_other_rules() {
        assert!(subjects("ACC005", &[model("marts", "protected")]).is_empty());
    }
}
