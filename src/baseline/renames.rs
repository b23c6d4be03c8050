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

/// How alike names must be where there is but one entry to tell by.
const ALIKE: f64 = 0.8;

/// What is found about a name, with the name left out.
type Profile = BTreeSet<String>;

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
            profiles.entry(name).or_default().insert(format!("{} {neutral_part}", atom.code));
        }
        if let Some((before, name, behind)) = part.filter(|(_, name, _)| is_wanted(name)) {
            let of = format!("{} of {}: {before}{behind}", atom.code, neutral(atom.subject));
            profiles.entry(name).or_default().insert(of);
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

    /// The name about which most of the profile is found, if it is one: of several, the one that ends alike.
    fn best(&self, old: &str, profile: &Profile) -> Option<&'a str> {
        let (same, of) = SAME;
        let mut most = 0;
        let mut best: Vec<&str> = Vec::new();
        for (other, names) in &self.0 {
            let overlap = profile.intersection(other).count();
            if overlap * of >= profile.len() * same && overlap >= most {
                if overlap > most {
                    best.clear();
                }
                most = overlap;
                best.extend(names.iter().filter(|name| names::kind(name) == names::kind(old)));
            }
        }
        if best.len() > 1 {
            best.retain(|name| names::last(name) == names::last(old));
        }
        let [new] = best.as_slice() else { return None };
        let alike = || strsim::jaro_winkler(names::last(old), names::last(new)) >= ALIKE;
        (profile.len() > 1 || alike()).then_some(*new)
    }
}
