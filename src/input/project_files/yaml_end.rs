//! dbt cuts the blanks at both ends of a properties file before it reads it, which shows in one place: a block scalar
//! that ends the file has no line break at its end.

use crate::text::yaml::{self, Node, Style, Value, Yaml};

/// The tree as dbt reads it, where it differs from the file's own.
pub fn without_last_break(tree: &Yaml, text: &str) -> Option<Yaml> {
    if tree.documents.last().is_some_and(ends_in_block) { yaml::parse(text.trim_end()).ok() } else { None }
}

fn ends_in_block(node: &Node) -> bool {
    if let Some(mapping) = node.as_mapping() {
        return mapping.written().last().is_some_and(|entry| ends_in_block(&entry.value));
    }
    match (node.value(), node.items().last()) {
        (Value::Scalar(scalar), _) => matches!(scalar.style(), Style::Literal | Style::Folded),
        (_, Some(last)) => ends_in_block(last),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_block_at_the_end_is_read_again() {
        let last = |text: &str| {
            let tree = without_last_break(&yaml::parse(text).expect("valid YAML"), text)?;
            Some(tree.documents[0].items().last()?.get("b")?.as_str()?.to_owned())
        };
        assert_eq!(last("- a: |\n    x\n- b: >\n    x\n    y\n\n").as_deref(), Some("x y"));
        assert_eq!(last("- b: |+\n    x\n\n").as_deref(), Some("x"));
        assert_eq!(last("- a: |\n    x\n- b: y\n"), None);
    }
}
