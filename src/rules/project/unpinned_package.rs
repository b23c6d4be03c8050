use crate::project::PackageOrigin;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a package whose next version comes in unasked.
    ///
    /// That is a git package without `revision`, or with a branch for one (`main`, `master`, `develop`, `feature/…`), and a
    /// package of dbt's hub without an upper bound. A commit, a tag, an exact version and a range with an end are fine, and
    /// so is a package that `package-lock.yml` has: `dbt deps` installs what is noted there. What else a revision may be, a
    /// tag or a branch, cannot be told from its name, and is not flagged.
    ///
    /// # Why it matters
    /// The same commit of the project then builds other tables today than yesterday, and nobody has changed anything. Whoever
    /// can push to that branch can run SQL in the warehouse.
    ///
    /// # Example
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - git: https://github.com/example/dbt-calendar.git
    ///     revision: main
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # packages.yml
    /// packages:
    ///   - git: https://github.com/example/dbt-calendar.git
    ///     revision: 1.4.0
    /// ```
    UnpinnedPackage(NoOptions),
    code = "PRJ002",
    slug = "unpinned-package",
    area = Project,
    trap = Scale,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

/// Names of branches that nobody gives to a tag.
const BRANCHES: [&str; 12] = [
    "main",
    "master",
    "develop",
    "development",
    "dev",
    "trunk",
    "head",
    "staging",
    "stage",
    "prod",
    "production",
    "release",
];

/// Beginnings of such names.
const BRANCH_PREFIXES: [&str; 7] = ["feature/", "feat/", "fix/", "bugfix/", "hotfix/", "dev/", "refs/heads/"];

impl Rule for UnpinnedPackage {
    fn check_project(&self, cx: &mut Context<'_>) {
        let packages = cx.own_files().map_or(&[][..], |own| &own.packages);
        for package in packages.iter().filter(|package| !package.is_locked) {
            let Some((name, what, help)) = flaw(&package.origin) else { continue };
            let message = format!("package `{name}` {what}");
            cx.report_at(&package.spot, message).part(format!("package:{name}")).help(help);
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files().or_else(|| super::without_packages(cx))
    }
}

/// Name, what is wrong, and what to do.
fn flaw(origin: &PackageOrigin) -> Option<(&str, String, &'static str)> {
    match origin {
        PackageOrigin::Git { url, revision } => {
            let what = match revision {
                None => "has no `revision`: whatever is at the head of its repository is installed".to_owned(),
                Some(branch) if is_branch(branch) => format!("follows the branch `{branch}`, which moves"),
                Some(_) => return None,
            };
            Some((name(url), what, "set `revision` to a tag or to a commit's full hash"))
        }
        PackageOrigin::Hub { versions, .. } if versions.iter().any(|version| version.contains("{{")) => None,
        PackageOrigin::Hub { name, versions } if !super::is_bounded(versions) => {
            let what = match versions.as_slice() {
                [] => "has no `version`".to_owned(),
                range => format!("may be of any version {}", range.join(", ")),
            };
            Some((name, what, "give the range an end, such as [\">=1.3.0\", \"<2.0.0\"], or name one version"))
        }
        _ => None,
    }
}

fn is_branch(revision: &str) -> bool {
    let revision = revision.to_lowercase();
    BRANCHES.contains(&revision.as_str()) || BRANCH_PREFIXES.iter().any(|prefix| revision.starts_with(prefix))
}

/// The repository's name, without what may stand in its address: a password.
fn name(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    let last = url.rsplit(['/', ':']).next().unwrap_or(url);
    last.strip_suffix(".git").unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::rules::tester::lint;

    fn found(packages: &str, lock: &str) -> Vec<String> {
        let project = ("dbt_project.yml", "name: shop\n");
        let packages = format!("packages:\n{packages}");
        let mut files = vec![project, ("packages.yml", packages.as_str())];
        if !lock.is_empty() {
            files.push(("package-lock.yml", lock));
        }
        lint("PRJ002", Value::Null, &files, &[])
    }

    #[test]
    fn branches_and_open_ranges() {
        let packages = "  - git: https://me:pw@example.com/a/calendar.git\n    revision: main\n  - git: git@example.com:a/b\n  - package: dbt-labs/dbt_utils\n    version: '>=1.0.0'\n  - package: dbt-labs/codegen\n";
        assert_eq!(
            found(packages, ""),
            [
                "packages.yml:2:10 `https://me:pw@example.com/a/calendar.git`: package `calendar` follows the branch `main`, which moves",
                "packages.yml:4:10 `git@example.com:a/b`: package `b` has no `revision`: whatever is at the head of its repository is installed",
                "packages.yml:5:14 `dbt-labs/dbt_utils`: package `dbt-labs/dbt_utils` may be of any version >=1.0.0",
                "packages.yml:7:14 `dbt-labs/codegen`: package `dbt-labs/codegen` has no `version`",
            ]
        );
    }

    #[test]
    fn what_is_pinned_is_fine() {
        for package in [
            "  - {git: a, revision: v1.2.3}",
            "  - {git: a, revision: 1.4.0}",
            "  - {git: a, revision: 0123456789abcdef0123456789abcdef01234567}",
            "  - {git: a, revision: stable-tag}",
            "  - {package: a/b, version: 1.3.0}",
            "  - {package: a/b, version: ['>=1.0.0', '<2.0.0']}",
            "  - {package: a/b, version: '>=1.0.0,<2.0.0'}",
            "  - {package: a/b, version: \"{{ env_var('V') }}\"}",
            "  - {local: packages/a}",
            "  - {tarball: https://example.com/a-1.0.tar.gz, name: a}",
        ] {
            assert_eq!(found(package, ""), [""; 0], "{package}");
        }
    }

    #[test]
    fn a_lock_file_pins() {
        let lock =
            "packages:\n- git: https://example.com/a.git\n  revision: 0123456789abcdef0123456789abcdef01234567\n";
        assert_eq!(found("  - {git: https://example.com/a.git, revision: main}", lock), [""; 0]);
        assert_eq!(found("  - {git: https://example.com/b.git, revision: main}", lock).len(), 1);
    }
}
