use std::collections::{HashMap, HashSet};

use aho_corasick::AhoCorasick;
use foldhash::fast::RandomState;

use crate::findings::Place;
use crate::project::{Detail, DocsMention, Project, Resource, ResourceType};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a docs block that no description refers to.
    ///
    /// dbt records which blocks the descriptions of models, seeds, snapshots, tests, analyses, sources and their
    /// columns use (since dbt 1.10; on other manifests the rule does not run). Of exposures, metrics, macros and the
    /// rest it does not: a block counts as used, too, where any description contains its text. Exempt are an empty
    /// block, whose use cannot be seen, and `__overview__` and `__<package>__`, which dbt's docs site shows by itself.
    /// Where a block is named under a key that dbt does not read, such as one for anchors that no alias uses, the finding
    /// says where.
    ///
    /// # Why it matters
    /// A block nobody reads is not kept up to date, and one day somebody finds it by search and takes it for the
    /// definition in force.
    ///
    /// # Example
    /// ```jinja
    /// {# models/docs.md #}
    /// {% docs net_revenue %}
    /// Paid orders in euros, without tax.
    /// {% enddocs %}
    /// ```
    ///
    /// # Use instead
    /// ```jinja
    /// {# models/docs.md #}
    /// {% docs net_revenue %}
    /// Paid orders in euros, without tax.
    /// {% enddocs %}
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     columns:
    ///       - name: net_revenue
    ///         description: "{{ doc('net_revenue') }}"
    /// ```
    UnusedDocsBlock(NoOptions),
    code = "DOC023",
    slug = "unused-docs-block",
    area = Documentation,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [DocsBlock]
}

impl Rule for UnusedDocsBlock {
    fn check_project(&self, cx: &mut Context<'_>) {
        let recorded = cx.project.recorded_docs_blocks();
        let subjects = cx.subjects(ResourceType::DocsBlock);
        let unrecorded: Vec<Node<'_>> = subjects
            .filter(|block| !is_of_the_docs_site(&block.name) && !recorded.contains(block.unique_id.as_str()))
            .collect();
        let mentions = cx.own_files().map_or(&[][..], |own| &own.docs_mentions);
        for block in not_quoted(cx.project, unrecorded) {
            let call = format!("`description: \"{{{{ doc('{}') }}}}\"`", block.name);
            match mentions.iter().find(|mention| mention.name == block.name.as_str()) {
                None => cx
                    .report(block, Place::Entry, format!("docs block `{}` is used by no description", block.name))
                    .help(format!("remove it, or use it where its subject is described: {call}")),
                Some(mention) => cx
                    .report(block, Place::Entry, message_of(mention))
                    .help(format!("remove it and what names it, or use it where its subject is described: {call}"))
                    .evidence(in_words(mention)),
            };
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        // Where nothing but docs blocks is there, there is nothing to record.
        let records = cx.project.resources.iter().all(is_docs_block) || cx.project.records_docs_blocks();
        (!records).then(|| {
            "the manifest does not say which docs blocks descriptions use (dbt 1.10 and later 1.x do)".to_owned()
        })
    }
}

fn is_docs_block(resource: &Resource<'_>) -> bool {
    resource.kind == ResourceType::DocsBlock
}

fn message_of(mention: &DocsMention) -> String {
    format!("docs block `{}` is used by no description that dbt reads", mention.name)
}

/// Where a block is named in vain, and why.
fn in_words(mention: &DocsMention) -> String {
    let named = format!("{}:{} names it", mention.spot.path, mention.line);
    match mention.section.as_deref() {
        Some(section) if !SECTIONS.contains(&section) => {
            format!("{named}, under `{section}:`, which dbt does not read and no alias uses")
        }
        _ => format!("{named}, of which dbt makes no description"),
    }
}

/// Keys of properties YAML that dbt reads.
const SECTIONS: [&str; 14] = [
    "analyses",
    "data_tests",
    "exposures",
    "functions",
    "groups",
    "macros",
    "metrics",
    "models",
    "saved_queries",
    "seeds",
    "semantic_models",
    "snapshots",
    "sources",
    "unit_tests",
];

/// `__overview__` and `__<package>__` are pages of dbt's docs site.
fn is_of_the_docs_site(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}

/// Those blocks whose text is in no description and whose name is in no `doc()` that was left unrendered, as dbt leaves
/// it in what is disabled.
fn not_quoted<'p>(project: &'p Project<'_>, blocks: Vec<Node<'p>>) -> Vec<Node<'p>> {
    let mut by_text: HashMap<String, Vec<Node<'p>>> = HashMap::new();
    for block in blocks {
        let contents = block.resource.as_docs_block().map_or("", |detail| detail.contents.trim());
        if !contents.is_empty() {
            by_text.entry(contents.to_ascii_lowercase()).or_default().push(block);
        }
    }
    let texts: Vec<&str> = by_text.keys().map(String::as_str).collect();
    // It refuses only what is far beyond any project's size; then nothing is known.
    let Some(finder) = Finder::new(&texts) else { return Vec::new() };
    let (mut quoted, mut named) = (HashSet::new(), HashSet::new());
    // Many columns have the same one.
    let described: HashSet<&str, RandomState> =
        project.resources.iter().chain(&project.disabled).flat_map(descriptions).collect();
    for text in described {
        if finder.find_in(text, &mut quoted) {
            named.extend(text.split(['\'', '"']).skip(1).step_by(2));
        }
    }
    let unquoted = texts.iter().enumerate().filter(|(at, _)| !quoted.contains(at));
    let mut left: Vec<Node<'p>> = unquoted.flat_map(|(_, text)| by_text[*text].iter().copied()).collect();
    left.retain(|block| !named.contains(block.name.as_str()));
    left.sort_unstable_by_key(|block| block.id);
    left
}

