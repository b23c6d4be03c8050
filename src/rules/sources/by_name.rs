//! Tables that are read by their names in the warehouse: a macro that looks relations up, or SQL that names them. Lineage
//! does not show it, so that nobody can say that nothing reads them.

use std::collections::HashSet;

use rayon::prelude::*;
use regex::Regex;

use crate::project::{Detail, Project, Resource, ResourceType, folder};
use crate::rules::generated::{generates_rows, sql};
use crate::rules::hard_coded;
use crate::rules::{Node, SourceGroup};
use crate::text::jinja::{SegmentKind, Segments};

/// What the root project's code says of names in the warehouse.
#[derive(Debug, Default)]
pub(super) struct ReadByName<'p> {
    /// Names that code hands to macros, in lower case.
    handed_over: HashSet<String>,
    /// Patterns of names with `%`, likewise.
    patterns: HashSet<String>,
    /// `schema.table` of relations that SQL names itself, in lower case.
    relations: HashSet<String>,
    /// Models without a parent that read what does not show, by id.
    blind: Vec<&'p Resource<'p>>,
}

impl<'p> ReadByName<'p> {
    /// Of the relations that SQL names, only those that may be one of `tables` are looked for.
    pub(super) fn new(project: &'p Project<'p>, tables: &[Node<'_>]) -> Self {
        let mentions = Mentions::of(tables);
        let own = project.resources.par_iter().filter(|it| project.is_own(it) && has_code(it.kind));
        let (names, blind): (Vec<Names>, Vec<Option<&Resource<'_>>>) =
            own.map(|resource| of(resource, project, &mentions)).unzip();
        let mut all = Self { blind: blind.into_iter().flatten().collect(), ..Self::default() };
        for names in names {
            names.handed_over.into_iter().for_each(|text| all.hand_over(text));
            all.relations.extend(names.relations);
        }
        all
    }

    /// Whether code may read any table of the source: it hands the source's name or schema to a macro, or a model beside
    /// the source reads what does not show.
    pub(super) fn may_read(&self, source: &SourceGroup<'_>) -> bool {
        let schemas = source.tables.iter().filter_map(|table| Some(table.resource.as_source()?.schema.as_str()));
        let mut names: HashSet<String> = schemas.map(str::to_lowercase).collect();
        names.insert(source.name.to_lowercase());
        names.iter().any(|name| self.is_handed_over(name))
            || source.tables.iter().any(|table| self.is_beside(&table.resource.path))
    }

    fn hand_over(&mut self, text: String) {
        let texts = if text.contains('%') { &mut self.patterns } else { &mut self.handed_over };
        texts.insert(text);
    }

    /// Whether code hands over the name, or a pattern of it.
    fn is_handed_over(&self, name: &str) -> bool {
        self.handed_over.contains(name) || self.patterns.iter().any(|pattern| is_of_pattern(name, pattern))
    }

    /// Whether a model that reads what does not show stands in the folder of that file, or below.
    fn is_beside(&self, path: &str) -> bool {
        let home = folder(path);
        // Everything stands below `models`.
        let is_below = |model: &&Resource<'_>| {
            let place = folder(&model.path);
            place == home || (home.contains('/') && place.strip_prefix(home).is_some_and(|rest| rest.starts_with('/')))
        };
        self.blind.iter().any(is_below)
    }

    /// Whether SQL names the table itself.
    pub(super) fn is_named(&self, table: &Node<'_>) -> bool {
        let Some(source) = table.resource.as_source() else { return false };
        let schema = source.schema.non_empty().unwrap_or(&source.source_name);
        self.relations.contains(&format!("{schema}.{}", identifier(table)).to_lowercase())
    }

    /// A model that may read anything.
    pub(super) fn example(&self) -> Option<&'p Resource<'p>> {
        self.blind.first().copied()
    }
}

/// What the table is called in the warehouse.
fn identifier<'a>(table: &'a Node<'_>) -> &'a str {
    let given = table.resource.as_source().and_then(|source| source.identifier.non_empty());
    given.unwrap_or(&table.resource.name)
}

/// Tells code that has none of some tables' names in it, which is nearly all, so that its SQL need not be taken apart.
struct Mentions(Option<Regex>);

impl Mentions {
    fn of(tables: &[Node<'_>]) -> Self {
        let names: Vec<String> = tables.iter().map(|table| regex::escape(identifier(table))).collect();
        // So many names that they make too large a pattern: then all code is taken for one that has them.
        Self(Regex::new(&format!("(?i){}", names.join("|"))).ok())
    }

    fn are_in(&self, code: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.is_match(code))
    }
}

/// Whether a name begins as the pattern does before its `%`.
fn is_of_pattern(name: &str, pattern: &str) -> bool {
    /// Fewer characters before the `%` say nothing.
    const FEWEST: usize = 3;
    pattern.split_once('%').is_some_and(|(start, _)| start.len() >= FEWEST && name.starts_with(start))
}

/// The types of resources whose code may look for relations.
fn has_code(kind: ResourceType) -> bool {
    matches!(kind, ResourceType::Macro | ResourceType::Model | ResourceType::Snapshot | ResourceType::Operation)
}

#[derive(Default)]
struct Names {
    handed_over: Vec<String>,
    relations: Vec<String>,
}

fn of<'p>(resource: &'p Resource<'p>, project: &Project<'_>, mentions: &Mentions) -> (Names, Option<&'p Resource<'p>>) {
    let mut names = Names::default();
    if let Detail::Macro(detail) = &resource.detail {
        let code = detail.code().unwrap_or_default();
        names.handed_over = quoted(&code, false);
        return (names, None);
    }
    let code = sql(resource).unwrap_or_default();
    let is_of_interest = resource.depends_on.is_empty() || mentions.are_in(&code);
    let named = if is_of_interest { hard_coded::relations(&code) } else { Vec::new() };
    let is_blind = named.is_empty() && is_blind(resource, &code, project);
    names.handed_over = quoted(&code, !is_blind);
    names.relations = named.into_iter().filter_map(schema_and_table).collect();
    (names, is_blind.then_some(resource))
}

