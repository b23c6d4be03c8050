use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{Deprecated, DeprecatedPlace, Deprecation, Spot};
use crate::rules::{BuildError, Context, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags syntax in the project's files that dbt has replaced.
    ///
    /// Each file has one finding for each kind, at the first place; the lines of the others are named. Kinds are
    /// `tests` (`tests:` for `data_tests:`), `test-arguments` (arguments of a generic test beside `arguments:`),
    /// `test-configs` (such as `severity:` beside a test's `config:`), `config-keys` (such as `meta:` or `tags:` beside
    /// `config:`), `missing-plus` (a config in `dbt_project.yml` without `+`), `renamed-paths` (`source-paths`,
    /// `data-paths`), `output-paths` (`log-path` and `target-path` with other values than dbt's own), `source-overrides`,
    /// `exposure-names` and `names-with-spaces` (characters that names must not have), `warn-error-options` (`include`
    /// and `exclude`) and `itertools` (`modules.itertools`).
    ///
    /// dbt warns about all of these but `tests`, which it takes as well as `data_tests` and calls the former name. A kind is
    /// flagged only from the version of dbt on that has its replacement: the version that wrote the manifest, or else the
    /// highest that `require-dbt-version` allows. Arguments of tests are flagged from dbt 1.12 on, or where the flag
    /// `require_generic_test_arguments_property` is set, and not where it is switched off.
    ///
    /// # Why it matters
    /// What is a warning today is an error in the version after next, and dbt 2.x refuses some of it already. Replaced a
    /// little at a time, it never holds back an upgrade.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     meta: {owner: finance}
    ///     columns:
    ///       - name: status
    ///         tests:
    ///           - accepted_values:
    ///               values: [paid, open]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config:
    ///       meta: {owner: finance}
    ///     columns:
    ///       - name: status
    ///         data_tests:
    ///           - accepted_values:
    ///               arguments:
    ///                 values: [paid, open]
    /// ```
    DeprecatedSyntax(Options),
    code = "PRJ006",
    slug = "deprecated-syntax",
    area = Project,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Project],
    validate = validate
}

/// Options of `deprecated-syntax`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Kinds that are not flagged, such as `tests`.
    pub allow: Vec<String>,
}

fn validate(options: &Options) -> Result<(), BuildError> {
    let slugs = Deprecation::ALL.map(Deprecation::slug);
    match options.allow.iter().find(|kind| !slugs.contains(&kind.as_str())) {
        Some(kind) => {
            let mut error = BuildError::new("allow", format!("`{kind}` is no kind of deprecated syntax"));
            error.help = Some(format!("there are {}", slugs.join(", ")));
            Err(error)
        }
        None => Ok(()),
    }
}

