//! Which YAML file describes the resources of a folder: where a missing entry belongs.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use foldhash::fast::RandomState;

use super::{Project, Resource, ResourceType};

/// Where a missing entry belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFile<'p> {
    pub path: Cow<'p, str>,
    /// Whether the project has no such file with properties yet.
    pub is_new: bool,
}

impl fmt::Display for EntryFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_new { "a new file " } else { "" })?;
        f.write_str(&self.path)
    }
}

/// What the resources of a type and folder are described in.
#[derive(Debug)]
enum Habit {
    /// A file for all of them.
    Shared(String),
    /// A file for each.
    Each(Pattern<String>),
}

/// How a file that describes one thing is called after it: `properties/_fct_orders.yml` beside `fct_orders.sql`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern<S> {
    /// From the folder of what is described: empty, or `/properties`.
    subfolder: S,
    before: S,
    after: S,
}

impl<'p> Pattern<&'p str> {
    /// `None` where the file is not called after the resource, or may as well be called after the folder.
    fn of(file: &'p str, resource: &'p Resource<'_>) -> Option<Self> {
        let home = folder(&resource.path);
        let subfolder = folder(file).strip_prefix(home)?;
        let is_below = subfolder.is_empty() || subfolder.starts_with('/');
        let name = resource.name.as_str();
        if !is_below || home.rsplit('/').next() == Some(name) {
            return None;
        }
        let (before, after) = file.rsplit('/').next()?.split_once(name)?;
        let is_whole = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        is_whole.then_some(Self { subfolder, before, after })
    }

    /// Whether nothing but the name says anything, so that a single such file shows what is meant.
    fn is_bare(&self) -> bool {
        let after = self.after.rsplit_once('.').map_or(self.after, |(stem, _)| stem);
        !self.before.chars().chain(after.chars()).any(char::is_alphanumeric)
    }

    fn into_owned(self) -> Pattern<String> {
        Pattern { subfolder: self.subfolder.to_owned(), before: self.before.to_owned(), after: self.after.to_owned() }
    }
}

impl Pattern<String> {
    fn file_of(&self, resource: &Resource<'_>) -> String {
        let folder = format!("{}{}", folder(&resource.path), self.subfolder);
        let name = format!("{}{}{}", self.before, resource.name, self.after);
        format!("{folder}/{name}").trim_start_matches('/').to_owned()
    }
}

/// What a properties file describes of one type and folder.
struct Described<'p> {
    first: &'p Resource<'p>,
    resources: usize,
    has_one_name: bool,
}

/// What is found in one folder, for one type.
#[derive(Default)]
struct Found<'p> {
    /// The file that describes most, and how many those are; of equals the first by name.
    shared: Option<(Reverse<usize>, &'p str)>,
    patterns: BTreeMap<Pattern<&'p str>, usize>,
}

impl<'p> Found<'p> {
    fn add(&mut self, file: &'p str, described: &Described<'p>) {
        let pattern = if described.has_one_name { Pattern::of(file, described.first) } else { None };
        match pattern {
            Some(pattern) => *self.patterns.entry(pattern).or_default() += 1,
            None if folder(file) == folder(&described.first.path) => {
                let this = (Reverse(described.resources), file);
                self.shared = Some(self.shared.map_or(this, |best| best.min(this)));
            }
            None => {}
        }
    }

    fn habit(self) -> Option<Habit> {
        let shared = self.shared.map_or(0, |(Reverse(count), _)| count);
        let each = most_common(self.patterns).filter(|(_, count)| *count > shared);
        match (each, self.shared) {
            (Some((pattern, _)), _) => Some(Habit::Each(pattern)),
            (None, Some((_, file))) => Some(Habit::Shared(file.to_owned())),
            (None, None) => None,
        }
    }
}

/// The pattern that most files follow, if one can tell that they do; of equals the first.
fn most_common(patterns: BTreeMap<Pattern<&str>, usize>) -> Option<(Pattern<String>, usize)> {
    let plain = patterns.into_iter().filter(|(pattern, count)| *count > 1 || pattern.is_bare());
    let (pattern, count) = plain.min_by_key(|(_, count)| Reverse(*count))?;
    Some((pattern.into_owned(), count))
}

/// For each type and folder how its resources are described, and for each type how those of a folder without any YAML
/// would be, where the project has a file for each.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    folders: HashMap<(ResourceType, String), Habit>,
    types: HashMap<ResourceType, Pattern<String>>,
}

impl Neighbours {
    pub(super) fn new(project: &Project<'_>) -> Self {
        let mut found: HashMap<(ResourceType, &str), Found<'_>, RandomState> = HashMap::default();
        let mut totals: HashMap<ResourceType, usize> = HashMap::new();
        for ((kind, home, file), described) in described(project) {
            *totals.entry(kind).or_default() += described.resources;
            found.entry((kind, home)).or_default().add(file, &described);
        }
        let types = habits_of_types(&found, &totals);
        let folders = found.into_iter().filter_map(|((kind, home), found)| {
            let habit = found.habit()?;
            Some(((kind, home.to_owned()), habit))
        });
        Self { folders: folders.collect(), types }
    }

    pub(super) fn of(&self, project: &Project<'_>, resource: &Resource<'_>) -> Option<EntryFile<'_>> {
        let habit = self.folders.get(&(resource.kind, folder(&resource.path).to_owned()));
        let pattern = match habit {
            Some(Habit::Shared(file)) => return Some(EntryFile { path: Cow::Borrowed(file), is_new: false }),
            Some(Habit::Each(pattern)) => pattern,
            None => self.types.get(&resource.kind)?,
        };
        let path = pattern.file_of(resource);
        let is_new = project.own_files.as_deref().is_none_or(|own| own.properties_file(&path).is_none());
        Some(EntryFile { path: Cow::Owned(path), is_new })
    }
}

