//! Versions of dbt: what a range lets in, and with which of them a project surely works.

use super::{Deprecation, Project, ResourceType};

/// A version of dbt, without what a prerelease adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DbtVersion {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
}

impl DbtVersion {
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch }
    }

    /// From `1.12.0`, `1.10.0b2`, `2.0.0-preview.196` or `1.9`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let patch = parts.next().unwrap_or_default();
        let end = patch.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(patch.len());
        Some(Self { major, minor, patch: patch[..end].parse().unwrap_or_default() })
    }

    /// The lowest version that a range lets in: `>=1.9.0` is 1.9.0. `None` where it has no beginning.
    pub fn lowest(range: &[String]) -> Option<Self> {
        let beginnings = parts(range).filter(|part| !part.starts_with('<')).filter_map(|part| {
            let version = Self::parse(part.trim_start_matches(['>', '=', ' ']))?;
            let is_excluded = part.starts_with('>') && !part.starts_with(">=");
            Some(if is_excluded { Self { patch: version.patch + 1, ..version } } else { version })
        });
        beginnings.max()
    }

    /// The highest minor version that a range lets in: `<1.9.0` is 1.8. `None` where it has no end, or one that says
    /// nothing.
    pub fn highest(range: &[String]) -> Option<Self> {
        let ends = parts(range).filter(|part| !part.starts_with('>')).filter_map(|part| {
            let Self { major, minor, patch } = Self::parse(part.trim_start_matches(['<', '=', ' ']))?;
            let is_excluded = part.starts_with('<') && !part.starts_with("<=") && patch == 0;
            let minor = if is_excluded { minor.checked_sub(1)? } else { minor };
            Some(Self::new(major, minor, 0))
        });
        ends.min()
    }
}

fn parts(range: &[String]) -> impl Iterator<Item = &str> {
    range.iter().flat_map(|part| part.split(',')).map(str::trim)
}

/// A place in an entry of a properties file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceInEntry {
    Config,
    Top,
}

impl PlaceInEntry {
    /// As in "set `x` under `config:` of it".
    pub fn of(self) -> &'static str {
        match self {
            Self::Config => "under `config:` of",
            Self::Top => "in",
        }
    }

    /// As in "add `x` to it".
    pub fn to(self) -> &'static str {
        match self {
            Self::Config => "under `config:` of",
            Self::Top => "to",
        }
    }
}

