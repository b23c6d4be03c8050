//! The names in a finding that may change without the defect changing: unique ids and paths of files.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::findings::Atom;

/// Types of resources as unique ids begin with them.
const TYPES: [&str; 16] = [
    "analysis",
    "doc",
    "exposure",
    "function",
    "group",
    "macro",
    "metric",
    "model",
    "operation",
    "saved_query",
    "seed",
    "semantic_model",
    "snapshot",
    "source",
    "test",
    "unit_test",
];

/// Old names, each with the new one.
pub type Renamed<'a> = HashMap<&'a str, &'a str>;

/// What kind of a name it is; a resource of one type never becomes one of another.
pub fn kind(name: &str) -> &str {
    let kind = name.split('.').next().unwrap_or_default();
    if TYPES.contains(&kind) && name.len() > kind.len() { kind } else { "file" }
}

/// The last part of a name, which people call it by: `orders` of `model.shop.orders` and of `models/orders.yml`.
pub fn last(name: &str) -> &str {
    match kind(name) {
        "file" => name.rsplit('/').next().unwrap_or(name),
        _ => name.rsplit('.').next().unwrap_or(name),
    }
}

/// Words that name a layer, and no thing.
const LAYERS: [&str; 10] = ["base", "dim", "fact", "fct", "int", "intermediate", "mart", "rpt", "staging", "stg"];

/// What a name says, in lower case: `["order", "lines"]` of `model.shop.fct_order_lines` and of `models/order_lines.yml`.
/// The name of a source, and the version of a model, are a part of it.
pub fn words(name: &str) -> Vec<&str> {
    let own = match kind(name) {
        "file" => last(name).split('.').next().unwrap_or_default(),
        _ => name.splitn(3, '.').nth(2).unwrap_or(name),
    };
    own.split(['_', '-', '.', ' ']).filter(|word| !word.is_empty() && !LAYERS.contains(word)).collect()
}

/// The subject, if it is a resource.
pub fn in_subject<'a>(atom: &Atom<'a>) -> Option<&'a str> {
    (kind(atom.subject) != "file").then_some(atom.subject)
}

/// Whether it is about a resource, and not about the project or a file of it.
pub fn is_of_resource(atom: Atom<'_>) -> bool {
    in_subject(&atom).is_some()
}

/// A name in the part, with what stands before and behind it.
pub fn in_part(part: &str) -> Option<(&str, &str, &str)> {
    let (kind_of_part, value) = part.split_once(':')?;
    let before = &part[..=kind_of_part.len()];
    if kind_of_part == "file" {
        let end = [" key:", " kind:"].iter().filter_map(|word| value.find(word)).min().unwrap_or(value.len());
        return Some((before, &value[..end], &value[end..]));
    }
    (kind(value) != "file").then_some((before, value, ""))
}

/// The names in an atom.
pub fn of<'a>(atom: Atom<'a>) -> impl Iterator<Item = &'a str> {
    in_subject(&atom).into_iter().chain(in_part(atom.part).map(|(_, name, _)| name))
}

/// A subject with its new name.
pub fn renamed_subject<'a>(subject: &Cow<'a, str>, renamed: &Renamed<'_>) -> Cow<'a, str> {
    renamed.get(&**subject).map_or_else(|| subject.clone(), |new| Cow::Owned((*new).to_owned()))
}

/// A part with the new name of what it names.
pub fn renamed_part<'a>(part: &Cow<'a, str>, renamed: &Renamed<'_>) -> Cow<'a, str> {
    let new = in_part(part).and_then(|(before, name, behind)| Some(format!("{before}{}{behind}", renamed.get(name)?)));
    new.map_or_else(|| part.clone(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{in_part, kind, last, renamed_part};

    #[test]
    fn ids_and_paths_are_told_apart() {
        assert_eq!((kind("model.shop.orders"), last("model.shop.orders")), ("model", "orders"));
        assert_eq!((kind("models/a.yml"), last("models/a.yml")), ("file", "a.yml"));
        assert_eq!(kind("project.shop"), "file");
    }

    #[test]
    fn parts_name_resources_and_files() {
        assert_eq!(in_part("parent:model.shop.orders"), Some(("parent:", "model.shop.orders", "")));
        assert_eq!(in_part("file:models/my shop.yml key:models"), Some(("file:", "models/my shop.yml", " key:models")));
        assert_eq!(in_part("column:model"), None);
        assert_eq!(in_part("column:email"), None);
        assert_eq!(in_part(""), None);
        let renamed = HashMap::from([("model.shop.orders", "model.shop.sales"), ("models/a.yml", "models/b/a.yml")]);
        assert_eq!(renamed_part(&"parent:model.shop.orders".into(), &renamed), "parent:model.shop.sales");
        assert_eq!(renamed_part(&"file:models/a.yml kind:tests".into(), &renamed), "file:models/b/a.yml kind:tests");
        assert_eq!(renamed_part(&"column:orders".into(), &renamed), "column:orders");
    }
}
