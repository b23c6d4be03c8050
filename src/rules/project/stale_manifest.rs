use crate::findings::Place;
use crate::rules::{Context, NoOptions, Rule, declare_rule};
use crate::words::{counted, listed};

declare_rule! {
    /// # What it does
    /// Flags a manifest that was made of other files than those that are there now.
    ///
    /// A manifest has a checksum of the SQL or Python of each model, snapshot, analysis and singular test. Changed, new and
    /// deleted files are told by it; white space alone is no change, as for dbt. Changes of YAML and of macros cannot be
    /// seen so. Seeds are looked at for whether they are there. The rule is about one's own files, and has nothing to say
    /// where these are what was read (`--input project`).
    ///
    /// # Why it matters
    /// Every other finding is then about a project that is no more: what was fixed is still reported, and what is new is
    /// not.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/fct_orders.sql
    /// -- written after `dbt parse`
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # .github/workflows/lint.yml
    /// steps:
    ///   - run: dbt parse
    ///   - run: dbt-steward check
    /// ```
    StaleManifest(NoOptions),
    code = "PRJ012",
    slug = "stale-manifest",
    area = Project,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for StaleManifest {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(changes) = cx.own_files().and_then(|own| own.changes.as_ref()).filter(|changes| !changes.is_empty())
        else {
            return;
        };
        let kinds = [("changed", &changes.changed), ("new", &changes.added), ("deleted", &changes.deleted)]
            .map(|(what, paths)| (what, paths.as_slice()));
        let kinds = kinds.into_iter().filter(|(_, paths)| !paths.is_empty());
        let counts: Vec<String> =
            kinds.clone().map(|(what, paths)| format!("{} {what}", counted(paths.len(), "file"))).collect();
        let finding = cx.report_project(
            Place::ProjectKey(Vec::new()),
            format!("the manifest is older than the files it describes: {}", counts.join(", ")),
        );
        finding.help("run `dbt parse` (no warehouse needed), or lint the files themselves with `--input project`");
        for (what, paths) in kinds {
            finding.evidence(format!("{what}: {}", listed(paths)));
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let from_files = || cx.project.unresolved.is_some().then(|| "no manifest was read".to_owned());
        cx.without_files().or_else(from_files)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Changes, Facts, OwnFiles, Project, Text};
    use crate::rules::tester::findings_of;

    fn found(changes: Changes) -> Vec<(String, Vec<String>)> {
        let mut project = Project::from(Facts { name: Text::from("shop"), ..Facts::default() });
        project.own_files = Some(Box::new(OwnFiles { changes: Some(changes), ..OwnFiles::default() }));
        let found = findings_of("PRJ012", Value::Null, &project);
        found.into_iter().map(|finding| (finding.message, finding.evidence)).collect()
    }

    #[test]
    fn every_kind_of_change_is_counted() {
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<String>>();
        let changes = Changes {
            changed: paths(&["a.sql", "b.sql"]),
            added: Vec::new(),
            deleted: paths(&["c.sql"]),
            ..Changes::default()
        };
        assert_eq!(
            found(changes),
            [(
                "the manifest is older than the files it describes: 2 files changed, 1 file deleted".to_owned(),
                vec!["changed: a.sql, b.sql".to_owned(), "deleted: c.sql".to_owned()]
            )]
        );
        assert_eq!(found(Changes::default()), []);
    }
}
