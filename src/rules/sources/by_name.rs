//! Which sources code may read by name, so that nobody can say that nothing reads their tables.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::project::{Detail, Project, Resource, ResourceId, folder};
use crate::rules::by_name::{ByName, begins_blind, in_macro, in_template};
use crate::rules::generated::sql;
use crate::rules::{Node, SourceGroup};

/// What the root project's code says of names of sources.
#[derive(Debug)]
pub(super) struct ReadByName<'p> {
    project: &'p Project<'p>,
    by_name: ByName<'p>,
    /// Names that code hands to macros that look relations up, in lower case, with who does.
    handed_over: HashMap<String, ResourceId>,
    /// Patterns of names with `%`, likewise.
    patterns: BTreeMap<String, ResourceId>,
    /// Models without a parent that read what does not show, by id.
    blind: Vec<ResourceId>,
}

impl<'p> ReadByName<'p> {
    pub(super) fn new(project: &'p Project<'p>, by_name: ByName<'p>) -> Self {
        let own = crate::rules::by_name::with_code(project);
        let said: Vec<Said> = own.par_iter().filter_map(|(id, resource)| Said::of(*id, resource, by_name)).collect();
        let mut all =
            Self { project, by_name, handed_over: HashMap::new(), patterns: BTreeMap::new(), blind: Vec::new() };
        for one in said {
            all.hand_over(one.texts, one.id);
            if one.is_blind {
                all.blind.push(one.id);
            }
        }
        all
    }

    fn hand_over(&mut self, texts: Vec<String>, by: ResourceId) {
        for text in texts {
            if text.contains('%') {
                self.patterns.entry(text).or_insert(by);
            } else {
                self.handed_over.entry(text).or_insert(by);
            }
        }
    }

    /// Why code may read any table of the source: it hands the source's name or schema to a macro that looks relations up,
    /// has the table's name made by Jinja, or a model beside the source reads what does not show.
    pub(super) fn may_read(&self, source: &SourceGroup<'_>) -> Option<String> {
        let schemas = source.tables.iter().filter_map(|table| Some(table.resource.as_source()?.schema.as_str()));
        let mut names: Vec<String> = schemas.map(str::to_lowercase).chain([source.name.to_lowercase()]).collect();
        names.sort_unstable();
        names.dedup();
        let label = |id: ResourceId| {
            let resource = self.project.get(id);
            format!("{} `{}`", resource.kind.label(), resource.label())
        };
        let handed = |name: &String| {
            let by = self.handed_by(name)?;
            Some(format!("{} looks relations up and has its name `{name}` in quotes", label(by)))
        };
        let made = |name: &String| {
            let by = *self.by_name.named().schemas.get(name)?;
            Some(format!("{} reads tables of `{name}` whose names Jinja makes", label(by)))
        };
        let beside = |table: &Node<'_>| {
            let by = self.beside(&table.resource.path)?;
            Some(format!("{} beside it reads what lineage does not show", label(by)))
        };
        let by_name = names.iter().find_map(|name| handed(name).or_else(|| made(name)));
        by_name.or_else(|| source.tables.iter().find_map(beside))
    }

    /// Who hands over the name, or a pattern of it.
    fn handed_by(&self, name: &str) -> Option<ResourceId> {
        let by_pattern = || self.patterns.iter().find(|(pattern, _)| is_of_pattern(name, pattern)).map(|(_, by)| by);
        self.handed_over.get(name).or_else(by_pattern).copied()
    }

    /// A model that reads what does not show, in the folder of that file or below.
    fn beside(&self, path: &str) -> Option<ResourceId> {
        let home = folder(path);
        // Everything stands below `models`.
        let is_below = |id: &&ResourceId| {
            let place = folder(&self.project.get(**id).path);
            place == home || (home.contains('/') && place.strip_prefix(home).is_some_and(|rest| rest.starts_with('/')))
        };
        self.blind.iter().find(is_below).copied()
    }

    /// Whose SQL names the table itself.
    pub(super) fn reader_of(&self, table: &Node<'_>) -> Option<&'p Resource<'p>> {
        let source = table.resource.as_source()?;
        let schema = source.schema.non_empty().unwrap_or(&source.source_name).to_lowercase();
        let identifier = source.identifier.non_empty().unwrap_or(&table.resource.name);
        let readings = self.by_name.named().of(identifier);
        let reading = readings.iter().find(|reading| reading.schema.as_ref().is_none_or(|named| *named == schema))?;
        Some(self.project.get(reading.reader))
    }

    /// A model that may read anything.
    pub(super) fn example(&self) -> Option<&'p Resource<'p>> {
        self.blind.first().map(|&id| self.project.get(id))
    }
}

/// What one resource says of names.
struct Said {
    id: ResourceId,
    /// Texts that it hands over.
    texts: Vec<String>,
    is_blind: bool,
}

impl Said {
    fn of(id: ResourceId, resource: &Resource<'_>, by_name: ByName<'_>) -> Option<Self> {
        let lookups = by_name.lookups();
        if let Detail::Macro(detail) = &resource.detail {
            let code = lookups.asks(&resource.unique_id).then(|| detail.code()).flatten()?;
            return Some(Self { id, texts: in_macro(&code), is_blind: false });
        }
        let is_blind = begins_blind(resource, by_name);
        let finds = || by_name.named().is_asking(id) || lookups.called(resource).is_some();
        if !is_blind && !resource.is_unknown("parents") && !finds() {
            return None;
        }
        let code = sql(resource).unwrap_or_default();
        Some(Self { id, texts: in_template(&code, is_blind, &|name| lookups.is_harmless(name)), is_blind })
    }
}

/// Whether a name begins as the pattern does before its `%`.
fn is_of_pattern(name: &str, pattern: &str) -> bool {
    /// Fewer characters before the `%` say nothing.
    const FEWEST: usize = 3;
    pattern.split_once('%').is_some_and(|(start, _)| start.len() >= FEWEST && name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_of_pattern;

    #[test]
    fn a_pattern_is_meant_by_its_beginning() {
        assert!(is_of_pattern("erp_germany", "erp_%"));
        assert!(!is_of_pattern("erp_germany", "%"));
        assert!(!is_of_pattern("e_rp", "e_%"));
    }
}
