//! What a grouped finding stands for, and what is left of it once some of that is out.

use std::collections::BTreeSet;

use super::{Atom, Atoms, Finding};
use crate::words::listed;

/// The members of a group.
#[derive(Debug, Clone)]
pub struct Members {
    pub(super) atoms: Atoms,
    /// Set once some have been taken out.
    rest: Option<Rest>,
}

/// What the members are that are left.
#[derive(Debug, Clone)]
struct Rest {
    /// What the finding says of all of them.
    whole: String,
    /// As an adjective: "not in the baseline".
    is: Vec<&'static str>,
}

impl From<Atoms> for Members {
    fn from(atoms: Atoms) -> Self {
        Self { atoms, rest: None }
    }
}

impl Members {
    /// Takes members out that there never were.
    pub(crate) fn retain(&mut self, is_member: impl FnMut(Atom<'_>) -> bool) {
        self.atoms.retain(is_member);
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }
}

impl Finding {
    /// Takes out of a group what is not kept. What is left `is` such: "not in the baseline". An ordinary finding stays as
    /// it is.
    pub fn keep_members(&mut self, is: &'static str, is_kept: impl FnMut(Atom<'_>) -> bool) {
        let Some(members) = &mut self.members else { return };
        let before = members.atoms.len();
        members.atoms.retain(is_kept);
        if members.atoms.len() < before {
            let message = &self.message;
            let rest = members.rest.get_or_insert_with(|| Rest { whole: message.clone(), is: Vec::new() });
            if !rest.is.contains(&is) {
                rest.is.push(is);
            }
        }
    }

    /// Whether members have been taken out of the group.
    pub fn is_part_of_group(&self) -> bool {
        self.members.as_ref().is_some_and(|members| members.rest.is_some())
    }

    /// Has the message of such a group say which members are left.
    pub fn name_members(&mut self) {
        let Some(members) = &self.members else { return };
        let Some(rest) = &members.rest else { return };
        let names: BTreeSet<String> = members.atoms.iter().map(|atom| atom.name()).collect();
        let (count, are) = (names.len(), if names.len() == 1 { "is" } else { "are" });
        let what = noun(&members.atoms).map_or_else(String::new, |noun| format!(" {noun}{}", plural(count)));
        self.message = format!("{}; {count}{what} {are} {}: {}", rest.whole, rest.is.join(" and "), listed(names));
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What all of them are, if it is the same.
fn noun(atoms: &Atoms) -> Option<&'static str> {
    let of = |atom: Atom<'_>| match (atom.part.split_once(':'), atom.subject.split_once('.')?.0) {
        (Some(("column", _)), _) => Some("column"),
        (None, "model") if atom.part.is_empty() => Some("model"),
        (None, "seed") if atom.part.is_empty() => Some("seed"),
        (None, "snapshot") if atom.part.is_empty() => Some("snapshot"),
        (None, "source") if atom.part.is_empty() => Some("table"),
        _ => None,
    };
    let mut nouns = atoms.iter().map(of);
    let first = nouns.next()??;
    nouns.all(|noun| noun == Some(first)).then_some(first)
}