/// What the project's properties files describe, by type, folder of what is described, and file.
fn described<'p>(project: &'p Project<'_>) -> HashMap<(ResourceType, &'p str, &'p str), Described<'p>, RandomState> {
    let mut described: HashMap<_, Described<'_>, RandomState> = HashMap::default();
    for (kind, ids) in project.kinds() {
        for resource in ids.iter().map(|&id| project.get(id)).filter(|resource| project.is_own(resource)) {
            let Some(file) = resource.properties_path.as_deref() else { continue };
            let nothing = || Described { first: resource, resources: 0, has_one_name: true };
            let entry = described.entry((kind, folder(&resource.path), file)).or_insert_with(nothing);
            entry.resources += 1;
            // The versions of a model have one.
            entry.has_one_name &= entry.first.name == resource.name;
        }
    }
    described
}

/// For each type the pattern by which more than half of all that is described has its file.
fn habits_of_types(
    found: &HashMap<(ResourceType, &str), Found<'_>, RandomState>,
    totals: &HashMap<ResourceType, usize>,
) -> HashMap<ResourceType, Pattern<String>> {
    let mut types: HashMap<ResourceType, BTreeMap<Pattern<&str>, usize>> = HashMap::new();
    for ((kind, _), found) in found {
        let patterns = types.entry(*kind).or_default();
        for (pattern, count) in &found.patterns {
            *patterns.entry(pattern.clone()).or_default() += count;
        }
    }
    let common = types.into_iter().filter_map(|(kind, patterns)| {
        let (pattern, count) = most_common(patterns)?;
        (count > 1 && 2 * count > totals[&kind]).then_some((kind, pattern))
    });
    common.collect()
}

/// Everything before the last `/`; empty for a file at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::EntryFile;
    use crate::project::{Facts, OwnFiles, Project, Resource, Spot, Text};
    use crate::rules::tester::model;
    use crate::text::Span;

    fn described(folder: &str, name: &str, file: &str) -> Resource<'static> {
        let mut described = model(folder, name);
        described.properties_path = Some(Text::from(format!("models/{file}")));
        described
    }

    /// Where an entry of model `folder/new` belongs in a project with these.
    fn place(resources: Vec<Resource<'static>>, folder: &str) -> Option<String> {
        let project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        project.properties_beside(&model(folder, "new")).map(|file| file.to_string())
    }

    #[test]
    fn a_file_for_all_of_a_folder_takes_the_next() {
        let all = || vec![described("marts", "a", "marts/_marts.yml"), described("marts", "b", "marts/_marts.yml")];
        assert_eq!(place(all(), "marts").as_deref(), Some("models/marts/_marts.yml"));
        assert_eq!(place(all(), "staging"), None);
        let mut mixed = all();
        mixed.push(described("marts", "c", "marts/c.yml"));
        assert_eq!(place(mixed.clone(), "marts").as_deref(), Some("models/marts/_marts.yml"));
        mixed.extend([described("marts", "d", "marts/d.yml"), described("marts", "e", "marts/e.yml")]);
        assert_eq!(place(mixed, "marts").as_deref(), Some("a new file models/marts/new.yml"));
    }

    #[test]
    fn where_each_has_a_file_so_has_the_next() {
        let single = vec![described("marts", "a", "marts/_a.yml")];
        assert_eq!(place(single, "marts").as_deref(), Some("a new file models/marts/_new.yml"));
        let below = |folder, name| described(folder, name, &format!("{folder}/properties/{name}.yaml"));
        let project = || vec![below("marts", "a"), below("marts/kpi", "b")];
        assert_eq!(place(project(), "marts").as_deref(), Some("a new file models/marts/properties/new.yaml"));
        assert_eq!(place(project(), "staging").as_deref(), Some("a new file models/staging/properties/new.yaml"));
    }

    #[test]
    fn a_folder_below_the_root_says_nothing_of_others() {
        let at_root = |name: &str| {
            let mut at_root = model("", name);
            at_root.path = Text::from(format!("{name}.sql"));
            at_root.properties_path = Some(Text::from(format!("properties/{name}.yml")));
            at_root
        };
        assert_eq!(place(vec![at_root("a"), at_root("b")], "marts"), None);
    }

    #[test]
    fn versions_share_a_file_that_is_called_after_the_model() {
        let version = |number| {
            let mut version = described("marts", "orders", "marts/orders.yml");
            version.unique_id = Text::from(format!("model.shop.orders.v{number}"));
            version
        };
        assert_eq!(place(vec![version(1), version(2)], "marts").as_deref(), Some("a new file models/marts/new.yml"));
    }

    #[test]
    fn a_name_that_may_be_the_folder_s_is_none_of_the_model() {
        let orders = vec![described("orders", "orders", "orders/_orders__models.yml")];
        assert_eq!(place(orders, "orders").as_deref(), Some("models/orders/_orders__models.yml"));
        // One file alone does not show that this is a pattern.
        let lines = vec![described("orders", "lines", "orders/lines_schema.yml")];
        assert_eq!(place(lines, "orders"), None);
    }

    #[test]
    fn a_file_that_is_there_is_not_new() {
        let path = "models/marts/_new.yml";
        let own_files = OwnFiles { properties: vec![Spot::new(path, Span::new(0, 1))], ..OwnFiles::default() };
        let resources = vec![described("marts", "a", "marts/_a.yml")];
        let mut project = Project::from(Facts { name: Text::from("shop"), resources, ..Facts::default() });
        project.own_files = Some(Box::new(own_files));
        let expected = EntryFile { path: path.into(), is_new: false };
        assert_eq!(project.properties_beside(&model("marts", "new")), Some(expected));
    }
}
