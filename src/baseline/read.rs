//! From the file to entries, every error at its place.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{BaselineError, END, VERSION};
use crate::findings::{Atom, Share};
use crate::paths::shown;
use crate::rules;
use crate::text::{SourceFile, Span};

/// A baseline that has been read; it borrows from the file's text.
#[derive(Debug)]
pub struct Baseline<'a> {
    pub file: Arc<SourceFile>,
    pub project: Cow<'a, str>,
    project_span: Span,
    /// In order, each once.
    pub entries: Vec<Entry<'a>>,
    /// Shares that must not fall, in order.
    pub shares: Vec<Share>,
}

/// A finding in the finest terms, and where it stands in the file.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub code: Cow<'a, str>,
    pub subject: Cow<'a, str>,
    pub part: Cow<'a, str>,
    /// `None` where it cannot be told, or has no place any more.
    pub span: Option<Span>,
}

impl Entry<'_> {
    /// What findings are compared by.
    pub fn atom(&self) -> Atom<'_> {
        Atom { code: &self.code, subject: &self.subject, part: &self.part }
    }
}

/// The file as it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(borrow)]
    project: Text<'a>,
    #[serde(borrow)]
    findings: Pairs<Text<'a>, Pairs<Text<'a>, Vec<Text<'a>>>>,
    #[serde(borrow, default)]
    shares: Pairs<Text<'a>, Pairs<Text<'a>, Text<'a>>>,
}

/// Just so much that a file of a later version is told from one that is broken.
#[derive(Deserialize)]
struct Head {
    version: Option<u64>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A JSON object in which a key may stand twice, as it may after a merge of two branches: both hold.
struct Pairs<K, V>(Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Collect<K, V> {
            type Value = Pairs<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect(PhantomData))
    }
}

/// Reads the text of a baseline.
///
/// # Errors
/// When there is no such file, or it is no text.
pub fn open(path: &Path) -> Result<Arc<SourceFile>, BaselineError> {
    let bytes = std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => BaselineError::Missing { path: path.to_owned() },
        _ => BaselineError::Unreadable { path: path.to_owned(), source },
    })?;
    SourceFile::from_bytes(shown(path), bytes).map(Arc::new).map_err(|text| BaselineError::NotText { text })
}

impl<'a> Baseline<'a> {
    /// From the text of `file`.
    ///
    /// # Errors
    /// When it is no baseline, or one of a later version.
    pub fn parse(file: &'a Arc<SourceFile>) -> Result<Self, BaselineError> {
        let reader = Reader { file };
        reader.check_version()?;
        let read: File<'a> = serde_json::from_str(file.text()).map_err(|error| reader.malformed(&error))?;
        let mut entries = Vec::new();
        for (rule, subjects) in read.findings.0 {
            let code = reader.code(&rule)?;
            for (subject, parts) in subjects.0.into_iter().filter(|(subject, _)| subject.0 != END) {
                let span = reader.span(&subject);
                let parts = if parts.is_empty() { vec![(Text(Cow::Borrowed("")), span)] } else { reader.placed(parts) };
                entries.extend(parts.into_iter().map(|(part, span)| Entry {
                    code: code.clone(),
                    subject: subject.0.clone(),
                    part: part.0,
                    span,
                }));
            }
        }
        entries.sort_by(|a, b| a.atom().cmp(&b.atom()));
        entries.dedup_by(|a, b| a.atom() == b.atom());
        let shares = reader.shares(read.shares)?;
        let project_span = reader.span(&read.project).unwrap_or_default();
        Ok(Self { file: file.clone(), project: read.project.0, project_span, entries, shares })
    }

    /// Refuses the baseline of another project, of which every entry would be taken for fixed.
    ///
    /// # Errors
    /// When it is another project's.
    pub fn check_project(&self, name: &str) -> Result<(), BaselineError> {
        if self.project == name {
            return Ok(());
        }
        Err(BaselineError::At {
            file: self.file.clone(),
            span: self.project_span,
            message: format!("this is the baseline of project `{}`, and the project is `{name}`", self.project),
            help:
                "name another file with `--baseline`, or go without one with `--no-baseline`; if the project has a new \
                   name, `dbt-steward baseline --force` records anew"
                    .to_owned(),
        })
    }
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
}

