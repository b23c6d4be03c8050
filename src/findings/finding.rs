//! One defect of one subject.

use std::borrow::Cow;

use super::{Atom, Atoms, Members, Place, Population, Severity, fingerprint};
use crate::project::ResourceId;

/// What a rule reports. The place is still in the project's terms; reports get it resolved.
#[derive(Debug, Clone)]
pub struct Finding {
    pub code: &'static str,
    pub slug: &'static str,
    pub severity: Severity,
    /// Unique id of what is defective; `project.<name>` where it is the project as a whole.
    pub subject: String,
    /// What part of the subject, where one subject can have several findings of one rule: a column, an edge.
    pub part: String,
    /// What is wrong, naming the subject.
    pub message: String,
    /// What to do about it. Most rules say the same each time, and then it is not copied.
    pub help: Cow<'static, str>,
    /// What supports the finding, one thought a line: a path through the graph, places that were looked at.
    pub evidence: Vec<String>,
    /// Other places that belong to the finding, each with a word about it.
    pub related: Vec<Related>,
    /// The resource whose files the place is in; `None` is the project itself.
    pub located_in: Option<ResourceId>,
    pub place: Place,
    /// What it stands for, where one cause has several effects; `None` is itself alone, as with nearly all.
    pub members: Option<Box<Members>>,
    /// What is counted, of a share that has fallen.
    pub population: Option<Box<Population>>,
}

/// Code and slug, as a heading; the code of a policy has its name in it.
pub fn title(code: &str, slug: &str) -> String {
    if code.ends_with(slug) { code.to_owned() } else { format!("{code} {slug}") }
}

/// A further place that a finding refers to.
#[derive(Debug, Clone)]
pub struct Related {
    pub resource: ResourceId,
    pub place: Place,
    pub label: String,
}

impl Finding {
    /// What to do about it. One sentence or two, addressed to whoever will fix it.
    pub fn help(&mut self, help: impl Into<Cow<'static, str>>) -> &mut Self {
        self.help = help.into();
        self
    }

    /// Adds a line of evidence.
    pub fn evidence(&mut self, line: impl Into<String>) -> &mut Self {
        self.evidence.push(line.into());
        self
    }

    /// Names the part of the subject, so that several findings of one rule on one subject stay apart:
    /// `column:email`, `parent:model.shop.orders`. Never a line number.
    pub fn part(&mut self, part: impl Into<String>) -> &mut Self {
        self.part = part.into();
        self
    }

    /// Names a subject that is no resource of its own, such as a source (the group of tables).
    pub fn subject(&mut self, subject: impl Into<String>) -> &mut Self {
        self.subject = subject.into();
        self
    }

    /// Points at another place that belongs to the finding.
    pub fn related(&mut self, resource: ResourceId, place: Place, label: impl Into<String>) -> &mut Self {
        self.related.push(Related { resource, place, label: label.into() });
        self
    }

    /// Moves the finding's place into another resource's files; its subject stays.
    pub fn located_in(&mut self, resource: ResourceId, place: Place) -> &mut Self {
        self.located_in = Some(resource);
        self.place = place;
        self
    }

    /// Names what the finding stands for: the subject and part of each finding there would be if the rule did not report
    /// them as one. Baselines know findings by these, and so a group may fall apart or form without becoming new. Where it is
    /// to form, the rule asks [`Context::as_one`](crate::rules::Context::as_one).
    pub fn stands_for<S, P>(&mut self, members: impl IntoIterator<Item = (S, P)>) -> &mut Self
    where
        S: Into<Box<str>>,
        P: Into<Box<str>>,
    {
        let mut atoms = Atoms::default();
        for (subject, part) in members {
            atoms.push(self.code, subject, part);
        }
        let is_itself = atoms.iter().eq([Atom { code: self.code, subject: &self.subject, part: &self.part }]);
        self.members = (!is_itself).then(|| Box::new(Members::from(atoms)));
        self
    }

    /// Says nothing, and keeps the rules silent that its rule supersedes: what it would say cannot be known, and what they
    /// would say depends on it.
    pub fn silent(&mut self) -> &mut Self {
        self.members = Some(Box::new(Members::from(Atoms::default())));
        self
    }

    /// Whether it stands for nothing, and so is not to be reported.
    pub fn is_silent(&self) -> bool {
        self.members.as_ref().is_some_and(|members| members.is_empty())
    }

    /// Says what is counted in a share that has fallen, so that a change of any of it is what the finding is about.
    pub fn taken_over(&mut self, population: Population) -> &mut Self {
        self.population = Some(Box::new(population));
        self
    }

    /// What it is known by: what it stands for, else itself.
    pub fn atoms(&self) -> impl Iterator<Item = Atom<'_>> {
        let itself = Atom { code: self.code, subject: &self.subject, part: &self.part };
        let alone = self.members.is_none().then_some(itself);
        self.members.iter().flat_map(|members| members.atoms.iter()).chain(alone)
    }

    /// Takes the identity of what it stands for, if that is one thing.
    pub(crate) fn be_its_member(&mut self) {
        let mut atoms = self.atoms().map(|atom| (atom.code == self.code, atom.subject, atom.part));
        let (Some((true, subject, part)), None) = (atoms.next(), atoms.next()) else { return };
        let (subject, part) = (subject.to_owned(), part.to_owned());
        drop(atoms);
        (self.subject, self.part, self.members) = (subject, part, None);
    }

    /// What it was known by, once it gives way to another.
    pub(crate) fn into_atoms(self) -> Atoms {
        match self.members {
            Some(members) => members.atoms,
            None => Atoms::one(self.code, self.subject, self.part),
        }
    }

    /// Adds what a finding stood for that gave way to this one.
    pub(crate) fn stands_also_for(&mut self, others: Atoms) {
        let (code, subject, part) = (self.code, &self.subject, &self.part);
        let itself = || Box::new(Members::from(Atoms::one(code, subject.as_str(), part.as_str())));
        self.members.get_or_insert_with(itself).atoms.append(others);
    }

    /// Gives back what the texts hold in reserve: there may be a million findings, and none grows any more.
    pub(crate) fn shrink_to_fit(&mut self) {
        for text in [&mut self.subject, &mut self.part, &mut self.message] {
            text.shrink_to_fit();
        }
        if let Cow::Owned(help) = &mut self.help {
            help.shrink_to_fit();
        }
        self.evidence.iter_mut().for_each(String::shrink_to_fit);
        self.evidence.shrink_to_fit();
        self.related.shrink_to_fit();
    }

    /// Code and slug, as a heading; the code of a policy has its name in it.
    pub fn title(&self) -> String {
        title(self.code, self.slug)
    }

    /// Stable identity across runs: rule, subject and part, never a line.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.code, &self.subject, &self.part)
    }
}
