use super::contract;
use crate::findings::Place;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a column whose type in the contract is another than in the base.
    ///
    /// The rule runs with `--base` or `--since … --downstream`, and looks at models whose contract is enforced in both
    /// states. Two spellings of one type are no change: `int` and `integer`, `varchar(10)` and `VARCHAR (10)`.
    ///
    /// # Why it matters
    /// dbt holds the model to its contract, and nobody to whoever reads it: comparisons, joins and dashboards that rested
    /// on the former type fail, or go on with other results.
    ///
    /// # Example
    /// ```yaml
    /// # before: models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: integer}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: varchar}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: dim_products
    ///     config: {materialized: table, contract: {enforced: true}}
    ///     columns:
    ///       - {name: id, data_type: int}
    ///       - {name: product_code, data_type: varchar}
    /// ```
    ChangedColumnType(NoOptions),
    code = "ACC032",
    slug = "changed-column-type",
    area = Access,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for ChangedColumnType {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some(former) = cx.former(model).filter(|former| contract(former).is_some()) else { return };
        if contract(model.resource).is_none() {
            return;
        }
        for column in &model.resource.columns {
            let same = |other: &&crate::project::Column<'_>| other.name.eq_ignore_ascii_case(&column.name);
            let before = former.columns.iter().find(same).and_then(|other| other.data_type.as_deref());
            let (Some(before), Some(now)) = (before, column.data_type.as_deref()) else { continue };
            if normal(before) == normal(now) {
                continue;
            }
            let message =
                format!("column `{}` of model `{}` was `{before}` and is `{now}`", column.name, model.label());
            cx.report(model, Place::ColumnKey(column.name.to_string(), "data_type".to_owned()), message)
                .part(format!("column:{}", column.name))
                .help("go back to the former type, or make the change in a new version of the model");
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_base()
    }
}

/// Spellings that every warehouse which knows both takes for one type.
const SPELLINGS: [(&str, &str); 16] = [
    ("int", "integer"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("int64", "bigint"),
    ("int2", "smallint"),
    ("bool", "boolean"),
    ("decimal", "numeric"),
    ("number", "numeric"),
    ("character varying", "varchar"),
    ("string", "varchar"),
    ("text", "varchar"),
    ("char", "character"),
    ("float8", "double precision"),
    ("double", "double precision"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
];

/// A type in the spelling that all have in common, without blanks that mean nothing.
fn normal(data_type: &str) -> String {
    let lower = data_type.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let joined =
        words.join(" ").replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(", ", ",").replace(" ,", ",");
    let (name, rest) = joined.split_at(joined.find('(').unwrap_or(joined.len()));
    let name = SPELLINGS.iter().find(|(spelling, _)| *spelling == name).map_or(name, |(_, name)| name);
    format!("{name}{rest}")
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn spellings_are_no_types() {
        for (a, b) in [("INT", "integer"), ("varchar( 10 )", "VARCHAR (10)"), ("numeric(10, 2)", "decimal(10,2)")] {
            assert_eq!(normal(a), normal(b));
        }
        for (a, b) in [("int", "bigint"), ("varchar(10)", "varchar(20)"), ("date", "timestamp")] {
            assert_ne!(normal(a), normal(b));
        }
    }
}
