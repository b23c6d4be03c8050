//! What the root project's own files say beyond its resources: settings, packages, variables, and what is wrong with the
//! files themselves. A manifest has none of it.

use super::{DbtVersion, ResourceType};
use crate::text::Span;

/// Facts from the root project's files, each with its place. Everything is in order of file and place.
#[derive(Debug, Default)]
pub struct OwnFiles {
    /// The items of `require-dbt-version`; `None` where it is not set.
    pub required_dbt: Option<Vec<String>>,
    /// Where `require-dbt-version` stands.
    pub required_dbt_at: Option<Spot>,
    /// The value of the flag `require_generic_test_arguments_property`, where `flags:` sets it.
    pub nests_test_arguments: Option<bool>,
    /// The oldest dbt that all installed packages work with; `None` where none of them says.
    pub oldest_dbt_of_packages: Option<DbtVersion>,
    /// Whether some tests stand under `data_tests:`.
    pub uses_data_tests: bool,
    /// Whether some test has its arguments under `arguments:`.
    pub uses_test_arguments: bool,
    /// What `packages.yml` or `dependencies.yml` asks for.
    pub packages: Vec<RequiredPackage>,
    /// Where that list begins.
    pub packages_at: Option<Spot>,
    pub has_lock: bool,
    /// Whether every package that is asked for is installed, or lies beside the project.
    pub has_packages: bool,
    /// Names of packages that the project's code or YAML mentions, `packages.yml` and its like aside.
    pub named_packages: Vec<String>,
    /// Folders in which resources lie: `model-paths`, `seed-paths` and the like.
    pub resource_paths: Vec<String>,
    /// `models:`, `seeds:` and so on of `dbt_project.yml`.
    pub config_sections: Vec<ConfigSection>,
    /// Whether the project is made to be installed in others: it has an `integration_tests/` project, as dbt's own packages
    /// have.
    pub is_package: bool,
    pub unread_variables: Vec<Variable>,
    /// How many variables packages may read that are not at hand, and nothing else does.
    pub undecided_variables: usize,
    /// How many names packages may define that are not at hand, and nothing else does.
    pub undecided_references: usize,
    /// Unique ids of macros that nothing calls, sorted.
    pub uncalled_macros: Vec<String>,
    pub duplicate_keys: Vec<DuplicateKey>,
    pub deprecated: Vec<Deprecated>,
    pub secrets: Vec<Secret>,
    /// Of docs blocks that dbt does not record as used, the first place in YAML that names each, by name.
    pub docs_mentions: Vec<DocsMention>,
    pub orphans: Vec<Orphan>,
    /// Every file with properties, at its first key, in order of path.
    pub properties: Vec<Spot>,
    /// What the manifest does not know yet; `None` where no manifest was read.
    pub changes: Option<Changes>,
}

impl OwnFiles {
    /// The properties file of that path.
    pub fn properties_file(&self, path: &str) -> Option<&Spot> {
        let at = self.properties.binary_search_by(|spot| spot.path.as_str().cmp(path)).ok()?;
        Some(&self.properties[at])
    }

    /// The first dbt that has all of the syntax that is in use.
    pub(super) fn oldest_dbt_of_syntax(&self) -> Option<DbtVersion> {
        let nests = self.uses_test_arguments || self.nests_test_arguments == Some(true);
        let nests = nests.then(|| Deprecation::TestArguments.needs());
        nests.max(self.uses_data_tests.then(|| Deprecation::Tests.needs()))
    }
}

/// A stretch of a file of the root project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// Relative to `dbt_project.yml`, with `/`.
    pub path: String,
    pub span: Span,
}

impl Spot {
    pub fn new(path: &str, span: Span) -> Self {
        Self { path: path.to_owned(), span }
    }
}

/// An item of `packages:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredPackage {
    pub spot: Spot,
    pub origin: PackageOrigin,
    /// Whether `package-lock.yml` has it, and so pins it.
    pub is_locked: bool,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageOrigin {
    /// dbt's hub: `dbt-labs/dbt_utils` and its versions as written.
    Hub { name: String, versions: Vec<String> },
    /// A repository; `None` is the head of its main branch.
    Git { url: String, revision: Option<String> },
    /// A folder, which moves with the project.
    Local { path: String },
    /// A file at an address.
    Tarball,
}

/// A section of `dbt_project.yml` that configures resources by folder.
#[derive(Debug, Clone)]
pub struct ConfigSection {
    /// As written: `models`.
    pub name: String,
    pub kind: ResourceType,
    /// Its folders, each behind the one that it stands in.
    pub folders: Vec<ConfigFolder>,
}

/// A key in such a section that holds a mapping: a package, a folder or a resource.
#[derive(Debug, Clone)]
pub struct ConfigFolder {
    pub name: String,
    /// Index of the folder it stands in; `None` right below the section.
    pub parent: Option<usize>,
    /// Whether it, or a folder below, sets anything.
    pub sets_anything: bool,
    pub spot: Spot,
}

/// A variable that `vars:` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// The project or package that it is set for; `None` for all.
    pub scope: Option<String>,
    pub spot: Spot,
}

/// A key that stands twice in one mapping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DuplicateKey {
    /// The second one.
    pub spot: Spot,
    pub key: String,
    /// Line of the first one.
    pub first_line: u32,
}