/// Finds which of many texts stand in a description. It looks for their beginnings, of which a small automaton can be
/// made at once, and compares the rest where one is found.
struct Finder<'t> {
    texts: &'t [&'t str],
    beginnings: AhoCorasick,
    shortest: usize,
}

impl<'t> Finder<'t> {
    /// Bytes of a text that go into the automaton.
    const BEGINNING: usize = 24;
    /// What an unrendered `{{ doc('…') }}` has in it; the automaton's last pattern.
    const CALL: &'static [u8] = b"doc(";

    fn new(texts: &'t [&'t str]) -> Option<Self> {
        let beginning = |text: &&'t str| &text.as_bytes()[..text.len().min(Self::BEGINNING)];
        // Case is ignored because of `{{ doc('x') | upper }}`, which dbt renders but does not record.
        let mut builder = AhoCorasick::builder();
        let patterns = texts.iter().map(beginning).chain([Self::CALL]);
        let beginnings = builder.ascii_case_insensitive(true).build(patterns).ok()?;
        let shortest = texts.iter().map(|text| text.len()).min().unwrap_or(usize::MAX).min(Self::CALL.len());
        Some(Self { texts, beginnings, shortest })
    }

    /// Adds the index of every text that stands somewhere in `description`, and says whether a `doc()` call does.
    fn find_in(&self, description: &str, found: &mut HashSet<usize>) -> bool {
        let mut has_call = false;
        if description.len() < self.shortest {
            return has_call;
        }
        for start in self.beginnings.find_overlapping_iter(description) {
            let index = start.pattern().as_usize();
            let Some(text) = self.texts.get(index).map(|text| text.as_bytes()) else {
                has_call = true;
                continue;
            };
            let rest = &description.as_bytes()[start.start()..];
            if rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text) {
                found.insert(index);
            }
        }
        has_call
    }
}

