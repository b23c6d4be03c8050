//! Tells a resource that was renamed from one that is gone and another that is new: what was found about the one is found
//! about the other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::compare::Scope;
use super::names;
use crate::findings::Atom;

/// A name that has changed: of a resource, by its unique id, or of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub old: String,
    pub new: String,
}

/// Of so many entries of the old name so many must be found with the new one.
const SAME: (usize, usize) = (4, 5);

/// Of what is found about the new name, so much must have been found about the old one, where the names are not alike.
const SAME_OF_NEW: (usize, usize) = (2, 3);

/// So many findings that name something, such as a column, are no coincidence. What any neglected resource has is: no
/// description, no owner, no test.
const TELLING: usize = 3;

/// What is found about a name, with the name left out.
type Profile = BTreeSet<Trait>;

/// One finding of a profile.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Trait {
    text: String,
    /// Whether it names a column or another resource, and so tells one resource from others.
    is_telling: bool,
}

/// The renames that explain why `missing` entries are missing and `new` ones are there, by old name. `recorded` are all
/// entries of the baseline.
pub fn find<'a>(
    recorded: impl Iterator<Item = Atom<'a>>,
    missing: &[Atom<'a>],
    new: &[Atom<'a>],
    scope: &Scope<'_>,
) -> Vec<Rename> {
    let gone: HashSet<&str> =
        missing.iter().flat_map(|atom| names::of(*atom)).filter(|name| !scope.exists(name)).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let known: HashSet<&str> = recorded.flat_map(names::of).collect();
    let is_new = |name: &str| !known.contains(name) && scope.exists(name);
    let old = profiles(missing, |name| gone.contains(name));
    let candidates = Candidates::new(profiles(new, is_new));
    let mut renames: Vec<Rename> = old
        .iter()
        .filter_map(|(name, profile)| {
            let new = candidates.best(name, profile)?;
            Some(Rename { old: (*name).to_owned(), new: new.to_owned() })
        })
        .collect();
    // What two could have become is neither.
    let mut claims: HashMap<String, usize> = HashMap::new();
    renames.iter().for_each(|rename| *claims.entry(rename.new.clone()).or_default() += 1);
    renames.retain(|rename| claims[&rename.new] == 1);
    renames
}

/// What is found about each of the names that `is_wanted`. Others of these names are left out of it as well, so that two
/// resources may change their names at once.
fn profiles<'a>(atoms: &[Atom<'a>], is_wanted: impl Fn(&str) -> bool) -> BTreeMap<&'a str, Profile> {
    let mut profiles: BTreeMap<&str, Profile> = BTreeMap::new();
    let neutral = |name: &'a str| if is_wanted(name) { names::kind(name) } else { name };
    for atom in atoms {
        let part = names::in_part(atom.part);
        let neutral_part = part.map_or_else(
            || atom.part.to_owned(),
            |(before, name, behind)| format!("{before}{}{behind}", neutral(name)),
        );
        if let Some(name) = names::in_subject(atom).filter(|name| is_wanted(name)) {
            let is_telling = match part {
                Some((_, named, _)) => !is_wanted(named),
                None => atom.part.starts_with("column:"),
            };
            let text = format!("{} {neutral_part}", atom.code);
            profiles.entry(name).or_default().insert(Trait { text, is_telling });
        }
        if let Some((before, name, behind)) = part.filter(|(_, name, _)| is_wanted(name)) {
            let text = format!("{} of {}: {before}{behind}", atom.code, neutral(atom.subject));
            let is_telling = names::in_subject(atom).is_some_and(|subject| !is_wanted(subject));
            profiles.entry(name).or_default().insert(Trait { text, is_telling });
        }
    }
    profiles
}

/// New names by what is found about them: many have the same.
struct Candidates<'a>(BTreeMap<Profile, Vec<&'a str>>);

