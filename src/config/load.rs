//! Reads a config with all it extends, and applies what the command line changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::ConfigError;
use super::file::{FailOn, Preset};
use super::policies::ConfigPolicy;
use super::read::{self, Document, FileParts, GlobUse, OverrideParts, Setup};
use crate::paths::shown;
use crate::rules::{self, Area, RuleInfo};
use crate::text::yaml::nearest;
use crate::text::{SourceFile, Span};

/// A chain of `extends:` longer than this is not followed.
const MAX_EXTENDS: usize = 8;

/// What the command line says on top of the file.
#[derive(Debug)]
pub struct Changes<'a> {
    pub preset: Option<Preset>,
    /// Codes, slugs or areas; empty selects all.
    pub select: &'a [String],
    pub ignore: &'a [String],
    pub fail_on: Option<FailOn>,
    /// `YYYY-MM-DD`.
    pub today: String,
}

/// A config, read but not yet held against a project.
#[derive(Debug)]
pub struct Config {
    pub(super) preset: Preset,
    pub(super) fail_on: Option<FailOn>,
    /// Files in the order in which they apply: what is extended comes first.
    pub(super) files: Vec<FileParts>,
    /// The policies that hold, by code: of several with one name the last.
    pub(super) policies: Vec<ConfigPolicy>,
    pub(super) select: Option<Vec<&'static RuleInfo>>,
    pub(super) ignore: Vec<&'static RuleInfo>,
    pub(super) today: String,
    pub(super) are_rules_chosen: bool,
}

/// Reads the config at `path`, or takes the defaults where there is none.
///
/// # Errors
/// When a file cannot be read or something in it is wrong; the error points at the place.
pub fn load(path: Option<&Path>, changes: Changes<'_>) -> Result<Config, ConfigError> {
    let mut files = Vec::new();
    let mut preset = None;
    let mut policies = Vec::new();
    if let Some(path) = path {
        let documents;
        (documents, preset) = load_chain(path)?;
        for document in documents {
            files.push(document.read(&mut policies)?);
        }
    }
    policies.sort_by_key(|policy| policy.rule.info.code);
    let known = known(&policies);
    let file_fail_on = files.iter().rev().find_map(|file: &FileParts| file.file.fail_on);
    Ok(Config {
        preset: changes.preset.or(preset).unwrap_or_default(),
        fail_on: changes.fail_on.or(file_fail_on),
        files,
        select: if changes.select.is_empty() { None } else { Some(named("--select", changes.select, &known)?) },
        ignore: named("--ignore", changes.ignore, &known)?,
        policies,
        today: changes.today,
        are_rules_chosen: changes.preset.is_some() || !changes.select.is_empty() || !changes.ignore.is_empty(),
    })
}

impl Config {
    /// The files that it was read from.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| Path::new(file.source.path()))
    }
}

/// Every rule, those of the config among them.
fn known(policies: &[ConfigPolicy]) -> Vec<&'static RuleInfo> {
    let mut rules = rules::all();
    rules.extend(policies.iter().map(|policy| policy.rule.info));
    rules.sort_unstable_by_key(|rule| rule.code);
    rules
}

/// A file and, before it, what it extends, with the preset at the chain's end.
fn load_chain(path: &Path) -> Result<(Vec<Document>, Option<Preset>), ConfigError> {
    let mut chain = Vec::new();
    let mut next = Some(path.to_owned());
    let mut preset = None;
    while let Some(path) = next.take() {
        let source = read_text(&path)?;
        let document = read::parse(&source)?;
        if let Some((name, span)) = document.extends() {
            preset = Preset::from_name(name);
            if preset.is_none() {
                next = Some(extended(&path, name, &source, span, &chain)?);
            }
        }
        chain.push(document);
    }
    chain.reverse();
    Ok((chain, preset))
}