/// Every description of a resource and its parts. Also where dbt has recorded blocks, because it does not see one that
/// goes through a filter or is joined to other text.
fn descriptions<'p>(resource: &'p Resource<'_>) -> Vec<&'p str> {
    let mut texts = vec![resource.description.as_str()];
    texts.extend(resource.columns.iter().map(|column| column.description.as_str()));
    match &resource.detail {
        Detail::Source(source) => texts.push(&source.source_description),
        Detail::Macro(detail) => texts.extend(detail.arguments.iter().map(|(_, text)| text.as_str())),
        Detail::SemanticModel(detail) => texts.extend(detail.descriptions.iter().map(|text| text.as_str())),
        _ => {}
    }
    texts
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::in_words;
    use crate::findings::Place;
    use crate::project::{Column, Detail, DocsBlock, DocsMention, Resource, ResourceType, Spot, Text};
    use crate::rules::tester::{column, exposure, findings, lint, model, resource, source, subjects};
    use crate::text::Span;

    fn block(name: &str, contents: &'static str) -> Resource<'static> {
        let detail = Detail::DocsBlock(Box::new(DocsBlock { contents: Text::from(contents) }));
        Resource { detail, ..resource(ResourceType::DocsBlock, &format!("doc.shop.{name}"), "models/docs.md") }
    }

    /// A model of a manifest that records blocks, with those it uses.
    fn using(name: &str, blocks: &[&'static str]) -> Resource<'static> {
        let mut made = model("marts", name);
        made.doc_blocks = Some(blocks.iter().map(|id| Text::from(*id)).collect());
        made
    }

    #[test]
    fn says_which_block_nobody_uses() {
        let mut foreign = using("toolkit", &["doc.shop.c"]);
        foreign.package = Text::from("toolkit");
        let mut orders = using("fct_orders", &["doc.shop.a"]);
        let by_column = Some(vec![Text::from("doc.shop.b")]);
        orders.columns = vec![Column { doc_blocks: by_column, ..column("amount") }];
        let blocks = [block("a", "Alpha."), block("b", "Beta."), block("c", "Gamma."), block("d", "Delta.")];
        let all: Vec<_> = blocks.into_iter().chain([orders, foreign]).collect();
        let found = findings("DOC023", Value::Null, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "docs block `d` is used by no description");
        assert_eq!(found[0].place, Place::Entry);
        assert!(found[0].help.ends_with("`description: \"{{ doc('d') }}\"`"), "{}", found[0].help);
    }

    #[test]
    fn what_dbt_does_not_record_is_recognised_by_its_text() {
        let mut dashboard = exposure("weekly");
        dashboard.description = Text::from("For the board. Revenue without tax.");
        let mut table = source("erp", "orders");
        table.doc_blocks = Some(Vec::new());
        if let Detail::Source(detail) = &mut table.detail {
            detail.source_description = Text::from("The planning system.");
        }
        let mut filtered = using("fct_orders", &[]);
        filtered.description = Text::from("ONE ROW PER ORDER.");
        let mut group = resource(ResourceType::Group, "group.shop.finance", "models/_groups.yml");
        group.description = Text::from("{{ doc('finance') }}");
        let all = [
            block("revenue", "Revenue without tax."),
            block("erp", "The planning system."),
            block("orders", "One row per order."),
            block("finance", "The finance team."),
            block("same_words", "Revenue without tax."),
            dashboard,
            table,
            filtered,
            group,
        ];
        assert!(subjects("DOC023", &all).is_empty());
    }

    #[test]
    fn pages_of_the_docs_site_and_empty_blocks_are_exempt() {
        let all =
            [block("__overview__", "Welcome."), block("__shop__", "Our shop."), block("empty", ""), using("a", &[])];
        assert!(subjects("DOC023", &all).is_empty());
    }

    #[test]
    fn a_call_that_dbt_does_not_read_is_named() {
        let yaml = "x-common: \n  - &fares {name: fares, description: '{{ doc(\"fares\") }}'}\nmodels: []\n# {{ doc('routes') }}\n";
        let files = [
            ("dbt_project.yml", "name: shop\n"),
            ("models/a.yml", yaml),
            ("models/docs.md", "{% docs fares %}Fares.{% enddocs %}\n{% docs routes %}Routes.{% enddocs %}\n"),
        ];
        let all = [block("fares", "Fares."), block("routes", "Routes."), using("a", &[])];
        let found = lint("DOC023", Value::Null, &files, &all);
        let messages: Vec<&str> = found.iter().filter_map(|line| line.split("`: ").nth(1)).collect();
        assert_eq!(
            messages,
            [
                "docs block `fares` is used by no description that dbt reads",
                "docs block `routes` is used by no description"
            ]
        );
        let mention = |section: &str| DocsMention {
            name: "fares".to_owned(),
            spot: Spot::new("models/a.yml", Span::new(0, 1)),
            line: 2,
            section: Some(section.to_owned()),
        };
        assert_eq!(
            in_words(&mention("x-common")),
            "models/a.yml:2 names it, under `x-common:`, which dbt does not read and no alias uses"
        );
        assert_eq!(in_words(&mention("models")), "models/a.yml:2 names it, of which dbt makes no description");
    }

    #[test]
    fn does_not_run_where_nothing_is_recorded() {
        assert!(subjects("DOC023", &[block("a", "Alpha."), model("marts", "fct_orders")]).is_empty());
    }
}
