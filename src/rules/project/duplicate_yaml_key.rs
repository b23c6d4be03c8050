use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a key that stands twice in one mapping of the project's YAML.
    ///
    /// All files are looked at that dbt reads: properties, `dbt_project.yml`, `packages.yml`, `dependencies.yml`,
    /// `selectors.yml`, `profiles.yml` and `vars.yml` in the project's folder. A key that a merge (`<<`) brings along and that
    /// is then set anew stands there once.
    ///
    /// # Why it matters
    /// The later one wins and the earlier one is gone, without a word from dbt before 1.10: tests are no longer run, columns
    /// no longer described, and the file looks as if they were.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    ///     description: Orders.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    DuplicateYamlKey(NoOptions),
    code = "PRJ010",
    slug = "duplicate-yaml-key",
    area = Project,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for DuplicateYamlKey {
    fn check_project(&self, cx: &mut Context<'_>) {
        for repeated in cx.own_files().map_or(&[][..], |own| &own.duplicate_keys) {
            let message = format!(
                "`{}` stands here a second time, and what it says in line {} is lost",
                repeated.key, repeated.first_line
            );
            cx.report_at(&repeated.spot, message)
                .part(format!("file:{} key:{}", repeated.spot.path, repeated.key))
                .help("put both together under one key, or remove the one that is out of date");
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::rules::tester::lint;

    #[test]
    fn the_second_is_shown() {
        let files = [
            ("dbt_project.yml", "name: shop\nvars: {a: 1, a: 2}\n"),
            ("models/a.yml", "models:\n  - name: x\n    tests: []\n    tests: []\nmodels: []\n"),
        ];
        assert_eq!(
            lint("PRJ010", Value::Null, &files, &[]),
            [
                "dbt_project.yml:2:14 `a`: `a` stands here a second time, and what it says in line 2 is lost",
                "models/a.yml:4:5 `tests`: `tests` stands here a second time, and what it says in line 3 is lost",
                "models/a.yml:5:1 `models`: `models` stands here a second time, and what it says in line 1 is lost",
            ]
        );
    }

    #[test]
    fn a_merge_is_no_repetition() {
        let text = "models:\n  - &base {name: x, description: a}\n  - {<<: *base, name: y}\n";
        assert_eq!(
            lint("PRJ010", Value::Null, &[("dbt_project.yml", "name: shop"), ("models/a.yml", text)], &[]),
            [""; 0]
        );
    }
}
