//! One config file: from its YAML tree to checked parts, every error at its place.

use std::sync::Arc;

use globset::GlobSet;
use serde::de::DeserializeOwned;

use super::error::ConfigError;
use super::file::{File, Level, SELECTOR_KEYS, Selectors};
use super::globs;
use super::policies::ConfigPolicy;
use crate::findings::Severity;
use crate::project::Layer;
use crate::rules::{self, Area, BuildError, Rule, RuleInfo, Scope};
use crate::text::yaml::{self, DeError, Entry, Node, Value};
use crate::text::{SourceFile, Span};

/// The keys of a config file: those of [`File`], and those that are read rule by rule.
const FILE_KEYS: [&str; 9] =
    ["extends", "fail-on", "baseline", "rules", "policies", "overrides", "layers", "owners", "packages"];

/// A config file, checked as far as it can be without a project.
#[derive(Debug)]
pub(super) struct FileParts {
    pub source: Arc<SourceFile>,
    pub file: File,
    pub rules: Vec<(&'static RuleInfo, Vec<Setup>)>,
    pub overrides: Vec<OverrideParts>,
    /// Every glob in the file; each must match something.
    pub globs: Vec<GlobUse>,
    /// Every tag, group, owner and package that a selector names; each must be there.
    pub selected: Vec<Named>,
    /// Every package in `packages: include:`; each must be installed.
    pub packages: Vec<(String, Span)>,
    /// The pattern of `owners:`.
    pub owner_pattern: Option<regex::Regex>,
}

/// How one instance of a rule is set up.
#[derive(Debug)]
pub(super) struct Setup {
    /// `None` leaves the preset's; `Some(None)` is off.
    pub level: Option<Option<Severity>>,
    pub scope: Scope,
    /// Where its selectors begin, if it has any.
    pub selectors: Option<Span>,
    /// The block without selectors and severity: the rule's own options. `None` is all defaults.
    pub options: Option<Node>,
    /// Where the rule is named or, in a list of set-ups, this one begins.
    pub at: Span,
}

impl Setup {
    /// Whether the rule runs: naming a rule is a wish to have it on.
    pub fn is_on(&self) -> bool {
        self.level != Some(None)
    }

    /// The rule with these options.
    pub fn build(&self, rule: &RuleInfo) -> Box<dyn Rule> {
        let Some(options) = &self.options else { return rule.by_default() };
        (rule.build_yaml)(options).expect("options were checked when the config was read")
    }
}

/// One item of `overrides:`.
#[derive(Debug)]
pub(super) struct OverrideParts {
    pub scope: Scope,
    /// Where its selectors begin.
    pub selectors: Option<Span>,
    pub rules: Vec<(&'static RuleInfo, Option<Severity>)>,
    /// Where each of them is named.
    pub at: Vec<Span>,
}

/// A glob and where it stands.
#[derive(Debug)]
pub(super) struct GlobUse {
    pub text: String,
    pub span: Span,
    pub matcher: GlobSet,
}

/// A selector whose values a resource of the project must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selector {
    Tags,
    Groups,
    Owners,
    Packages,
}

impl Selector {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Tags, "tags"), (Self::Groups, "groups"), (Self::Owners, "owners"), (Self::Packages, "packages")];
}

/// A value of a selector and where it stands.
#[derive(Debug)]
pub(super) struct Named {
    pub selector: Selector,
    pub value: String,
    pub span: Span,
}

/// A config file as YAML.
pub(super) struct Document {
    pub source: Arc<SourceFile>,
    /// `None` where there is nothing in it.
    map: Option<Node>,
}

impl Document {
    /// What `extends:` says, and where. What is no text is left to [`read`](Self::read).
    pub fn extends(&self) -> Option<(&str, Span)> {
        let node = self.map.as_ref()?.get("extends")?;
        Some((node.as_str().filter(|_| !node.is_null())?, node.span))
    }

    /// Reads what is in it. Files that it extends come first: their policies are among the `policies`, to which its own
    /// are added.
    pub fn read(&self, policies: &mut Vec<ConfigPolicy>) -> Result<FileParts, ConfigError> {
        let reader = Reader { source: &self.source, globs: Vec::new(), selected: Vec::new(), policies };
        reader.file(self.map.as_ref())
    }
}