/// The file that `extends:` names, relative to the one that says so.
fn extended(
    from: &Path,
    name: &str,
    source: &Arc<SourceFile>,
    span: Span,
    chain: &[Document],
) -> Result<PathBuf, ConfigError> {
    let path = from.parent().unwrap_or(Path::new("")).join(name);
    if !path.is_file() {
        let message = format!("`{name}` is neither a preset nor a file");
        let help = match nearest(name, Preset::NAMES.map(|(word, _)| word)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "presets are minimal, recommended and strict; a path is relative to this file".to_owned(),
        };
        return Err(ConfigError::at(source, span, message, Some(help)));
    }
    if chain.iter().any(|parts| is_same(Path::new(parts.source.path()), &path)) || is_same(from, &path) {
        let help = "one of them has to extend a preset, or nothing".to_owned();
        return Err(ConfigError::at(source, span, "the files extend each other in a circle", Some(help)));
    }
    if chain.len() >= MAX_EXTENDS {
        let message = format!("a chain of more than {MAX_EXTENDS} files is not followed");
        return Err(ConfigError::at(source, span, message, None));
    }
    Ok(path)
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn read_text(path: &Path) -> Result<Arc<SourceFile>, ConfigError> {
    let bytes = std::fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    SourceFile::from_bytes(shown(path), bytes).map(Arc::new).map_err(|text| ConfigError::NotText { text })
}

/// The rules that names on the command line mean: a code, a slug, or all of an area by its letters or its folder.
fn named(
    option: &'static str,
    names: &[String],
    known: &[&'static RuleInfo],
) -> Result<Vec<&'static RuleInfo>, ConfigError> {
    let rules = || known.iter().copied();
    let mut found = Vec::new();
    for name in names {
        if name.trim().is_empty() {
            return Err(ConfigError::EmptySelector { option, names: names.join(",") });
        }
        let area = Area::ALL
            .into_iter()
            .find(|area| area.prefix().eq_ignore_ascii_case(name) || area.folder().eq_ignore_ascii_case(name));
        match (area, rules::named(name, rules())) {
            (Some(Area::Policy), _) if option == "--select" && rules().all(|rule| rule.area != Area::Policy) => {
                let help = "they stand under `policies:`; see `dbt-steward rules` for the rules".to_owned();
                return Err(ConfigError::NoPolicies { option, help });
            }
            (Some(area), _) => found.extend(rules().filter(|rule| rule.area == area)),
            (None, Some(rule)) => found.push(rule),
            (None, None) => {
                let help = rules::suggest_among(name, rules()).map_or_else(
                    || "`dbt-steward rules` lists them all".to_owned(),
                    |rule| format!("did you mean {} ({})?", rule.code, rule.slug),
                );
                return Err(ConfigError::UnknownSelector { option, name: name.clone(), help });
            }
        }
    }
    Ok(found)
}

impl Config {
    /// The baseline that the files name: the last that names one counts, and the path is relative to it.
    pub fn baseline(&self) -> Option<PathBuf> {
        let named = |file: &FileParts| {
            let folder = Path::new(file.source.path()).parent().map_or_else(PathBuf::new, Path::to_owned);
            file.file.baseline.as_ref().map(|path| folder.join(path))
        };
        self.files.iter().rev().find_map(named)
    }

    /// Every glob of every file, to be held against the project.
    pub(super) fn globs(&self) -> impl Iterator<Item = (&Arc<SourceFile>, &GlobUse)> {
        self.files.iter().flat_map(|file| file.globs.iter().map(move |glob| (&file.source, glob)))
    }

    /// Every rule, policies among them, by code.
    pub fn rules(&self) -> Vec<&'static RuleInfo> {
        known(&self.policies)
    }

    /// The policies, by code.
    pub fn policies(&self) -> &[ConfigPolicy] {
        &self.policies
    }

    /// How the files set a rule up: the last file that names it counts.
    pub(super) fn setups(&self, rule: &RuleInfo) -> Option<&[Setup]> {
        self.setups_in(rule).map(|(_, setups)| setups)
    }

    /// As [`setups`](Self::setups), with the file.
    pub(super) fn setups_in(&self, rule: &RuleInfo) -> Option<(&Arc<SourceFile>, &[Setup])> {
        let in_file = |file: &'_ FileParts| file.rules.iter().position(|(info, _)| info.code == rule.code);
        let (file, index) = self.files.iter().rev().find_map(|file| Some((file, in_file(file)?)))?;
        Some((&file.source, &file.rules[index].1))
    }

    pub(super) fn overrides(&self) -> impl Iterator<Item = (&Arc<SourceFile>, &OverrideParts)> {
        self.files.iter().flat_map(|file| file.overrides.iter().map(move |parts| (&file.source, parts)))
    }
}
