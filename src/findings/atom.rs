//! What findings are known by from one run to the next.
//!
//! Where one cause has many effects, rules report one finding for all of them, and whether they do depends on numbers:
//! six models without an owner are one finding, five are five. Known findings are therefore kept in the finest terms
//! there are, so that a project which begins to name owners does not see five hundred new findings.

/// The finest thing a finding can be about: a rule's code, a subject, and the part of it. An ordinary finding is one
/// atom; a grouped one stands for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atom<'a> {
    pub code: &'a str,
    pub subject: &'a str,
    pub part: &'a str,
}

impl Atom<'_> {
    /// What it is about, for people who know the rule: `orders` for `model.shop.orders`, `erp.orders` for a source table,
    /// `orders.amount` for a column of it.
    pub fn name(&self) -> String {
        let name = short(self.subject);
        match self.part.split_once(':') {
            Some(("column", column)) => format!("{name}.{column}"),
            Some((_, part)) => format!("{name} ({})", short(part)),
            None if self.part.is_empty() => name.to_owned(),
            None => format!("{name} ({})", self.part),
        }
    }
}

/// A unique id without its type and package.
fn short(id: &str) -> &str {
    id.splitn(3, '.').nth(2).unwrap_or(id)
}

/// Atoms that are kept by themselves: those that a grouped finding stands for, or those of findings that gave way to
/// others.
#[derive(Debug, Clone, Default)]
pub struct Atoms(Vec<Owned>);

/// An atom that owns its texts. A hundred thousand of them may stand behind one finding, so they are kept small.
#[derive(Debug, Clone)]
struct Owned {
    code: &'static str,
    subject: Box<str>,
    part: Box<str>,
}

impl Owned {
    fn get(&self) -> Atom<'_> {
        Atom { code: self.code, subject: &self.subject, part: &self.part }
    }
}

impl Atoms {
    /// A single one.
    pub fn one(code: &'static str, subject: impl Into<Box<str>>, part: impl Into<Box<str>>) -> Self {
        let mut atoms = Self::default();
        atoms.push(code, subject, part);
        atoms
    }

    /// Adds one.
    pub fn push(&mut self, code: &'static str, subject: impl Into<Box<str>>, part: impl Into<Box<str>>) {
        self.0.push(Owned { code, subject: subject.into(), part: part.into() });
    }

    /// Takes over those of `other`.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(Atom<'_>) -> bool) {
        self.0.retain(|owned| is_wanted(owned.get()));
    }

    /// In the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = Atom<'_>> {
        self.0.iter().map(Owned::get)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Atom;

    #[test]
    fn names_are_short() {
        let name = |subject, part| Atom { code: "DOC011", subject, part }.name();
        assert_eq!(name("model.shop.orders", ""), "orders");
        assert_eq!(name("model.shop.orders.v2", "column:amount"), "orders.v2.amount");
        assert_eq!(name("source.shop.erp.orders", ""), "erp.orders");
        assert_eq!(name("model.shop.orders", "parent:source.shop.erp.lines"), "orders (erp.lines)");
        assert_eq!(name("project.shop", "models"), "project.shop (models)");
    }
}
