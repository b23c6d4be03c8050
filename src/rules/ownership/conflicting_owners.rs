use serde_json::Value;

use super::identity::may_be_same;
use super::stated::{meta_path, source_of_inherited};
use crate::findings::Place;
use crate::project::lookup;
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a resource for which `meta`, its group and CODEOWNERS name different owners.
    ///
    /// Two places agree if any of the names in one may mean the same as any in the other: case, a leading `@`, spaces
    /// and hyphens, the domain of an address and the organisation of a team (`@shop/finance-data`) do not count, and a
    /// group is known by its own name as well as by its owner's. CODEOWNERS is looked at if `owners.codeowners` is on.
    /// What tables inherit from their source is reported once, at the source.
    ///
    /// # Why it matters
    /// Two owners are none: each believes that the other one looks after it, and whoever asks gets sent from one to the
    /// other.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// groups:
    ///   - name: marketing
    ///     owner:
    ///       name: Marketing Analytics
    ///       email: marketing-analytics@shop.example
    /// models:
    ///   - name: fct_visits
    ///     config:
    ///       group: marketing
    ///       meta:
    ///         owner: Growth
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// groups:
    ///   - name: marketing
    ///     owner:
    ///       name: Marketing Analytics
    ///       email: marketing-analytics@shop.example
    /// models:
    ///   - name: fct_visits
    ///     config:
    ///       group: marketing
    /// ```
    ConflictingOwners(NoOptions),
    code = "OWN008",
    slug = "conflicting-owners",
    area = Ownership,
    trap = Centralise,
    default = Info,
    since = "0.1.0",
    subjects = [Model, Source, Seed, Snapshot, Metric, SemanticModel, SavedQuery]
}

/// What one place says: its name for people, its answer, and everything that the answer may be called.
struct Voice {
    place: String,
    says: String,
    known_as: Vec<String>,
}

impl Rule for ConflictingOwners {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        if source_of_inherited(node.resource, cx).is_none() {
            check_node(node, None, cx);
        }
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        for source in cx.source_groups() {
            let mut inheriting = source.tables.iter().filter(|table| source_of_inherited(table.resource, cx).is_some());
            let conflicting = inheriting.find(|table| conflict(&voices(**table, cx)).is_some());
            if let Some(&table) = conflicting {
                check_node(table, Some((source.name, source.unique_id())), cx);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let has_second_place = cx.project.has_groups() || cx.settings.owners.codeowners.is_some();
        (!has_second_place).then(|| {
            "the project has no groups and `owners.codeowners` is off, so owners are named in one place only".to_owned()
        })
    }
}

/// Reports a conflict, if there is one, at the node or at the source it is a table of.
fn check_node(node: Node<'_>, source: Option<(&str, String)>, cx: &mut Context<'_>) {
    let voices = voices(node, cx);
    let Some((one, other)) = conflict(&voices) else { return };
    let (named, subject, place) = match source {
        Some((name, id)) => {
            let key = one.place.strip_prefix("meta.").unwrap_or("owner");
            (format!("source `{name}`"), id, Place::SourceGroupKey(meta_path(key)))
        }
        None => {
            let place = match one.place.strip_prefix("meta.") {
                Some(key) => Place::Key(meta_path(key)),
                None => Place::config("group"),
            };
            (format!("{} `{}`", node.kind.label(), node.label()), node.unique_id.to_string(), place)
        }
    };
    let message =
        format!("{named} has two owners: {} says {}, {} says {}", one.place, one.says, other.place, other.says);
    let finding = cx.report(node, place, message);
    finding.subject(subject).help("decide who owns it, and name that owner in both places or in one only");
    for voice in &voices {
        finding.evidence(format!("{}: {}", voice.place, voice.says));
    }
}

/// The first two voices that cannot mean the same owner.
fn conflict(voices: &[Voice]) -> Option<(&Voice, &Voice)> {
    let agree = |one: &Voice, other: &Voice| {
        one.known_as.iter().any(|name| other.known_as.iter().any(|other| may_be_same(name, other)))
    };
    let pairs = voices.iter().enumerate().flat_map(|(at, one)| voices[at + 1..].iter().map(move |other| (one, other)));
    pairs.into_iter().find(|(one, other)| !agree(one, other))
}

/// What `meta`, group and CODEOWNERS say; a place that names nobody has no voice.
fn voices(node: Node<'_>, cx: &Context<'_>) -> Vec<Voice> {
    [by_meta(node, cx), by_group(node, cx), by_codeowners(node, cx)].into_iter().flatten().collect()
}

fn by_meta(node: Node<'_>, cx: &Context<'_>) -> Option<Voice> {
    let source_meta = node.resource.as_source().map(|source| &source.source_meta);
    let metas = || std::iter::once(&node.resource.meta).chain(source_meta);
    let keys = &cx.settings.owners.meta_keys;
    let found = keys.iter().flat_map(|key| metas().find_map(|meta| lookup(meta, key)).map(|value| (key, value)));
    let mut known_as = Vec::new();
    let mut first_key = None;
    for (key, value) in found {
        first_key.get_or_insert(key);
        collect_names(value, &mut known_as);
    }
    known_as.retain(|name| !crate::project::is_placeholder(name));
    Some(Voice { place: format!("meta.{}", first_key?), says: known_as.first()?.clone(), known_as })
}

/// Every text in a value of `meta`: all keys of a map may name the owner.
fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::String(text) => names.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(map) => map.values().for_each(|item| collect_names(item, names)),
        _ => {}
    }
}