/// Whether a model that names no table reads what does not show: it has no parent and makes no rows itself, so that a macro
/// or Python finds what it reads.
fn is_blind(model: &Resource<'_>, code: &str, project: &Project<'_>) -> bool {
    const LOOKUPS: [&str; 4] = ["run_query(", "adapter.", "load_relation(", "graph."];
    let is_lookup = |id: &str| !id.starts_with("macro.dbt.");
    let is_python = model.relation().is_some_and(|relation| relation.is_python());
    let finds = || {
        is_python
            || model.is_unknown("parents")
            || model.macros.iter().any(|id| is_lookup(id))
            || LOOKUPS.iter().any(|call| code.contains(call))
    };
    model.depends_on.is_empty()
        && matches!(model.kind, ResourceType::Model | ResourceType::Snapshot)
        && !project.is_time_spine(model)
        && !generates_rows(model)
        && finds()
}

/// `raw.erp."orders"` as `erp.orders`; `None` for a name without a schema.
fn schema_and_table(name: &str) -> Option<String> {
    let mut parts = name.rsplit('.').map(|part| part.trim_matches(['"', '`']).to_lowercase());
    let (table, schema) = (parts.next()?, parts.next()?);
    Some(format!("{schema}.{table}"))
}

/// Texts in quotes, in lower case; where `in_jinja`, only those in expressions and statements, as an SQL literal is only a
/// value. What `source`, `ref` and `config` are given is no name that code looks for.
fn quoted(code: &str, in_jinja: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut unread = 0;
    for segment in Segments::new(code).map_while(Result::ok) {
        let (span, inner) = (segment.span.range(), &code[segment.inner.range()]);
        let is_jinja = matches!(segment.kind, SegmentKind::Expression | SegmentKind::Statement);
        let is_config = is_jinja && inner.trim_start().starts_with("config");
        if in_jinja && is_jinja && !is_config {
            find_quoted(inner, &mut found);
        } else if is_config && !in_jinja {
            find_quoted(&code[unread..span.start], &mut found);
            unread = span.end;
        }
    }
    if !in_jinja {
        find_quoted(&code[unread..], &mut found);
    }
    found
}

fn find_quoted(code: &str, found: &mut Vec<String>) {
    let mut rest = 0;
    while let Some(at) = memchr::memchr2(b'\'', b'"', &code.as_bytes()[rest..]).map(|at| rest + at) {
        let quote = code.as_bytes()[at];
        let Some(length) = memchr::memchr(quote, &code.as_bytes()[at + 1..]) else { break };
        let text = &code[at + 1..at + 1 + length];
        let is_name = !text.is_empty() && text.len() < 128 && !text.contains(char::is_whitespace);
        let call = code[..at].trim_end().strip_suffix('(').map_or("", str::trim_end);
        if is_name && !call.ends_with("source") && !call.ends_with("ref") {
            found.push(text.to_lowercase());
        }
        // An apostrophe in a comment opens no text: go on behind it, not behind the next one.
        rest = if is_name || !text.contains('\n') { at + 2 + length } else { at + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadByName, quoted};

    #[test]
    fn texts_that_are_handed_over_are_told_from_others() {
        let code = "{{ config(schema='out') }}\n-- it's\n{% set r = get_relations('erp', \"CRM\") %}\n\
                    select 'shop' as origin from {{ source('raw', 'orders') }} join {{ ref( 'other' ) }}";
        assert_eq!(quoted(code, true), ["erp", "crm", "orders"]);
        assert_eq!(quoted("select * from information_schema.tables where table_schema = 'erp'", false), ["erp"]);
    }

    #[test]
    fn a_pattern_is_meant_by_its_beginning() {
        let is_meant = |text: &str, name: &str| {
            let mut code = ReadByName::default();
            code.hand_over(text.to_owned());
            code.is_handed_over(name)
        };
        assert!(is_meant("erp_%", "erp_germany"));
        assert!(is_meant("erp", "erp"));
        assert!(!is_meant("erp", "erp_germany"));
        assert!(!is_meant("%", "erp_germany"));
        assert!(!is_meant("e_%", "e_rp"));
    }
}