impl<'a> Candidates<'a> {
    fn new(profiles: BTreeMap<&'a str, Profile>) -> Self {
        let mut candidates: BTreeMap<Profile, Vec<&str>> = BTreeMap::new();
        for (name, profile) in profiles {
            candidates.entry(profile).or_default().push(name);
        }
        Self(candidates)
    }

    /// The name about which most of the profile is found, if it is one and something speaks for it: a name that is alike, or
    /// findings that others do not have.
    fn best(&self, old: &str, profile: &Profile) -> Option<&'a str> {
        let (same, of) = SAME;
        let mut most = 0;
        let mut best: Vec<(&str, &Profile)> = Vec::new();
        for (other, names) in &self.0 {
            let overlap = profile.intersection(other).count();
            if overlap * of >= profile.len() * same && overlap >= most {
                if overlap > most {
                    best.clear();
                }
                most = overlap;
                let of_kind = names.iter().filter(|name| names::kind(name) == names::kind(old));
                best.extend(of_kind.map(|name| (*name, other)));
            }
        }
        let mut alike: Vec<&str> = best.iter().map(|(name, _)| *name).filter(|name| are_alike(old, name)).collect();
        if alike.len() > 1 {
            alike.retain(|name| names::last(name) == names::last(old));
        }
        match (alike.as_slice(), best.as_slice()) {
            ([new], _) => Some(new),
            ([], [(new, other)]) => is_told_by(profile, other).then_some(*new),
            _ => None,
        }
    }
}

/// Whether what is found about both is more than chance.
fn is_told_by(old: &Profile, new: &Profile) -> bool {
    let (same, of) = SAME_OF_NEW;
    let common = || old.intersection(new);
    common().filter(|it| it.is_telling).count() >= TELLING && common().count() * of >= new.len() * same
}

/// Whether one name says all that the other says, perhaps more, word by word: `fct_orders` and `fct_order_lines`. Words for
/// layers alone make no name; a file is alike if it has only moved.
fn are_alike(old: &str, new: &str) -> bool {
    if names::kind(old) == "file" && names::last(old) == names::last(new) {
        return true;
    }
    let (old, new) = (names::words(old), names::words(new));
    let (few, many) = if old.len() <= new.len() { (old, new) } else { (new, old) };
    let is_in_both = |word: &&str| many.iter().any(|other| is_same_word(word, other));
    !few.is_empty() && few.iter().all(is_in_both)
}

/// `order` and `orders` are.
fn is_same_word(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| matches!(rest, "" | "s" | "es"))
}

#[cfg(test)]
mod tests {
    use super::are_alike;

    #[test]
    fn names_are_alike_word_by_word() {
        let alike = |old: &str, new: &str| are_alike(&format!("model.shop.{old}"), &format!("model.shop.{new}"));
        assert!(alike("fct_orders", "fct_order_lines"));
        assert!(alike("orders", "fct_orders"));
        assert!(alike("stg_orders", "int_orders"));
        assert!(alike("stg_erp__orders", "stg_orders"));
        assert!(alike("dim_customers", "dim_customers.v2"));
        assert!(!alike("fct_orders", "fct_refunds"));
        assert!(!alike("stg_salesforce__accounts", "stg_salesforce__contacts"));
        assert!(!alike("customer_orders", "customer_returns"));
        assert!(!alike("sales_2023", "sales_2024"));
        assert!(!alike("dim_customers.v1", "dim_customers.v2"));
        assert!(!alike("fct_old_legacy", "dim_payroll"));
        assert!(!alike("stg_stg", "stg_orders"));
        assert!(are_alike("source.shop.erp.orders", "source.shop.shop_erp.orders"));
        assert!(!are_alike("source.shop.erp.orders", "source.shop.crm.orders"));
        assert!(are_alike("models/a.yml", "models/marts/a.yml"));
        assert!(are_alike("models/order.yml", "models/orders.yml"));
        assert!(!are_alike("models/orders.yml", "models/refunds.yml"));
    }
}
