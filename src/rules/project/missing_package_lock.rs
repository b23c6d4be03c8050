use crate::project::{DbtVersion, PackageOrigin};
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a project that installs packages and has no `package-lock.yml`.
    ///
    /// `dbt deps` writes that file, since dbt 1.7, with the version or commit of every package and of what it needs in turn.
    /// Packages from a folder of the repository need none.
    ///
    /// # Why it matters
    /// Ranges and branches are resolved anew on each machine. With the file in the repository, everybody and every pipeline
    /// installs the same, and a new version comes with a commit that says so and can be taken back.
    ///
    /// # Example
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - package: dbt-labs/dbt_utils
    ///     version: [">=1.3.0", "<2.0.0"]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - package: dbt-labs/dbt_utils
    ///     version: [">=1.3.0", "<2.0.0"]
    /// ```
    /// ```yaml
    /// # package-lock.yml
    /// packages:
    ///   - package: dbt-labs/dbt_utils
    ///     version: 1.3.0
    /// sha1_hash: 5d302a9a0a4ac5ebf8fd91e4ad0f9a2fd6ad8a4e
    /// ```
    MissingPackageLock(NoOptions),
    code = "PRJ004",
    slug = "missing-package-lock",
    area = Project,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for MissingPackageLock {
    fn check_project(&self, cx: &mut Context<'_>) {
        let Some(own) = cx.own_files() else { return };
        let foreign =
            own.packages.iter().filter(|package| !matches!(package.origin, PackageOrigin::Local { .. })).count();
        let (Some(at), false) = (&own.packages_at, own.has_lock || foreign == 0) else { return };
        let packages = crate::words::counted(foreign, "package");
        cx.report_at(at, format!("the project installs {packages} and has no package-lock.yml")).help(
            "run `dbt deps`, commit the package-lock.yml that it writes, and see that .gitignore does not name it",
        );
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let without = cx.without_files().or_else(|| super::without_packages(cx));
        let is_older =
            DbtVersion::parse(&cx.project.dbt_version).is_some_and(|version| version < DbtVersion::new(1, 7, 0));
        without.or_else(|| is_older.then(|| "dbt writes package-lock.yml since 1.7".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::rules::tester::lint;

    const PROJECT: (&str, &str) = ("dbt_project.yml", "name: shop\n");

    #[test]
    fn packages_from_elsewhere_are_locked() {
        let packages = ("dependencies.yml", "packages:\n  - {package: a/b, version: 1.0.0}\n  - {local: c}\n");
        assert_eq!(
            lint("PRJ004", Value::Null, &[PROJECT, packages], &[]),
            ["dependencies.yml:1:1 `packages`: the project installs 1 package and has no package-lock.yml"]
        );
        let lock = ("package-lock.yml", "packages: []\n");
        assert_eq!(lint("PRJ004", Value::Null, &[PROJECT, packages, lock], &[]), [""; 0]);
    }

    #[test]
    fn folders_of_the_repository_are_not() {
        assert_eq!(lint("PRJ004", Value::Null, &[PROJECT, ("packages.yml", "packages: [{local: c}]")], &[]), [""; 0]);
        assert_eq!(lint("PRJ004", Value::Null, &[PROJECT], &[]), [""; 0]);
    }
}
