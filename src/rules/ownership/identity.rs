//! When two names are one owner.

/// A name as owners are told apart: without case and without a leading `@`.
pub(crate) fn key(name: &str) -> String {
    name.trim().trim_start_matches('@').to_lowercase()
}

/// The single names in an owner as it was found: "ana, ben" and, in CODEOWNERS, "@shop/data @shop/bi" are two each.
pub(crate) fn names(owner: &str) -> Vec<&str> {
    let parts: Vec<&str> = owner.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let split = |part: &'_ str| part.split_whitespace().all(|word| word.contains('@'));
    parts
        .into_iter()
        .flat_map(|part| if split(part) { part.split_whitespace().collect() } else { vec![part] })
        .collect()
}

/// Whether two owners may be the same: a team is `Finance Data`, `finance-data@shop.example` and `@shop/finance-data`,
/// depending on where it is named. Errs on the side of yes.
pub(super) fn may_be_same(one: &str, other: &str) -> bool {
    let others: Vec<String> = names(other).into_iter().map(bare).collect();
    names(one).into_iter().any(|name| others.contains(&bare(name)))
}

/// Letters and digits of what stands before an address's `@` or behind a team's `/`.
fn bare(name: &str) -> String {
    let key = key(name);
    let without_domain = key.split('@').next().unwrap_or_default();
    let without_organisation = without_domain.rsplit('/').next().unwrap_or_default();
    without_organisation.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::{key, may_be_same, names};

    #[test]
    fn tells_names_apart_without_case_and_at() {
        assert_eq!(key(" @Shop/Finance "), "shop/finance");
        assert_ne!(key("finance"), key("finance-data"));
    }

    #[test]
    fn finds_single_names() {
        assert_eq!(names("Finance Data"), ["Finance Data"]);
        assert_eq!(names("ana, ben"), ["ana", "ben"]);
        assert_eq!(names("@shop/data bi@shop.example"), ["@shop/data", "bi@shop.example"]);
    }

    #[test]
    fn knows_a_team_by_its_spellings() {
        for other in ["finance-data@shop.example", "@shop/finance-data", "@finance_data", "ana, FINANCE DATA"] {
            assert!(may_be_same("Finance Data", other), "{other}");
        }
        assert!(!may_be_same("Finance Data", "@shop/logistics-data @shop/bi"));
    }
}
