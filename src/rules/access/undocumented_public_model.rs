use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Access, Column, is_description};
use crate::rules::{Context, Node, Rule, declare_rule};
use crate::words::{counted, listed};

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

/// What a model lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack<'p> {
    Description,
    Columns,
    /// The description of that column.
    OfColumn(&'p str),
}

impl Lack<'_> {
    /// What a finding on it alone has as part.
    fn part(self) -> String {
        match self {
            Self::Description => "description".to_owned(),
            Self::Columns => "columns".to_owned(),
            Self::OfColumn(name) => format!("column:{name}"),
        }
    }

    fn place(self) -> Place {
        match self {
            Self::Description => Place::key("description"),
            Self::Columns => Place::key("columns"),
            Self::OfColumn(name) => Place::ColumnKey(name.to_owned(), "description".to_owned()),
        }
    }
}

impl Rule for UndocumentedPublicModel {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if model.access() != Access::Public {
            return;
        }
        let mut lacks = Vec::new();
        lacks.extend((!cx.is_described(model, self.options.min_length)).then_some(Lack::Description));
        lacks.extend(model.columns.is_empty().then_some(Lack::Columns));
        let is_described =
            |column: &&Column<'_>| is_description(&column.description, &column.name, self.options.min_length);
        let undescribed = model.columns.iter().filter(|column| !is_described(column));
        lacks.extend(undescribed.map(|column| Lack::OfColumn(&column.name)));
        cx.at_once(&lacks).for_each(|lacks| report(model, lacks, cx));
    }
}

fn report(model: Node<'_>, lacks: &[Lack<'_>], cx: &mut Context<'_>) {
    let Some(first) = lacks.first() else { return };
    let undescribed: Vec<&str> = lacks
        .iter()
        .filter_map(|lack| match lack {
            Lack::OfColumn(name) => Some(*name),
            _ => None,
        })
        .collect();
    let message = match first {
        Lack::OfColumn(name) if !cx.as_one(true) => {
            format!("column `{name}` of public model `{}` has no description", model.label())
        }
        _ => format!("model `{}` is public, but {}", model.label(), joined(&missing(lacks, undescribed.len()))),
    };
    let finding = cx.report(model, first.place(), message);
    finding.stands_for(lacks.iter().map(|lack| (model.unique_id.as_str(), lack.part())));
    finding.help(
        "describe what one row is and what each column holds, units and exceptions included; other teams have nothing \
         else to go by",
    );
    if !undescribed.is_empty() {
        finding.evidence(format!("columns without description: {}", listed(undescribed)));
    }
}

fn missing(lacks: &[Lack<'_>], undescribed: usize) -> Vec<String> {
    let mut missing = Vec::new();
    if lacks.contains(&Lack::Description) {
        missing.push("no description".to_owned());
    }
    if lacks.contains(&Lack::Columns) {
        missing.push("declares no column".to_owned());
    } else if undescribed > 0 {
        missing.push(format!("{} without description", counted(undescribed, "column")));
    }
    missing
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
