//! What to write in place of the name of a table.

use std::cell::OnceCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::project::{ResourceId, ResourceType};
use crate::rules::Context;

/// Types with a name in the warehouse.
const KINDS: [ResourceType; 4] =
    [ResourceType::Source, ResourceType::Seed, ResourceType::Model, ResourceType::Snapshot];

/// What the project itself builds or declares under which name in the warehouse.
#[derive(Default)]
pub(super) struct Relations {
    /// By schema and name, in lower case; gathered when first asked for.
    known: OnceCell<HashMap<(String, String), ResourceId, RandomState>>,
}

impl Relations {
    fn gather(cx: &Context<'_>) -> HashMap<(String, String), ResourceId, RandomState> {
        let mut known = HashMap::default();
        for id in cx.project.of_kinds(KINDS) {
            let resource = cx.project.get(id);
            let names = match (resource.relation(), resource.as_source()) {
                (Some(relation), _) => (&relation.schema, &relation.alias),
                (_, Some(source)) => (&source.schema, &source.identifier),
                _ => continue,
            };
            known.entry((names.0.to_lowercase(), names.1.to_lowercase())).or_insert(id);
        }
        known
    }

    /// What to write in place of a table's name.
    pub(super) fn help(&self, name: &str, cx: &Context<'_>) -> String {
        let mut parts: Vec<String> = name.split('.').map(|part| part.trim_matches(['"', '`']).to_owned()).collect();
        let table = parts.pop().unwrap_or_default();
        let schema = parts.pop().unwrap_or_default();
        let known = self.known.get_or_init(|| Self::gather(cx));
        let known = known.get(&(schema.to_lowercase(), table.to_lowercase())).map(|&id| cx.node(id));
        match known {
            Some(node) if node.kind == ResourceType::Source => {
                let group = node.as_source().map_or("", |source| source.source_name.as_str());
                format!("write `{{{{ source('{group}', '{}') }}}}` in place of `{name}`", node.name)
            }
            Some(node) => format!("write `{{{{ ref('{}') }}}}` in place of `{name}`", node.name),
            None if schema.is_empty() || name.contains("{{") => {
                format!(
                    "declare `{name}` under `sources:` and read it with `source()`, or with `ref()` if a model \
                     builds it"
                )
            }
            None => format!(
                "declare `{name}` under `sources:` and write `{{{{ source('{schema}', '{table}') }}}}` in its place; \
                 if a model builds it, write `ref()`"
            ),
        }
    }
}