impl Project<'_> {
    /// The oldest dbt that the project has to work with, as far as that is known: the beginning of `require-dbt-version`,
    /// or else the version that wrote the manifest. What installed packages ask for and what the project's files use
    /// already can only make it newer.
    pub fn oldest_dbt(&self) -> Option<DbtVersion> {
        let own = self.own_files.as_deref();
        let stated = own.and_then(|own| DbtVersion::lowest(own.required_dbt.as_deref()?));
        let known = stated.or_else(|| DbtVersion::parse(&self.dbt_version));
        let shown = own.and_then(|own| [own.oldest_dbt_of_packages, own.oldest_dbt_of_syntax()].into_iter().max()?);
        known.max(shown)
    }

    /// Where in a resource's entry dbt surely reads `meta` and, of sources, `freshness`: under `config:`, or at the top,
    /// because before 1.10 it takes no notice of what most types have under `config:`, and says nothing either.
    pub fn place_in_entry(&self, kind: ResourceType) -> PlaceInEntry {
        let has_config = matches!(kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot);
        if has_config || self.oldest_dbt() >= Some(DbtVersion::new(1, 10, 0)) {
            PlaceInEntry::Config
        } else {
            PlaceInEntry::Top
        }
    }

    /// The key under which tests stand: the one that the project has already, or else `data_tests` where dbt is surely new
    /// enough for it, and `tests`, which every 1.x takes, where that is not known.
    pub fn tests_key(&self) -> &'static str {
        self.tests_key.get_or_init(|| self.find_tests_key())
    }

    fn find_tests_key(&self) -> &'static str {
        let own = self.own_files.as_deref();
        let is_former = |own: &super::OwnFiles| own.deprecated.iter().any(|found| found.kind == Deprecation::Tests);
        match own {
            Some(own) if own.uses_data_tests => "data_tests",
            Some(own) if is_former(own) => "tests",
            _ if self.oldest_dbt() >= Some(Deprecation::Tests.needs()) => "data_tests",
            _ => "tests",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Facts, OwnFiles, Text};

    #[test]
    fn versions_are_read_with_what_comes_behind_them() {
        for (text, version) in [
            ("1.12.0", Some(DbtVersion::new(1, 12, 0))),
            ("1.10.5", Some(DbtVersion::new(1, 10, 5))),
            ("1.10.0b2", Some(DbtVersion::new(1, 10, 0))),
            ("2.0.0-preview.196", Some(DbtVersion::new(2, 0, 0))),
            ("1.9", Some(DbtVersion::new(1, 9, 0))),
            ("", None),
            ("1", None),
            ("latest", None),
        ] {
            assert_eq!(DbtVersion::parse(text), version, "{text}");
        }
    }

    #[test]
    fn a_range_has_two_ends() {
        let minor = |minor: u64| Some(DbtVersion::new(1, minor, 0));
        for (range, lowest, highest) in [
            ("<1.9.0", None, minor(8)),
            ("<=1.9.0", None, minor(9)),
            ("<1.9.5", None, minor(9)),
            ("=1.7.0", minor(7), minor(7)),
            ("1.7.0", minor(7), minor(7)),
            ("<2.0.0", None, None),
            (">=1.3.0", minor(3), None),
            (">1.3.0", Some(DbtVersion::new(1, 3, 1)), None),
            (">=1.3.0,<1.9.0", minor(3), minor(8)),
        ] {
            let range = [range.to_owned()];
            assert_eq!((DbtVersion::lowest(&range), DbtVersion::highest(&range)), (lowest, highest), "{range:?}");
        }
        assert_eq!(DbtVersion::lowest(&[">=1.3.0".to_owned(), "<2.0.0".to_owned(), ">=1.5.0".to_owned()]), minor(5));
    }

    fn project(version: &'static str, own: Option<OwnFiles>) -> Project<'static> {
        let mut project = Project::from(Facts { dbt_version: Text::from(version), ..Facts::default() });
        project.own_files = own.map(Box::new);
        project
    }

    #[test]
    fn what_is_stated_counts_before_what_was_run() {
        let own = |range: &str| OwnFiles { required_dbt: Some(vec![range.to_owned()]), ..OwnFiles::default() };
        let minor = |minor: u64| Some(DbtVersion::new(1, minor, 0));
        assert_eq!(project("", None).oldest_dbt(), None);
        assert_eq!(project("1.12.0", None).oldest_dbt(), minor(12));
        assert_eq!(project("1.12.0", Some(own(">=1.6.0"))).oldest_dbt(), minor(6));
        assert_eq!(project("1.12.0", Some(own("<2.0.0"))).oldest_dbt(), minor(12));
        let packages = OwnFiles { oldest_dbt_of_packages: minor(8), ..own(">=1.6.0") };
        assert_eq!(project("", Some(packages)).oldest_dbt(), minor(8));
        let uses = OwnFiles { uses_data_tests: true, ..own(">=1.6.0") };
        assert_eq!(project("", Some(uses)).oldest_dbt(), minor(8));
        let nests = OwnFiles { uses_test_arguments: true, ..OwnFiles::default() };
        assert_eq!(project("", Some(nests)).oldest_dbt(), Some(DbtVersion::new(1, 10, 5)));
    }

    #[test]
    fn the_key_of_tests_is_one_that_dbt_surely_takes() {
        for (version, key) in [
            ("1.7.3", "tests"),
            ("1.0.0", "tests"),
            ("1.8.0", "data_tests"),
            ("2.0.0-beta.2", "data_tests"),
            ("", "tests"),
        ] {
            assert_eq!(project(version, None).tests_key(), key, "{version}");
        }
        let former =
            super::super::Deprecated { kind: Deprecation::Tests, path: "models/a.yml".to_owned(), places: Vec::new() };
        let own = OwnFiles { deprecated: vec![former], ..OwnFiles::default() };
        assert_eq!(project("1.12.0", Some(own)).tests_key(), "tests");
        let own = OwnFiles { uses_data_tests: true, ..OwnFiles::default() };
        assert_eq!(project("", Some(own)).tests_key(), "data_tests");
    }
}