/// Parses a file.
pub(super) fn parse(source: &Arc<SourceFile>) -> Result<Document, ConfigError> {
    let tree =
        yaml::parse(source.text()).map_err(|error| ConfigError::at(source, error.span, error.message, error.help))?;
    if let Some(twice) = tree.duplicates.first() {
        let message = format!("`{}` stands here twice", twice.key);
        let help = "keep one of them; which one counts would be a guess".to_owned();
        return Err(ConfigError::at(source, twice.key_span, message, Some(help)));
    }
    let wrong = |node: &Node, message: &str| Err(ConfigError::at(source, node.span, message, None));
    let map = match tree.documents.as_slice() {
        [] => None,
        [document] if document.is_null() => None,
        [document] if document.as_mapping().is_none() => {
            return wrong(document, "a config is a map of keys such as `extends:` and `rules:`");
        }
        [document] => Some(document.clone()),
        [_, second, ..] => return wrong(second, "a config is one YAML document, and this is a second one"),
    };
    Ok(Document { source: source.clone(), map })
}

pub(super) struct Reader<'s> {
    pub source: &'s Arc<SourceFile>,
    /// Those of the files before this one, then also its own.
    policies: &'s mut Vec<ConfigPolicy>,
    globs: Vec<GlobUse>,
    selected: Vec<Named>,
}

