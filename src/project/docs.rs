//! `{{ doc('name') }}` where dbt leaves it in a description: dbt 1.x in those of groups, dbt 2.x in columns of versions.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::{Project, Resource, Text};

/// Puts the contents of the docs block in place of every description that is one `doc()` call and nothing else. A call
/// that names no block stays, and so counts as no description.
pub(super) fn render(project: &str, resources: &mut [Resource<'_>]) {
    if !resources.par_iter().any(|resource| texts(resource).any(|text| call(text).is_some())) {
        return;
    }
    let mut blocks = HashMap::new();
    for block in resources.iter() {
        if let Some(detail) = block.as_docs_block() {
            blocks.insert((block.package.to_string(), block.name.to_string()), detail.contents.to_string());
        }
    }
    for resource in resources {
        let package = resource.package.to_string();
        let columns = resource.columns.iter_mut().map(|column| &mut column.description);
        for text in std::iter::once(&mut resource.description).chain(columns) {
            let contents = call(text).and_then(|(of, name)| {
                // dbt looks in the root project first, then in the package itself.
                let packages = of.map_or(vec![project, &package], |of| vec![of]);
                packages.into_iter().find_map(|of| blocks.get(&(of.to_owned(), name.to_owned())))
            });
            if let Some(contents) = contents {
                *text = Text::from(contents.clone());
            }
        }
    }
}

impl Project<'_> {
    /// Whether it is known which docs blocks descriptions use: manifests have it since dbt 1.10.
    pub fn records_docs_blocks(&self) -> bool {
        self.resources.iter().any(|resource| resource.doc_blocks.is_some())
    }

    /// Unique ids of the blocks that dbt says are used, by packages too.
    pub fn recorded_docs_blocks(&self) -> HashSet<&str, RandomState> {
        let of = |resource| blocks(resource).flatten().flatten();
        self.resources.iter().flat_map(of).map(|id| id.as_str()).collect()
    }
}

/// What is recorded of a resource and its columns.
fn blocks<'r, 'a>(resource: &'r Resource<'a>) -> impl Iterator<Item = &'r Option<Vec<Text<'a>>>> {
    let columns = resource.columns.iter().map(|column| &column.doc_blocks);
    std::iter::once(&resource.doc_blocks).chain(columns)
}

fn texts<'r>(resource: &'r Resource<'_>) -> impl Iterator<Item = &'r Text<'r>> {
    std::iter::once(&resource.description).chain(resource.columns.iter().map(|column| &column.description))
}

/// Package and name in a text that is `{{ doc('name') }}` or `{{ doc('package', 'name') }}`.
fn call(text: &str) -> Option<(Option<&str>, &str)> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim_matches(['-', '+']).trim();
    let arguments = inner.strip_prefix("doc")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let mut words = arguments.split(',').map(|word| {
        let word = word.trim();
        let quote = word.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        word.strip_prefix(quote)?.strip_suffix(quote).filter(|name| !name.contains(quote))
    });
    match (words.next()?, words.next(), words.next()) {
        (Some(name), None, None) => Some((None, name)),
        (Some(package), Some(Some(name)), None) => Some((Some(package), name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::call;
    use crate::project::{Detail, DocsBlock, Facts, Project, ResourceType, Text};
    use crate::rules::tester::{column, model, resource};

    #[test]
    fn reads_a_call_and_nothing_more() {
        assert_eq!(call(" {{ doc('orders') }} "), Some((None, "orders")));
        assert_eq!(call("{{- doc( \"shop\" , \"orders\" ) -}}"), Some((Some("shop"), "orders")));
        for text in ["{{ doc(name) }}", "{{ doc('a') }} and {{ doc('b') }}", "{{ doc('a') | upper }}", "doc('a')", ""] {
            assert_eq!(call(text), None, "{text}");
        }
    }

    #[test]
    fn renders_what_names_a_block() {
        let contents = Detail::DocsBlock(Box::new(DocsBlock { contents: Text::from("Paid orders.") }));
        let mut block = resource(ResourceType::DocsBlock, "doc.shop.revenue", "models/docs.md");
        block.detail = contents;
        let mut orders = model("marts", "fct_orders");
        orders.columns = vec![column("revenue"), column("margin")];
        orders.columns[0].description = Text::from("{{ doc('revenue') }}");
        orders.columns[1].description = Text::from("{{ doc('margin') }}");
        let project =
            Project::from(Facts { name: Text::from("shop"), resources: vec![block, orders], ..Facts::default() });
        let orders = project.get(project.find("model.shop.fct_orders").unwrap());
        let texts: Vec<&str> = orders.columns.iter().map(|column| column.description.as_str()).collect();
        assert_eq!(texts, ["Paid orders.", "{{ doc('margin') }}"]);
    }
}
