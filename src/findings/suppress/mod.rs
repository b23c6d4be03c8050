//! Findings that somebody has accepted: which suppressions there are, and what each of them covers.
//!
//! Where suppressions come from is not known here: comments and `meta` are read by `locate`. Nor is what a rule is: a name
//! is given its meaning by the rules.

mod apply;
mod cover;

use std::collections::HashMap;
use std::sync::Arc;

pub use apply::{Applied, Suppressed};
pub use cover::{Cover, Stretch, Subject};

use super::Location;
use crate::project::{Date, ResourceId};
use crate::text::suppression;

/// A suppression, wherever it stands.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// What it names, in order; nothing where there is a flaw.
    pub names: Vec<Name>,
    pub flaw: Option<Flaw>,
    /// Empty where none is given.
    pub reason: String,
    /// Its last day.
    pub until: Option<Until>,
    /// The comment, or the `meta`.
    pub location: Location,
    /// The file it stands in, relative to the project.
    pub path: String,
    /// The one resource it is about, if it is one.
    pub resource: Option<ResourceId>,
    pub covers: Cover,
    /// Resources that it may be meant for: those that it covers, or those of its file where it covers lines of it.
    pub about: Vec<ResourceId>,
    /// Whether it is meant for something that is disabled, which no rule looks at.
    pub is_about_disabled: bool,
    pub origin: Origin,
}

/// Where a suppression comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Comment,
    /// `meta` of so many resources or columns: one that is inherited is one suppression.
    Meta(usize),
}

/// A rule or an area, as it is named.
#[derive(Debug, Clone)]
pub struct Name {
    pub text: String,
    pub location: Location,
    pub meaning: Meaning,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A rule, by its code.
    Rule(String),
    /// All rules of an area, by the letters that their codes begin with.
    Area(&'static str),
    Nothing,
}

/// The last day of a suppression.
#[derive(Debug, Clone)]
pub struct Until {
    pub text: String,
    pub location: Location,
}

/// Why a suppression names nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// What is wrong with a comment.
    Comment(suppression::Flaw),
    /// `meta.steward.ignore` is neither a list nor one item of it.
    NoList,
    /// An item without `rule`.
    NoRule,
    /// An item with a key that is none.
    UnknownKey(String),
}

/// Whether a suppression is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    InForce,
    /// Its last day, which is over.
    Expired(Date),
    /// What stands for a day is none.
    NoDay,
}

impl Suppression {
    /// Whether it is in force on that day. A last day that is none is no reason to be silent for ever.
    pub fn standing(&self, today: Option<Date>) -> Standing {
        let Some(until) = &self.until else { return Standing::InForce };
        match Date::parse(&until.text) {
            None => Standing::NoDay,
            Some(last) if today.is_some_and(|today| last < today) => Standing::Expired(last),
            Some(_) => Standing::InForce,
        }
    }
}

impl Meaning {
    /// Whether findings with that code are meant.
    pub fn includes(&self, code: &str) -> bool {
        match self {
            Self::Rule(rule) => rule == code,
            Self::Area(letters) => {
                code.strip_prefix(letters).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
            }
            Self::Nothing => false,
        }
    }
}

/// All suppressions of a project, to be asked what they cover.
#[derive(Debug, Default)]
pub struct Suppressions {
    pub all: Vec<Arc<Suppression>>,
    /// Those in force, by path and by subject.
    by_path: HashMap<String, Vec<usize>>,
    by_subject: HashMap<String, Vec<usize>>,
}

impl Suppressions {
    pub fn new(all: Vec<Suppression>, today: Option<Date>) -> Self {
        let mut suppressions = Self { all: all.into_iter().map(Arc::new).collect(), ..Self::default() };
        for (index, one) in suppressions.all.iter().enumerate() {
            if one.standing(today) != Standing::InForce {
                continue;
            }
            if let Some(stretch) = &one.covers.stretch {
                suppressions.by_path.entry(stretch.path.clone()).or_default().push(index);
            }
            for subject in &one.covers.subjects {
                let known = suppressions.by_subject.entry(subject.id.clone()).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        suppressions
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that may cover something at that path or of that subject.
    fn candidates(&self, path: Option<&str>, subject: &str) -> impl Iterator<Item = usize> + '_ {
        let by_path = path.and_then(|path| self.by_path.get(path));
        let by_subject = self.by_subject.get(subject);
        by_path.into_iter().chain(by_subject).flatten().copied()
    }
}
