use crate::findings::Place;
use crate::project::folder;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model, seed, snapshot or macro whose YAML entry is in another directory than the resource itself.
    ///
    /// A YAML file in a parent directory counts as elsewhere, too. An entry in an installed package does not: it cannot be
    /// moved.
    ///
    /// # Why it matters
    /// Who changes a model looks for its entry beside it. One that is kept elsewhere is overlooked, goes stale, or is
    /// written a second time.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```yaml
    /// # models/_models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// select 1 as order_id
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    PropertiesElsewhere(NoOptions),
    code = "DOC021",
    slug = "properties-elsewhere",
    area = Documentation,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Model, Seed, Snapshot, Macro]
}

impl Rule for PropertiesElsewhere {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let Some(properties) = node.properties_path.as_deref() else { return };
        if folder(properties) == folder(&node.path) {
            return;
        }
        let message = format!("{} `{}` has its YAML entry in another directory", node.kind.label(), node.label());
        let beside = cx.project.properties_beside(node.resource);
        // Where entries are kept in a folder below, that is no place beside it either.
        let target = match beside.filter(|file| folder(&file.path) == folder(&node.path)) {
            Some(file) => file.to_string(),
            None => format!("a YAML file beside {}", node.path),
        };
        cx.report(node, Place::Entry, message)
            .help(format!("move the entry to {target}"))
            .evidence(format!("file: {}", node.path))
            .evidence(format!("YAML entry: {properties}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{PackageEntry, Resource, Text};
    use crate::rules::tester::{findings, model};

    fn described_in(name: &str, file: &'static str) -> Resource<'static> {
        let mut made = model("marts/finance", name);
        made.properties_path = Some(Text::from(file));
        made
    }

    #[test]
    fn compares_directories() {
        let beside = described_in("fct_orders", "models/marts/finance/_finance.yml");
        let above = described_in("fct_returns", "models/marts/_marts.yml");
        let mut in_package = model("marts", "fct_views");
        let entry = PackageEntry { package: Text::from("snowplow"), path: Text::from("models/schema.yml") };
        in_package.entry_in_package = Some(Box::new(entry));
        let found = findings("DOC021", Value::Null, &[beside, above, model("marts", "fct_bare"), in_package]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `fct_returns` has its YAML entry in another directory");
        assert_eq!(found[0].help, "move the entry to models/marts/finance/_finance.yml");
        assert_eq!(
            found[0].evidence,
            ["file: models/marts/finance/fct_returns.sql", "YAML entry: models/marts/_marts.yml"]
        );
    }
}