impl Rule for DeprecatedSyntax {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        let range = own.required_dbt.as_deref().unwrap_or_default();
        let version = super::dbt_version(&cx.project.dbt_version).or_else(|| highest(range));
        for deprecated in &own.deprecated {
            let kind = deprecated.kind;
            let is_allowed = self.options.allow.iter().any(|allowed| allowed == kind.slug());
            if is_allowed || !is_in_force(kind, version, own.nests_test_arguments) {
                continue;
            }
            if cx.as_one(true) {
                report(deprecated, &deprecated.places, cx);
            } else {
                let mut entries: BTreeMap<_, Vec<DeprecatedPlace>> = BTreeMap::new();
                deprecated.places.iter().for_each(|it| entries.entry(&it.entry).or_default().push(it.clone()));
                entries.values().for_each(|places| report(deprecated, places, cx));
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files()
    }
}

/// Reports some places of one kind in one file. They are known by the entries that they are in, which may move to another
/// file.
fn report(deprecated: &Deprecated, places: &[DeprecatedPlace], cx: &mut Context<'_>) {
    let Some(first) = places.first() else { return };
    let kind = deprecated.kind;
    let (project, in_file) = (&cx.project.name, format!("file:{} kind:{}", deprecated.path, kind.slug()));
    let members: BTreeSet<(String, String)> = places
        .iter()
        .map(|place| match &place.entry {
            Some((resource, name)) => (format!("{resource}.{project}.{name}"), format!("kind:{}", kind.slug())),
            None => (format!("project.{project}"), in_file.clone()),
        })
        .collect();
    let finding = cx.report_at(&Spot::new(&deprecated.path, first.span), message(kind, places));
    finding.part(in_file).help(help(kind)).stands_for(members);
    if places.len() > 1 {
        let lines = places.iter().skip(1).map(|place| place.line.to_string());
        finding.evidence(format!("also in lines {}", listed(lines)));
    }
}

/// Whether dbt of that version has the replacement; where the version is not known, it is taken for the latest.
fn is_in_force(kind: Deprecation, version: Option<(u64, u64)>, nests_test_arguments: Option<bool>) -> bool {
    match (kind, nests_test_arguments) {
        (Deprecation::TestArguments | Deprecation::TestConfig, Some(is_set)) => is_set,
        _ => version.is_none_or(|version| version >= kind.since()),
    }
}

/// The highest version that a range lets in: `<1.9.0` is 1.8. `None` where it has no end, or one that says nothing.
fn highest(range: &[String]) -> Option<(u64, u64)> {
    let parts = range.iter().flat_map(|part| part.split(',')).map(str::trim);
    let ends = parts.filter(|part| !part.starts_with('>')).filter_map(|part| {
        let number = part.trim_start_matches(['<', '=', ' ']);
        let (major, minor) = super::dbt_version(number)?;
        let is_excluded = part.starts_with('<') && !part.starts_with("<=") && number.ends_with(".0");
        match (is_excluded, minor) {
            (true, 0) => None,
            (true, minor) => Some((major, minor - 1)),
            (false, minor) => Some((major, minor)),
        }
    });
    ends.min()
}

fn message(kind: Deprecation, places: &[DeprecatedPlace]) -> String {
    let words: BTreeSet<&str> = places.iter().map(|place| place.word.as_str()).collect();
    let (one, several) = flaw(kind);
    let what = if words.len() == 1 { one } else { several };
    let words = listed(words.iter().map(|word| format!("`{word}`")));
    match places.len() {
        1 => format!("{words} {what}"),
        count => format!("{words} {what} in {count} places"),
    }
}

/// What is wrong with one word, and with several.
fn flaw(kind: Deprecation) -> (&'static str, &'static str) {
    match kind {
        Deprecation::Tests => ("is the former name of `data_tests:`", "are former names of `data_tests:`"),
        Deprecation::TestArguments => (
            "is an argument of a test and stands beside `arguments:`",
            "are arguments of tests and stand beside `arguments:`",
        ),
        Deprecation::TestConfig => {
            ("is a config of a test and stands beside `config:`", "are configs of tests and stand beside `config:`")
        }
        Deprecation::MovedToConfig => {
            ("is a config and stands beside `config:`", "are configs and stand beside `config:`")
        }
        Deprecation::MissingPlus => ("is a config without a `+` before it", "are configs without a `+` before them"),
        Deprecation::RenamedPath => ("is a former name", "are former names"),
        Deprecation::OutputPath => {
            ("is no longer to be set in dbt_project.yml", "are no longer to be set in dbt_project.yml")
        }
        Deprecation::SourceOverride => ("is to replace a package's source", "are to replace a package's sources"),
        Deprecation::ExposureName => {
            ("has characters that no exposure's name may have", "have characters that no exposure's name may have")
        }
        Deprecation::NameWithSpace => ("is a name with a blank", "are names with blanks"),
        Deprecation::WarnErrorOptions => {
            ("is a former key of `warn_error_options`", "are former keys of `warn_error_options`")
        }
        Deprecation::Itertools => ("will be taken away from templates", "will be taken away from templates"),
    }
}

fn help(kind: Deprecation) -> &'static str {
    match kind {
        Deprecation::Tests => "write `data_tests:`",
        Deprecation::TestArguments => "put the test's arguments under `arguments:`",
        Deprecation::TestConfig => "put it under the test's `config:`",
        Deprecation::MovedToConfig => "put it under `config:` of the same entry",
        Deprecation::MissingPlus => "write it with a `+`, such as `+schema:`, so that it is no folder's name",
        Deprecation::RenamedPath => "write `model-paths` for `source-paths` and `seed-paths` for `data-paths`",
        Deprecation::OutputPath => {
            "set `--target-path` and `--log-path`, or DBT_TARGET_PATH and DBT_LOG_PATH, where dbt is run"
        }
        Deprecation::SourceOverride => {
            "declare the source in this project, and switch the package's off with `+enabled: false`"
        }
        Deprecation::ExposureName => "use letters, digits and underscores; the name for people goes into `label:`",
        Deprecation::NameWithSpace => "use underscores for blanks",
        Deprecation::WarnErrorOptions => "write `error:` for `include:` and `warn:` for `exclude:`",
        Deprecation::Itertools => "write the loop in Jinja, or build the list in a model",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::highest;
    use crate::rules::tester::lint;

    const YAML: &str = "models:\n  - name: a\n    meta: {x: 1}\n    tags: [b]\n    columns:\n      - name: c\n        tests:\n          - accepted_values: {values: [1]}\n      - name: d\n        tests: [unique]\n";

    fn found(options: Value, project: &str) -> Vec<String> {
        let project = format!("name: shop\n{project}");
        lint("PRJ006", options, &[("dbt_project.yml", &project), ("models/a.yml", YAML)], &[])
    }

    #[test]
    fn each_kind_is_one_finding_of_a_file() {
        assert_eq!(
            found(Value::Null, "models: {shop: {schema: x, +tags: y}}\n"),
            [
                "dbt_project.yml:2:17 `schema`: `schema` is a config without a `+` before it",
                "models/a.yml:3:5 `meta`: `meta`, `tags` are configs and stand beside `config:` in 2 places",
                "models/a.yml:7:9 `tests`: `tests` is the former name of `data_tests:` in 2 places",
                "models/a.yml:8:31 `values`: `values` is an argument of a test and stands beside `arguments:`",
            ]
        );
        assert_eq!(found(json!({"allow": ["tests", "config-keys", "test-arguments"]}), ""), [""; 0]);
    }

    #[test]
    fn only_what_the_version_of_dbt_can_do_is_asked_for() {
        let count = |project: &str| found(Value::Null, project).len();
        assert_eq!(count("require-dbt-version: '>=1.9.0'\n"), 3);
        assert_eq!(count("require-dbt-version: ['>=1.9.0', '<1.12.0']\n"), 2);
        assert_eq!(count("require-dbt-version: ['>=1.9.0', '<1.10.0']\n"), 1);
        assert_eq!(count("require-dbt-version: 1.7.4\n"), 0);
        assert_eq!(count("flags: {require_generic_test_arguments_property: false}\n"), 2);
        assert_eq!(count("require-dbt-version: 1.10.9\nflags: {require_generic_test_arguments_property: true}\n"), 3);
    }

    #[test]
    fn the_end_of_a_range() {
        let highest = |range: &str| highest(&[range.to_owned()]);
        assert_eq!(highest("<1.9.0"), Some((1, 8)));
        assert_eq!(highest("<=1.9.0"), Some((1, 9)));
        assert_eq!(highest("<1.9.5"), Some((1, 9)));
        assert_eq!(highest("=1.7.0"), Some((1, 7)));
        assert_eq!(highest("<2.0.0"), None);
        assert_eq!(highest(">=1.3.0"), None);
    }

    #[test]
    fn unknown_kinds_are_refused() {
        let build = |options: Value| (crate::rules::find("PRJ006").expect("it is a rule").build)(options);
        assert!(build(json!({"allow": ["tests"]})).is_ok());
        assert_eq!(
            build(json!({"allow": ["test"]})).err().map(|error| error.message).as_deref(),
            Some("`test` is no kind of deprecated syntax")
        );
    }
}