/// Syntax of one kind in one file that dbt will not take for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecated {
    pub kind: Deprecation,
    /// The file, relative to `dbt_project.yml`.
    pub path: String,
    /// At least one, in order.
    pub places: Vec<DeprecatedPlace>,
}

/// One place of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeprecatedPlace {
    pub span: Span,
    pub line: u32,
    /// What stands there.
    pub word: String,
    /// The first dbt that understands the replacement.
    pub needs: DbtVersion,
    /// The entry that it is a part of: type and name of a resource, as its unique id has them around the package.
    pub entry: Option<(&'static str, String)>,
}

/// A place in properties YAML that names a docs block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocsMention {
    /// The block's name, which is what stands there.
    pub name: String,
    pub spot: Spot,
    pub line: u32,
    /// The key of the file that it is under: `models`, or one of the project's own.
    pub section: Option<String>,
}

/// Kinds of syntax that dbt has replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deprecation {
    /// `tests:` for `data_tests:`.
    Tests,
    /// A generic test's arguments beside `arguments:`.
    TestArguments,
    /// A generic test's config beside `config:`.
    TestConfig,
    /// A config beside `config:`.
    MovedToConfig,
    /// A config in `dbt_project.yml` without `+`.
    MissingPlus,
    /// `source-paths`, `data-paths`.
    RenamedPath,
    /// `log-path`, `target-path`.
    OutputPath,
    /// A source's `overrides:`.
    SourceOverride,
    /// An exposure's name with anything but letters, digits, `_` and `-`.
    ExposureName,
    /// A source's or a semantic model's name with a blank.
    NameWithSpace,
    /// `include:` and `exclude:` in `warn_error_options`.
    WarnErrorOptions,
    /// `modules.itertools`.
    Itertools,
}

impl Deprecation {
    pub const ALL: [Self; 12] = [
        Self::Tests,
        Self::TestArguments,
        Self::TestConfig,
        Self::MovedToConfig,
        Self::MissingPlus,
        Self::RenamedPath,
        Self::OutputPath,
        Self::SourceOverride,
        Self::ExposureName,
        Self::NameWithSpace,
        Self::WarnErrorOptions,
        Self::Itertools,
    ];

    /// Name in options and fingerprints.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::TestArguments => "test-arguments",
            Self::TestConfig => "test-configs",
            Self::MovedToConfig => "config-keys",
            Self::MissingPlus => "missing-plus",
            Self::RenamedPath => "renamed-paths",
            Self::OutputPath => "output-paths",
            Self::SourceOverride => "source-overrides",
            Self::ExposureName => "exposure-names",
            Self::NameWithSpace => "names-with-spaces",
            Self::WarnErrorOptions => "warn-error-options",
            Self::Itertools => "itertools",
        }
    }

    /// The first dbt that warns, or would.
    pub const fn since(self) -> DbtVersion {
        let minor = match self {
            Self::RenamedPath => 0,
            Self::ExposureName => 4,
            Self::OutputPath => 5,
            Self::Tests => 8,
            Self::TestConfig
            | Self::MovedToConfig
            | Self::MissingPlus
            | Self::SourceOverride
            | Self::WarnErrorOptions
            | Self::Itertools => 10,
            Self::TestArguments | Self::NameWithSpace => 12,
        };
        DbtVersion::new(1, minor, 0)
    }

    /// The first dbt that understands the replacement, in most places. Names can be changed and Jinja be written in any.
    pub const fn needs(self) -> DbtVersion {
        match self {
            Self::OutputPath => DbtVersion::new(1, 5, 0),
            Self::Tests => DbtVersion::new(1, 8, 0),
            Self::TestArguments => DbtVersion::new(1, 10, 5),
            // A package's source can be switched off since then.
            Self::SourceOverride => DbtVersion::new(1, 1, 0),
            // `flags:` is read since 1.8 only, which has the new keys already.
            Self::WarnErrorOptions
            | Self::TestConfig
            | Self::MovedToConfig
            | Self::MissingPlus
            | Self::RenamedPath
            | Self::ExposureName
            | Self::NameWithSpace
            | Self::Itertools => DbtVersion::new(1, 0, 0),
        }
    }
}

/// A credential that is written out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    pub spot: Spot,
    /// The key that holds it; never the value.
    pub key: String,
}

/// An entry of properties YAML that describes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    pub spot: Spot,
    /// The section, such as `models`.
    pub section: &'static str,
    pub name: String,
    /// The version without a file, of a model that has others.
    pub version: Option<String>,
    /// A name that is there and that the entry may mean.
    pub nearest: Option<String>,
}

/// A name that nothing defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnresolvedReference {
    /// Unique id of the resource that mentions it.
    pub unique_id: String,
    /// What was called: `ref`, `source`, `metric`, `doc`.
    pub function: &'static str,
    /// As people write it: `orders`, `crm.orders`.
    pub name: String,
    /// Whether something of that name is there and disabled.
    pub is_disabled: bool,
    /// The calls, where they are found; a docs block is mentioned in the description.
    pub spots: Vec<Spot>,
    /// For a docs block: the column whose description mentions it.
    pub column: Option<String>,
}

/// How the files differ from those that a manifest was made of. Paths are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub changed: Vec<String>,
    pub added: Vec<String>,
    pub deleted: Vec<String>,
    /// Those that cannot be read, and so not compared.
    pub unread: Vec<String>,
}

impl Changes {
    /// Whether nothing is known to have changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty() && self.deleted.is_empty()
    }
}
