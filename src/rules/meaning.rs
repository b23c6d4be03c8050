//! What a name in a suppression means.

use super::{Area, find};
use crate::findings::suppress::Meaning;

/// The rule or the area of that name: a code in any case, a slug, the letters of an area, a policy of the config.
///
/// Whether the config has that policy is not asked: a comment must not be wrong only because another config is in force.
pub fn meaning(name: &str) -> Meaning {
    if let Some(policy) = name.strip_prefix("POL/") {
        return if policy.is_empty() { Meaning::Nothing } else { Meaning::Rule(name.to_owned()) };
    }
    let area = Area::ALL.into_iter().find(|area| area.prefix().eq_ignore_ascii_case(name));
    match (area, find(name)) {
        (Some(area), _) => Meaning::Area(area.prefix()),
        (None, Some(rule)) => Meaning::Rule(rule.code.to_owned()),
        (None, None) => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_areas_and_policies() {
        let rule = |code: &str| Meaning::Rule(code.to_owned());
        assert_eq!(meaning("DOC001"), rule("DOC001"));
        assert_eq!(meaning("doc001"), rule("DOC001"));
        assert_eq!(meaning("undocumented-model"), rule("DOC001"));
        assert_eq!(meaning("DOC"), Meaning::Area("DOC"));
        assert_eq!(meaning("POL/owner-is-team"), rule("POL/owner-is-team"));
        assert_eq!(meaning("POL"), Meaning::Area("POL"));
        for nothing in ["DOC999", "*", "all", "POL/", "documentation", ""] {
            assert_eq!(meaning(nothing), Meaning::Nothing, "{nothing}");
        }
    }

    #[test]
    fn an_area_is_all_its_rules_and_no_other() {
        assert!(Meaning::Area("DOC").includes("DOC011"));
        assert!(Meaning::Area("POL").includes("POL/owner-is-team"));
        assert!(!Meaning::Area("DOC").includes("TST001"));
        assert!(!Meaning::Area("PRJ").includes("PRJX001"));
    }
}