fn by_group(node: Node<'_>, cx: &Context<'_>) -> Option<Voice> {
    let name = node.group.as_deref()?;
    let owner = &cx.project.group(name)?.as_group()?.owner;
    let texts = std::iter::once(&owner.name).chain(&owner.email);
    let mut known_as: Vec<String> =
        texts.filter(|text| !crate::project::is_placeholder(text)).map(|text| text.to_string()).collect();
    let says = known_as.first()?.clone();
    known_as.push(name.to_owned());
    Some(Voice { place: format!("group `{name}`"), says, known_as })
}

fn by_codeowners(node: Node<'_>, cx: &Context<'_>) -> Option<Voice> {
    let codeowners = cx.settings.owners.codeowners.as_ref().filter(|_| cx.project.is_own(node.resource))?;
    let says = codeowners.owners(&node.path)?;
    Some(Voice { place: "CODEOWNERS".to_owned(), known_as: vec![says.clone()], says })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Settings;
    use crate::findings::Place;
    use crate::project::{Detail, FileOwners, Group, Owner, Owners, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, findings_with, model, resource, source};

    fn group() -> Resource<'static> {
        let email = vec![Text::from("finance-data@shop.example")];
        let owner = Owner { name: Text::from("Ledger Team"), email, ..Owner::default() };
        let detail = Detail::Group(Box::new(Group { owner }));
        Resource { detail, ..resource(ResourceType::Group, "group.shop.finance", "models/_groups.yml") }
    }

    fn owned(name: &str, owner: Value) -> Resource<'static> {
        let mut made = model("marts", name);
        made.group = Some(Text::from("finance"));
        made.meta.insert("owner".to_owned(), owner);
        made
    }

    #[derive(Debug)]
    struct Everything(&'static str);

    impl FileOwners for Everything {
        fn owners(&self, _path: &str) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    fn with_codeowners(owners: &'static str) -> Settings {
        let owners = Owners { codeowners: Some(Box::new(Everything(owners))), ..Owners::default() };
        Settings { owners, ..Settings::default() }
    }

    #[test]
    fn meta_against_group() {
        let found = findings("OWN008", Value::Null, &[group(), owned("a", json!("Growth"))]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `a` has two owners: meta.owner says Growth, group `finance` says Ledger Team"
        );
        assert_eq!(found[0].evidence, ["meta.owner: Growth", "group `finance`: Ledger Team"]);
        assert_eq!(found[0].place, Place::Key(vec!["meta".to_owned(), "owner".to_owned()]));
    }

    #[test]
    fn spellings_of_one_team_agree() {
        let all = [
            group(),
            owned("a", json!("ledger-team")),
            owned("b", json!("@shop/finance-data")),
            owned("c", json!(["Petra", "Finance"])),
            owned("d", json!({"name": "Petra", "team": "Finance Data"})),
            owned("e", json!("tbd")),
        ];
        assert!(findings("OWN008", Value::Null, &all).is_empty());
    }

    #[test]
    fn codeowners_has_a_voice_if_it_is_on() {
        let mut member = model("marts", "a");
        member.group = Some(Text::from("finance"));
        let all = [group(), member];
        assert!(findings_with("OWN008", Value::Null, &all, &with_codeowners("@shop/ledger-team @ana")).is_empty());
        let found = findings_with("OWN008", Value::Null, &all, &with_codeowners("billing@shop.example"));
        assert_eq!(
            found[0].message,
            "model `a` has two owners: group `finance` says Ledger Team, CODEOWNERS says billing@shop.example"
        );
    }

    #[test]
    fn what_tables_inherit_is_one_finding() {
        let table = |name: &str, own: Option<&str>| {
            let mut made = source("erp", name);
            made.meta.insert("owner".to_owned(), json!(own.unwrap_or("Growth")));
            if let Detail::Source(source) = &mut made.detail {
                source.source_meta.insert("owner".to_owned(), json!("Growth"));
            }
            made
        };
        let all = [table("a", None), table("b", None), table("c", Some("Petra")), table("d", Some("Finance Data"))];
        let found = findings_with("OWN008", Value::Null, &all, &with_codeowners("@shop/finance-data"));
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["source.shop.erp", "source.shop.erp.c"]);
        assert!(found[0].message.starts_with("source `erp` has two owners: "), "{}", found[0].message);
    }

    #[test]
    fn does_not_run_where_there_is_one_place_only() {
        assert!(findings("OWN008", Value::Null, &[owned("a", json!("Growth"))]).is_empty());
    }
}