impl<'a> Reader<'a> {
    fn check_version(&self) -> Result<(), BaselineError> {
        let head: Head = serde_json::from_str(self.file.text()).map_err(|error| self.malformed(&error))?;
        match head.version {
            Some(VERSION) => Ok(()),
            Some(version) if version > VERSION => Err(self.at(
                self.find("\"version\""),
                format!("this is a baseline of version {version}, and this dbt-steward knows version {VERSION}"),
                "a later dbt-steward wrote it: use that, here as there",
            )),
            _ => Err(self.at(
                self.find("\"version\""),
                "this is no baseline: a baseline begins with `\"version\": 1`".to_owned(),
                "`dbt-steward baseline --force` writes one in its place",
            )),
        }
    }

    fn malformed(&self, error: &serde_json::Error) -> BaselineError {
        if let Some(conflict) = self.conflict() {
            let message = "a conflict of a merge is not resolved".to_owned();
            return self.at(conflict, message, "keep the lines of both sides; an entry may stand twice");
        }
        let span = self.file.line_span(u32::try_from(error.line()).unwrap_or(u32::MAX)).map_or_else(
            || Span::new(0, 0),
            |line| {
                let at = (line.start as usize + error.column().saturating_sub(1)).min(line.range().end);
                let is_boundary = |at: &usize| self.file.text().is_char_boundary(*at);
                let at = (0..=at).rev().find(is_boundary).unwrap_or_default();
                Span::new(at, at)
            },
        );
        let text = error.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned();
        self.at(span, what, "mend it by hand, or record anew with `dbt-steward baseline --force`")
    }

    /// The line by which git marks where two versions differ.
    fn conflict(&self) -> Option<Span> {
        let text = self.file.text();
        let at = if text.starts_with("<<<<<<< ") { 0 } else { text.find("\n<<<<<<< ")? + 1 };
        Some(Span::new(at, at + 7))
    }

    /// The code at the beginning of a group's name; the slug behind it is there for people.
    fn code(&self, rule: &Text<'a>) -> Result<Cow<'a, str>, BaselineError> {
        let end = rule.0.find(' ').unwrap_or(rule.0.len());
        let code = match &rule.0 {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
            Cow::Owned(text) => Cow::Owned(text[..end].to_owned()),
        };
        // Which policies there are is the config's business, and one may be taken out of it before its entries are.
        if rules::find(&code).is_some_and(|info| info.code == code) || code.starts_with(rules::policy::PREFIX) {
            return Ok(code);
        }
        let span = self.span(rule).unwrap_or(Span::new(0, 0));
        let near = rules::suggest(&code).map_or_else(String::new, |near| format!("did you mean {}? ", near.code));
        let help = format!("{near}a later dbt-steward may have it: use that, or take these lines out");
        Err(self.at(span, format!("there is no rule {code}"), &help))
    }

    fn placed(&self, parts: Vec<Text<'a>>) -> Vec<(Text<'a>, Option<Span>)> {
        parts
            .into_iter()
            .map(|part| {
                let span = self.span(&part);
                (part, span)
            })
            .collect()
    }

    fn shares(&self, groups: Pairs<Text<'a>, Pairs<Text<'a>, Text<'a>>>) -> Result<Vec<Share>, BaselineError> {
        let mut shares = Vec::new();
        for (rule, shares_of_it) in groups.0 {
            let code = self.code(&rule)?;
            let Some(info) = rules::find(&code) else { continue };
            for (key, share) in shares_of_it.0.into_iter().filter(|(key, _)| key.0 != END) {
                shares.push(Share::parse(info.code, &key.0, &share.0).ok_or_else(|| {
                    let span = self.span(&share).unwrap_or(Span::new(0, 0));
                    self.at(span, "this is no share".to_owned(), "a share is written as \"12 of 40\"")
                })?);
            }
        }
        // Of one that stands twice the higher counts, as after a merge of two branches that raised it.
        shares.sort_by(|a, b| a.key_order(b).then_with(|| b.compare(a)));
        shares.dedup_by(|a, b| a.key_order(b).is_eq());
        Ok(shares)
    }

    /// Where a text stands that was taken as it is; one with escapes in it has been copied.
    fn span(&self, text: &Text<'a>) -> Option<Span> {
        let Cow::Borrowed(text) = text.0 else { return None };
        let start = text.as_ptr().addr().checked_sub(self.file.text().as_ptr().addr())?;
        Some(Span::new(start, start + text.len()))
    }

    fn find(&self, word: &str) -> Span {
        self.file.text().find(word).map_or(Span::new(0, 0), |at| Span::new(at, at + word.len()))
    }

    fn at(&self, span: Span, message: String, help: &str) -> BaselineError {
        BaselineError::At { file: self.file.clone(), span, message, help: help.to_owned() }
    }
}
