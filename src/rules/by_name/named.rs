//! Relations that SQL names itself.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;

use crate::project::{Detail, Project, Resource, ResourceId, ResourceType};
use crate::rules::hard_coded;

/// A relation that SQL names.
#[derive(Debug)]
pub(crate) struct Reading {
    /// In lower case; `None` where Jinja puts it in.
    pub schema: Option<String>,
    /// As it is written.
    pub text: String,
    pub reader: ResourceId,
}

/// All of them that have more than a table's name.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// By table, in lower case.
    by_table: HashMap<String, Vec<Reading>>,
    /// Schemas of which Jinja chooses the table, in lower case.
    pub schemas: HashMap<String, ResourceId>,
    readers: HashSet<ResourceId>,
    /// Models and the like whose own Jinja looks relations up.
    asking: HashSet<ResourceId>,
}

/// Tells code that names a relation with its schema behind `from` or `join`, or that looks relations up. That is a small
/// part of all, and the rest need not be taken apart, nor even be read as the JSON that it is kept in.
static NAMES_ONE: LazyLock<Regex> = LazyLock::new(|| {
    let name = r#"(?:(?:\\")?\{\{[^}]*\}\}(?:\\")?|\\"[^"\\]*\\"|`[^`]*`|[^ \\(),;'{}"]+)\."#;
    // Not in any case: with so few beginnings, the search skips what has none of them.
    let word = "(?:from|join|FROM|JOIN|From|Join)";
    let pattern = format!(r"{word}(?: |\\[nrt])+{name}|{}", super::lookups::HINTS);
    Regex::new(&pattern).expect("the pattern is well formed")
});

impl Named {
    pub(super) fn new(project: &Project<'_>, in_parallel: bool) -> Self {
        let own = super::with_code(project);
        let said: Vec<Said> = match in_parallel {
            true => own.par_iter().filter_map(|(id, resource)| Said::of(*id, resource)).collect(),
            false => own.iter().filter_map(|(id, resource)| Said::of(*id, resource)).collect(),
        };
        let mut all = Self::default();
        for one in said {
            one.names.iter().for_each(|name| all.add(name, one.id));
            if one.asks {
                all.asking.insert(one.id);
            }
        }
        all
    }

    fn add(&mut self, name: &str, reader: ResourceId) {
        let plain = |part: &str| part.trim_matches(['"', '`']).to_lowercase();
        let Some((rest, table)) = split_last(name) else { return };
        let (table, schema) = (plain(table), plain(split_last(rest).map_or(rest, |(_, schema)| schema)));
        let is_made = |part: &str| part.contains(['{', '}']);
        let known_schema = (!is_made(&schema)).then_some(schema);
        match (is_made(&table), known_schema) {
            (true, Some(schema)) => {
                self.schemas.entry(schema).or_insert(reader);
            }
            (true, None) => {}
            (false, schema) => {
                self.readers.insert(reader);
                let reading = Reading { schema, text: name.to_owned(), reader };
                self.by_table.entry(table).or_default().push(reading);
            }
        }
    }

    /// Whether the code names any.
    pub(crate) fn is_reader(&self, id: ResourceId) -> bool {
        self.readers.contains(&id)
    }

    /// Whether the code of a model looks relations up itself.
    pub(crate) fn is_asking(&self, id: ResourceId) -> bool {
        self.asking.contains(&id)
    }

    /// Where a table of that name is read, in order of readers' ids.
    pub(crate) fn of(&self, table: &str) -> &[Reading] {
        self.by_table.get(&table.to_lowercase()).map_or(&[], Vec::as_slice)
    }
}

/// What the code of one resource says.
struct Said {
    id: ResourceId,
    names: Vec<String>,
    /// Whether it looks relations up itself, other than in a macro.
    asks: bool,
}

impl Said {
    fn of(id: ResourceId, resource: &Resource<'_>) -> Option<Self> {
        let code = code_of(resource)?;
        let names = hard_coded::relations(&code).into_iter().map(str::to_owned).collect();
        let asks = resource.kind != ResourceType::Macro && super::lookups::asks(&code);
        Some(Self { id, names, asks })
    }
}

/// Splits at the last dot that is not within Jinja.
fn split_last(name: &str) -> Option<(&str, &str)> {
    let is_outside = |at: &usize| name[*at..].matches("}}").count() == name[*at..].matches("{{").count();
    let at = name.rmatch_indices('.').map(|(at, _)| at).find(is_outside)?;
    Some((&name[..at], &name[at + 1..]))
}

/// The code of what may read a relation, where there is a name in it.
fn code_of(resource: &Resource<'_>) -> Option<String> {
    let json = match &resource.detail {
        Detail::Macro(detail) => detail.macro_sql?,
        Detail::Relation(relation) if !relation.is_python() => relation.raw_code?,
        _ => return None,
    };
    NAMES_ONE.is_match(json.get()).then(|| json.parse()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{NAMES_ONE, Named};
    use crate::project::ResourceId;

    #[test]
    fn code_with_a_name_is_told_from_other_code_in_json() {
        let has_name = |code: &str| NAMES_ONE.is_match(&serde_json::to_string(code).unwrap());
        for code in [
            "select * from raw.orders",
            "select *\nFROM\n\traw.orders",
            "left join `proj-1.raw.orders`",
            "from \"Raw\".\"My Orders\"",
            "from {{ target.schema }}.orders",
            "from \"{{ database }}\".erp.orders",
            "from erp.{{ table }}",
        ] {
            assert!(has_name(code), "{code}");
        }
        for code in [
            "select a.b from {{ ref('a.b') }} a join {{ source('x', 'y') }} x on a.b = x.c",
            "with a as (select 1.5) select a.* from a where a.b > 1.0",
            "from (select x.y)",
        ] {
            assert!(!has_name(code), "{code}");
        }
    }

    #[test]
    fn a_part_that_jinja_puts_in_may_be_any() {
        let mut named = Named::default();
        for name in ["Raw.\"ERP\".Orders", "{{ target.schema }}.items", "erp.{{ t.name }}", "orphan", "{{ a.b }}"] {
            named.add(name, ResourceId(7));
        }
        let schemas = |table: &str| named.of(table).iter().map(|it| it.schema.as_deref()).collect::<Vec<_>>();
        assert_eq!(schemas("ORDERS"), [Some("erp")]);
        assert_eq!(schemas("items"), [None]);
        assert!(schemas("orphan").is_empty());
        assert_eq!(named.schemas.keys().collect::<Vec<_>>(), ["erp"]);
    }
}