impl Reader<'_> {
    fn file(mut self, document: Option<&Node>) -> Result<FileParts, ConfigError> {
        let empty = FileParts {
            source: self.source.clone(),
            file: File::default(),
            rules: Vec::new(),
            overrides: Vec::new(),
            globs: Vec::new(),
            selected: Vec::new(),
            packages: Vec::new(),
            owner_pattern: None,
        };
        let Some(document) = document else { return Ok(empty) };
        self.check_keys(document, &FILE_KEYS)?;
        // `layers:` with nothing behind it, or with comments alone, is as good as no `layers:`.
        let blank = document.entries().filter(|entry| entry.value.is_null()).filter_map(|entry| entry.key.as_str());
        let elsewhere: Vec<&str> = blank.chain(["rules", "policies", "overrides"]).collect();
        let file: File = self.typed(&document.without(&elsewhere))?;
        self.layer_globs(document)?;
        let owner_pattern = self.owner_pattern(document, &file)?;
        let policies = self.policies(document.get("policies"))?;
        self.policies.retain(|known| policies.iter().all(|own| own.rule.info.code != known.rule.info.code));
        self.policies.extend(policies);
        let rules = self.rules(document.get("rules"))?;
        let overrides = self.overrides(document.get("overrides"))?;
        let packages =
            document.get("packages").and_then(|packages| packages.get("include")).map_or(&[][..], Node::items);
        let packages = packages.iter().filter_map(|name| Some((name.as_str()?.to_owned(), name.span))).collect();
        let (globs, selected) = (self.globs, self.selected);
        Ok(FileParts { file, rules, overrides, globs, selected, packages, owner_pattern, ..empty })
    }

    /// Refuses keys that are not among the known ones. The types refuse them as well, but each knows only its own keys
    /// and would suggest no other.
    pub(super) fn check_keys(&self, node: &Node, known: &[&str]) -> Result<(), ConfigError> {
        let is_unknown = |entry: &&Entry| !entry.key.as_str().is_some_and(|key| known.contains(&key));
        let Some(entry) = node.entries().find(is_unknown) else { return Ok(()) };
        let key = entry.key.as_str().unwrap_or_default();
        let help = match yaml::nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        Err(ConfigError::at(self.source, entry.key.span, format!("unknown key `{key}`"), Some(help)))
    }

    fn owner_pattern(&self, document: &Node, file: &File) -> Result<Option<regex::Regex>, ConfigError> {
        let Some(pattern) = &file.owners.pattern else { return Ok(None) };
        let span =
            document.get("owners").and_then(|owners| owners.get("pattern")).map_or(document.span, |node| node.span);
        match regex::Regex::new(pattern) {
            Ok(regex) => Ok(Some(regex)),
            Err(error) => Err(self.wrong(span, last_line(&error.to_string()))),
        }
    }

    fn layer_globs(&mut self, document: &Node) -> Result<(), ConfigError> {
        let Some(layers) = document.get("layers") else { return Ok(()) };
        for layer in layers.entries() {
            if layer.key.as_str() == Some(Layer::Other.as_str()) {
                return Err(self.wrong(layer.key.span, "`other` is what is in none of the layers, and has no settings"));
            }
            let paths = layer.value.get("paths");
            if let Some(list) = paths.filter(|list| list.items().is_empty()) {
                let help = "leave it out, and the usual folders' names count".to_owned();
                return Err(ConfigError::at(
                    self.source,
                    list.span,
                    "an empty list of `paths` is no folder",
                    Some(help),
                ));
            }
            self.glob_list(paths)?;
        }
        Ok(())
    }

    /// Refuses a selector without a value: it reads like "nothing", and would be everything.
    fn no_empty_selector(&self, node: &Node) -> Result<(), ConfigError> {
        let selectors = SELECTOR_KEYS.into_iter().filter_map(|key| Some((key, node.get(key)?)));
        let is_empty = |value: &Node| match value.value() {
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(entries) => entries.entries().next().is_none(),
            Value::Scalar(_) => false,
        };
        let mut empty = selectors.filter(|(_, value)| is_empty(value));
        empty.next().map_or(Ok(()), |(key, value)| {
            let help = "leave it out to limit nothing, or say what it is limited to".to_owned();
            Err(ConfigError::at(
                self.source,
                value.span,
                format!("`{key}` is empty, and so selects nothing"),
                Some(help),
            ))
        })
    }

    /// Checks globs, notes where they stand, and makes one set of them.
    fn glob_list(&mut self, list: Option<&Node>) -> Result<Option<GlobSet>, ConfigError> {
        let items = list.map_or(&[][..], Node::items);
        let mut texts = Vec::new();
        for item in items {
            let Some(text) = item.as_str() else { continue };
            let matcher = globs::compile(text).map_err(|message| self.wrong(item.span, message))?;
            self.globs.push(GlobUse { text: text.to_owned(), span: item.span, matcher });
            texts.push(text);
        }
        if texts.is_empty() {
            return Ok(None);
        }
        let all = globs::compile_all(texts).map_err(|message| self.wrong(items[0].span, message))?;
        Ok(Some(all))
    }

    fn rules(&mut self, node: Option<&Node>) -> Result<Vec<(&'static RuleInfo, Vec<Setup>)>, ConfigError> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        if node.as_mapping().is_none() {
            return Err(self.wrong(node.span, "`rules:` is a map from a rule's slug or code to its settings"));
        }
        let mut found: Vec<(&'static RuleInfo, Vec<Setup>)> = Vec::new();
        for entry in node.entries() {
            let rule = self.rule(&entry.key)?;
            if found.iter().any(|(info, _)| info.code == rule.code) {
                let message = format!("{} is `{}`, which is set up already", rule.code, rule.slug);
                return Err(self.wrong(entry.key.span, message));
            }
            let setups = match entry.value.items() {
                [] if matches!(entry.value.value(), Value::Sequence(_)) => {
                    return Err(self.wrong(entry.value.span, "this list is empty: it says neither on nor off"));
                }
                [] => vec![self.setup(rule, &entry.value, entry.key.span)?],
                blocks => {
                    let setups = blocks.iter().map(|block| self.setup(rule, block, block.span));
                    setups.collect::<Result<_, _>>()?
                }
            };
            found.push((rule, setups));
        }
        Ok(found)
    }

    fn rule(&self, key: &Node) -> Result<&'static RuleInfo, ConfigError> {
        let name = key.as_str().unwrap_or_default();
        let policies = || self.policies.iter().map(|policy| policy.rule.info);
        rules::find(name).or_else(|| rules::named(name, policies())).ok_or_else(|| {
            let help = rules::suggest_among(name, rules::all().into_iter().chain(policies())).map_or_else(
                || "`dbt-steward rules` lists them all".to_owned(),
                |rule| format!("did you mean `{}`?", rule.slug),
            );
            ConfigError::at(self.source, key.span, format!("there is no rule `{name}`"), Some(help))
        })
    }

    /// A severity, or a block of severity, selectors and options.
    fn setup(&mut self, rule: &'static RuleInfo, node: &Node, at: Span) -> Result<Setup, ConfigError> {
        if node.as_mapping().is_none() {
            let level: Level = self.typed(node)?;
            return Ok(Setup {
                level: Some(level.severity()),
                scope: Scope::default(),
                selectors: None,
                options: None,
                at,
            });
        }
        let level = match node.get("severity") {
            Some(severity) => Some(self.typed::<Level>(severity)?.severity()),
            None => None,
        };
        if rule.area == Area::Policy {
            // Its selectors and expressions stand in one place.
            self.check_keys(node, &["severity"])?;
            return Ok(Setup { level, scope: Scope::default(), selectors: None, options: None, at });
        }
        let options = (rule.options_schema)().get("properties").and_then(|names| names.as_object()).cloned();
        let options = options.unwrap_or_default();
        let names = options.keys().map(String::as_str).chain(["severity"]).chain(SELECTOR_KEYS);
        self.check_keys(node, &names.collect::<Vec<_>>())?;
        let scope = self.scope(node)?;
        let own = node.without(&[&SELECTOR_KEYS[..], &["severity"]].concat());
        (rule.build_yaml)(&own).map_err(|error| self.bad_options(&own, error))?;
        Ok(Setup { level, scope, selectors: first_selector(node), options: Some(own), at })
    }

    pub(super) fn scope(&mut self, node: &Node) -> Result<Scope, ConfigError> {
        let selectors: Selectors = self.typed(&node.only(&SELECTOR_KEYS))?;
        self.no_empty_selector(node)?;
        let words = in_words(node);
        for (selector, key) in Selector::ALL {
            for item in node.get(key).map_or(&[][..], Node::items) {
                let named = |value: &str| Named { selector, value: value.to_owned(), span: item.span };
                self.selected.extend(item.as_str().map(named));
            }
        }
        Ok(Scope {
            paths: self.glob_list(node.get("paths"))?,
            tags: selectors.tags,
            groups: selectors.groups,
            owners: selectors.owners,
            layers: selectors.layers,
            packages: selectors.packages,
            resource_types: selectors.resource_types.into_iter().map(Into::into).collect(),
            meta: selectors
                .meta
                .into_iter()
                .map(|(key, value)| (key, Some(value).filter(|value| !value.is_null())))
                .collect(),
            words,
        })
    }

    fn overrides(&mut self, node: Option<&Node>) -> Result<Vec<OverrideParts>, ConfigError> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
        if node.items().is_empty() {
            return Err(self.wrong(node.span, "`overrides:` is a list of blocks with selectors and `rules:`"));
        }
        node.items().iter().map(|item| self.override_block(item)).collect()
    }

    fn override_block(&mut self, node: &Node) -> Result<OverrideParts, ConfigError> {
        if node.as_mapping().is_none() {
            return Err(self.wrong(node.span, "an override is a block with selectors and `rules:`"));
        }
        self.check_keys(node, &[&SELECTOR_KEYS[..], &["rules"]].concat())?;
        let scope = self.scope(node)?;
        let Some(rules) = node.get("rules") else {
            return Err(self.wrong(node.span, "this override has no `rules:`, so it changes nothing"));
        };
        if scope.is_everything() {
            let message = "this override has no selector (paths, tags, groups, …), so it is no exception";
            let help = "set what holds everywhere under the config's own `rules:`".to_owned();
            return Err(ConfigError::at(self.source, node.span, message, Some(help)));
        }
        if rules.entries().next().is_none() {
            let message = "`rules:` is a map from a rule's slug or code to a severity or `off`";
            return Err(self.wrong(rules.span, message));
        }
        let (mut found, mut at) = (Vec::new(), Vec::new());
        for entry in rules.entries() {
            let rule = self.rule(&entry.key)?;
            if entry.value.as_scalar().is_none() {
                let message = "an override sets a severity or `off`, no options";
                let help = "options for a part of the project: list the rule twice under the config's own `rules:`, with selectors";
                return Err(ConfigError::at(self.source, entry.value.span, message, Some(help.to_owned())));
            }
            found.push((rule, self.typed::<Level>(&entry.value)?.severity()));
            at.push(entry.key.span);
        }
        Ok(OverrideParts { scope, selectors: first_selector(node), rules: found, at })
    }

    pub(super) fn typed<T: DeserializeOwned>(&self, node: &Node) -> Result<T, ConfigError> {
        yaml::from_node(node)
            .map_err(|error: DeError| ConfigError::at(self.source, error.span, error.message, error.help))
    }

    fn bad_options(&self, node: &Node, error: BuildError) -> ConfigError {
        let option = error.option.as_deref().and_then(|name| node.get(name)).map(|value| value.span);
        ConfigError::at(self.source, error.span.or(option).unwrap_or(node.span), error.message, error.help)
    }

    pub(super) fn wrong(&self, span: Span, message: impl Into<String>) -> ConfigError {
        ConfigError::at(self.source, span, message, None)
    }
}

fn first_selector(block: &Node) -> Option<Span> {
    let is_selector = |entry: &&Entry| entry.key.as_str().is_some_and(|key| SELECTOR_KEYS.contains(&key));
    block.entries().find(is_selector).map(|entry| entry.key.span)
}

/// The selectors of a block in the order of [`SELECTOR_KEYS`]: `paths models/marts, models/reporting; tags daily`.
fn in_words(node: &Node) -> String {
    let value = |node: &Node| node.as_str().map_or_else(|| "null".to_owned(), str::to_owned);
    let values = |node: &Node| match node.value() {
        Value::Sequence(items) => items.iter().map(value).collect::<Vec<_>>(),
        _ => node.entries().map(|entry| format!("{} = {}", value(&entry.key), value(&entry.value))).collect(),
    };
    let given = SELECTOR_KEYS.iter().filter_map(|key| Some((key, values(node.get(key)?))));
    let given = given.filter(|(_, values)| !values.is_empty());
    given.map(|(key, values)| format!("{key} {}", values.join(", "))).collect::<Vec<_>>().join("; ")
}

/// Of a regular expression's error the line that says what is wrong; the others draw the expression.
fn last_line(message: &str) -> String {
    message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
