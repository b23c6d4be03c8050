use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{DbtVersion, Deprecated, DeprecatedPlace, Deprecation, OwnFiles, Spot};
use crate::rules::{BuildError, Context, Rule, declare_rule};
use crate::text::Span;
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags syntax in the project's files that dbt has replaced.
    ///
    /// Each file has one finding for each kind, at the first place; the lines of the others are named. Kinds are
    /// `tests` (`tests:` for `data_tests:`), `test-arguments` (arguments of a generic test outside of
    /// `arguments:`), `test-configs` (such as `severity:` outside of a test's `config:`), `config-keys` (such as `meta:` or
    /// `tags:` outside of `config:`), `missing-plus` (a config in `dbt_project.yml` without `+`), `renamed-paths` (`source-paths`,
    /// `data-paths`), `output-paths` (`log-path` and `target-path` with other values than dbt's own), `source-overrides`,
    /// `exposure-names` and `names-with-spaces` (characters that names must not have), `warn-error-options` (`include`
    /// and `exclude`) and `itertools` (`modules.itertools`).
    ///
    /// dbt warns about all of these but `tests`, which it takes as well as `data_tests` and calls the former name. A kind is
    /// flagged only if the newest dbt warns: the one that wrote the manifest, or else the highest that
    /// `require-dbt-version` allows. Arguments of tests are flagged from dbt 1.12 on, or where the flag
    /// `require_generic_test_arguments_property` is set, and not where it is switched off.
    ///
    /// A replacement breaks the project for a dbt that does not know it yet: 1.7 runs no test under `data_tests:`, and 1.9
    /// checks no freshness under a source's `config:`. So nothing is flagged whose replacement the oldest dbt may not
    /// know. That is the lowest that `require-dbt-version` allows, or else the one that wrote the manifest; a package in
    /// `dbt_packages` that asks for a newer one makes it newer, and so does a project that has `data_tests:` (dbt 1.8) or
    /// `arguments:` (1.10.5) in some place already. Where nothing says what the oldest is, only what every dbt from 1.0 on
    /// understands is asked for: `tests` and `test-arguments` are then left alone, and so are config keys of sources,
    /// columns and exposures.
    ///
    /// # Why it matters
    /// What is a warning today is an error in the version after next, and dbt 2.x refuses some of it already. Replaced a
    /// little at a time, it never holds back an upgrade.
    ///
    /// # Example
    /// ```yaml
    /// # dbt_project.yml
    /// name: shop
    /// require-dbt-version: [">=1.12.0", "<2.0.0"]
    /// ```
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
    /// # dbt_project.yml
    /// name: shop
    /// require-dbt-version: [">=1.12.0", "<2.0.0"]
    /// ```
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
        let newest = DbtVersion::parse(&cx.project.dbt_version).or_else(|| DbtVersion::highest(range));
        let oldest = cx.project.oldest_dbt().unwrap_or(DbtVersion::new(1, 0, 0));
        for deprecated in &own.deprecated {
            let kind = deprecated.kind;
            let is_allowed = self.options.allow.iter().any(|allowed| allowed == kind.slug());
            if is_allowed || !is_due(kind, newest, own) || !is_understood(kind, oldest, own) {
                continue;
            }
            let places: Vec<&DeprecatedPlace> = deprecated.places.iter().filter(|it| it.needs <= oldest).collect();
            if cx.as_one(true) {
                report(deprecated, &places, cx);
            } else {
                let mut entries: BTreeMap<_, Vec<&DeprecatedPlace>> = BTreeMap::new();
                places.iter().for_each(|place| entries.entry(&place.entry).or_default().push(place));
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
fn report(deprecated: &Deprecated, places: &[&DeprecatedPlace], cx: &mut Context<'_>) {
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
    // An alias repeats what stands at its anchor.
    let spots: BTreeMap<Span, &DeprecatedPlace> = places.iter().map(|place| (place.span, *place)).collect();
    let spots: Vec<&DeprecatedPlace> = spots.into_values().collect();
    let finding = cx.report_at(&Spot::new(&deprecated.path, first.span), message(kind, &spots));
    finding.part(in_file).help(help(kind)).stands_for(members);
    if spots.len() > 1 {
        let lines = spots.iter().skip(1).map(|place| place.line.to_string());
        finding.evidence(format!("also in lines {}", listed(lines)));
    }
}

/// Whether the newest dbt that may run warns; one that is not known is taken for the latest.
fn is_due(kind: Deprecation, newest: Option<DbtVersion>, own: &OwnFiles) -> bool {
    match (kind, own.nests_test_arguments) {
        (Deprecation::TestArguments | Deprecation::TestConfig, Some(is_set)) => is_set,
        _ => newest.is_none_or(|version| version >= kind.since()),
    }
}

/// Whether the oldest dbt understands the replacement without being told to: `arguments:` is one by itself until the flag is
/// set, which it is from 1.12 on.
fn is_understood(kind: Deprecation, oldest: DbtVersion, own: &OwnFiles) -> bool {
    let is_on = || own.nests_test_arguments == Some(true) || own.uses_test_arguments || oldest >= kind.since();
    kind != Deprecation::TestArguments || is_on()
}

fn message(kind: Deprecation, places: &[&DeprecatedPlace]) -> String {
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
            "is an argument of a test and stands outside of `arguments:`",
            "are arguments of tests and stand outside of `arguments:`",
        ),
        Deprecation::TestConfig => (
            "is a config of a test and stands outside of `config:`",
            "are configs of tests and stand outside of `config:`",
        ),
        Deprecation::MovedToConfig => {
            ("is a config and stands outside of `config:`", "are configs and stand outside of `config:`")
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

    use crate::rules::tester::{lint, lint_without_manifest};

    const YAML: &str = "models:\n  - name: a\n    meta: {x: 1}\n    tags: [b]\n    columns:\n      - name: c\n        tests:\n          - accepted_values: {values: [1]}\n      - name: d\n        tests: [unique]\n";

    fn found(options: Value, project: &str) -> Vec<String> {
        let project = format!("name: shop\n{project}");
        lint("PRJ006", options, &[("dbt_project.yml", &project), ("models/a.yml", YAML)], &[])
    }

    /// What is found without a manifest, by the first word of each message.
    fn words(files: &[(&str, &str)]) -> Vec<String> {
        let found = lint_without_manifest("PRJ006", files, &[]);
        let word = |line: &String| line.split('`').nth(3).unwrap_or_default().to_owned();
        found.iter().map(word).collect()
    }

    fn words_with(project: &str) -> Vec<String> {
        words(&[("dbt_project.yml", &format!("name: shop\n{project}")), ("models/a.yml", YAML)])
    }

    #[test]
    fn each_kind_is_one_finding_of_a_file() {
        assert_eq!(
            found(Value::Null, "models: {shop: {schema: x, +tags: y}}\n"),
            [
                "dbt_project.yml:2:17 `schema`: `schema` is a config without a `+` before it",
                "models/a.yml:3:5 `meta`: `meta`, `tags` are configs and stand outside of `config:` in 2 places",
                "models/a.yml:7:9 `tests`: `tests` is the former name of `data_tests:` in 2 places",
                "models/a.yml:8:31 `values`: `values` is an argument of a test and stands outside of `arguments:`",
            ]
        );
        assert_eq!(found(json!({"allow": ["tests", "config-keys", "test-arguments"]}), ""), [""; 0]);
    }

    #[test]
    fn only_what_the_newest_dbt_warns_of_is_flagged() {
        assert_eq!(words_with("require-dbt-version: '>=1.12.0'\n"), ["meta", "tests", "values"]);
        assert_eq!(words_with("require-dbt-version: ['>=1.10.5', '<1.12.0']\n"), ["meta", "tests"]);
        assert_eq!(words_with("require-dbt-version: ['>=1.8.0', '<1.10.0']\n"), ["tests"]);
        assert_eq!(words_with("require-dbt-version: 1.7.4\n"), [""; 0]);
        let flag = "require-dbt-version: '>=1.12.0'\nflags: {require_generic_test_arguments_property: false}\n";
        assert_eq!(words_with(flag), ["meta", "tests"]);
    }

    #[test]
    fn nothing_is_asked_for_that_the_oldest_dbt_may_not_know() {
        assert_eq!(words_with(""), ["meta"]);
        assert_eq!(words_with("require-dbt-version: '<3.0.0'\n"), ["meta"]);
        assert_eq!(words_with("require-dbt-version: ['>=1.6.0', '<2.0.0']\n"), ["meta"]);
        assert_eq!(words_with("require-dbt-version: '>=1.8.0'\n"), ["meta", "tests"]);
        // What is stated holds, whichever version wrote the manifest.
        assert_eq!(found(Value::Null, "require-dbt-version: '>=1.6.0'\n").len(), 1);
        let flag = "flags: {require_generic_test_arguments_property: true}\n";
        assert_eq!(words_with(flag), ["meta", "tests", "values"]);
    }

    #[test]
    fn what_is_there_already_shows_how_old_dbt_can_be() {
        let project = ("dbt_project.yml", "name: shop\nrequire-dbt-version: '>=1.6.0'\n");
        let with = |other: (&'static str, &'static str)| words(&[project, ("models/a.yml", YAML), other]);
        let new = "models: [{name: b, columns: [{name: c, data_tests: [unique]}]}]\n";
        assert_eq!(with(("models/b.yml", new)), ["meta", "tests"]);
        let nested =
            "models: [{name: b, columns: [{name: c, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]\n";
        assert_eq!(with(("models/b.yml", nested)), ["meta", "tests", "values"]);
        let package = |range: &'static str| with(("dbt_packages/utils/dbt_project.yml", range));
        assert_eq!(package("name: utils\nrequire-dbt-version: ['>=1.8.0', '<3.0.0']\n"), ["meta", "tests"]);
        assert_eq!(package("name: utils\nrequire-dbt-version: ['>=1.3.0', '<3.0.0']\n"), ["meta"]);
    }

    #[test]
    fn a_source_keeps_its_keys_until_dbt_reads_them_under_config() {
        let yaml = "sources: [{name: a, tables: [{name: b, freshness: {warn_after: {count: 1, period: day}}}]}]\n";
        let with = |range: &str| {
            words(&[
                ("dbt_project.yml", &format!("name: shop\nrequire-dbt-version: '{range}'\n")),
                ("models/a.yml", yaml),
            ])
        };
        assert_eq!(with(">=1.9.0"), [""; 0]);
        assert_eq!(with(">=1.10.0"), ["freshness"]);
    }

    #[test]
    fn what_aliases_repeat_is_one_place() {
        let yaml = "models:\n  - name: a\n    columns:\n      - &key\n        name: c\n        tests: [unique]\n      - {name: e, tests: [not_null]}\n  - name: b\n    columns: [*key]\n";
        let files = [("dbt_project.yml", "name: shop\n"), ("models/a.yml", yaml)];
        assert_eq!(
            lint("PRJ006", Value::Null, &files, &[]),
            ["models/a.yml:6:9 `tests`: `tests` is the former name of `data_tests:` in 2 places"]
        );
        let once = [files[0], ("models/a.yml", &yaml.replace("tests: [not_null]", "x: 1"))];
        assert_eq!(
            lint("PRJ006", Value::Null, &once, &[]),
            ["models/a.yml:6:9 `tests`: `tests` is the former name of `data_tests:`"]
        );
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
