//! Shares of what is covered, over the whole project or parts of it: for rules that set a minimum.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::{BuildError, Context, Node};
use crate::findings::{self, Place, Population, RATCHET, Share};
use crate::project::{ResourceId, folder};
use crate::words::listed;

/// What has a share of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// The project as a whole.
    #[default]
    Project,
    /// Each layer.
    Layer,
    /// Each owner; what has none is a part, too.
    Owner,
    /// Each directory with something in it, without those below.
    Path,
}

/// How much must be covered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Minimum {
    Percent(f64),
    /// As much as the baseline has recorded.
    Ratchet,
}

impl Minimum {
    const RATCHET: &'static str = "ratchet";
}

impl Serialize for Minimum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Percent(min) => serializer.serialize_f64(*min),
            Self::Ratchet => serializer.serialize_str(Self::RATCHET),
        }
    }
}

impl<'de> Deserialize<'de> for Minimum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Minimum;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a percentage from 0 to 100, or `ratchet`")
            }
            fn visit_f64<E: Error>(self, min: f64) -> Result<Minimum, E> {
                Ok(Minimum::Percent(min))
            }
            fn visit_u64<E: Error>(self, min: u64) -> Result<Minimum, E> {
                Ok(Minimum::Percent(min as f64))
            }
            fn visit_i64<E: Error>(self, min: i64) -> Result<Minimum, E> {
                Ok(Minimum::Percent(min as f64))
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Minimum, E> {
                match word {
                    Minimum::RATCHET => Ok(Minimum::Ratchet),
                    _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
                }
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for Minimum {
    fn schema_name() -> Cow<'static, str> {
        "Minimum".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, { "const": Self::RATCHET }] })
    }
}

/// What a rule calls what it counts.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The value of the option `of`; it keeps findings of two instances apart.
    pub of: &'static str,
    /// In messages: "declared columns".
    pub things: &'static str,
    /// What those that count are: "documented".
    pub covered: &'static str,
    /// What the others are: "undocumented".
    pub missing: &'static str,
    /// What to do with those: "describe".
    pub repair: &'static str,
}

/// How much of one part is covered.
#[derive(Debug, Default)]
struct Part {
    covered: usize,
    missing: Vec<String>,
    /// The resources that are counted, or of which something is.
    counted: Vec<ResourceId>,
}

impl Part {
    fn total(&self) -> usize {
        self.covered + self.missing.len()
    }

    fn is_below(&self, min: f64) -> bool {
        (self.covered as f64) * 100.0 < min * (self.total() as f64)
    }

    /// Rounded down, so that a share below the minimum never reads like the minimum.
    fn percent(&self) -> String {
        let permille = (self.covered * 1000).checked_div(self.total()).unwrap_or(1000);
        format!("{}.{}", permille / 10, permille % 10)
    }

    /// How many more would reach the minimum.
    fn needed(&self, min: f64) -> usize {
        // Less a hair, so that 55 % of 100 is 55 in spite of binary fractions.
        let wanted = (min * (self.total() as f64) / 100.0 - 1e-9).ceil() as usize;
        wanted.saturating_sub(self.covered).max(1)
    }
}

/// Shares by part.
#[derive(Debug)]
pub struct Coverage {
    per: Per,
    parts: BTreeMap<String, Part>,
}

impl Coverage {
    /// With nothing counted yet.
    pub fn new(per: Per) -> Self {
        Self { per, parts: BTreeMap::new() }
    }

    /// Counts a resource, or one of several things that belong to it. `name` is asked for if it is missing.
    pub fn add(&mut self, node: Node<'_>, cx: &Context<'_>, is_covered: bool, name: impl FnOnce() -> String) {
        let part = self.parts.entry(self.part(node, cx)).or_default();
        if part.counted.last() != Some(&node.id) {
            part.counted.push(node.id);
        }
        if is_covered { part.covered += 1 } else { part.missing.push(name()) }
    }

    fn part(&self, node: Node<'_>, cx: &Context<'_>) -> String {
        match self.per {
            Per::Project => String::new(),
            Per::Layer => cx.layer(node.id).to_string(),
            Per::Owner => cx.ownership(node).name.unwrap_or_default(),
            Per::Path => folder(&node.path).to_owned(),
        }
    }

    /// Reports each part with a share below the minimum.
    pub fn report(&self, min: Minimum, words: Words, cx: &mut Context<'_>) {
        match min {
            Minimum::Percent(min) => self.report_below(min, words, cx),
            Minimum::Ratchet => self.report_fallen(words, cx),
        }
    }

    fn report_below(&self, min: f64, words: Words, cx: &mut Context<'_>) {
        for (name, part) in self.parts.iter().filter(|(_, part)| part.is_below(min)) {
            let message = format!(
                "{} % of the {} {} are {} ({} of {}); the minimum is {min} %",
                part.percent(),
                words.things,
                self.in_words(name, cx),
                words.covered,
                part.covered,
                part.total()
            );
            cx.report_project(Place::ProjectKey(Vec::new()), message)
                .part(self.key(words.of, name))
                .help(format!("{} {} more of them", words.repair, part.needed(min)))
                .evidence(format!("{}: {}", words.missing, listed(&part.missing)));
        }
    }

    fn report_fallen(&self, words: Words, cx: &mut Context<'_>) {
        for (name, part) in &self.parts {
            let share = self.share(name, part, words, cx);
            cx.measure(share.clone());
            let Some(recorded) = cx.recorded(&share).filter(|recorded| share.compare(recorded).is_lt()) else {
                continue;
            };
            let message = format!(
                "{} % of the {} {} are {} ({share}); it was {} % ({recorded})",
                part.percent(),
                words.things,
                self.in_words(name, cx),
                words.covered,
                recorded.percent()
            );
            let population = self.population(part, cx);
            let finding = cx.report_project(Place::ProjectKey(Vec::new()), message);
            finding
                .part(format!("{RATCHET}{}", share.key))
                .help(format!(
                    "{} {} more of them; if it had to fall, `dbt-steward check --update-baseline --allow-growth` records \
                     the lower share",
                    words.repair,
                    missing_to(recorded, &share)
                ))
                .evidence(format!("{}: {}", words.missing, listed(&part.missing)));
            if let Some(population) = population {
                finding.taken_over(population);
            }
        }
    }

    /// What a part's share is taken over; a part that is there has something in it.
    fn population(&self, part: &Part, cx: &Context<'_>) -> Option<Population> {
        let first = *part.counted.first()?;
        let resource = cx.project.get(first);
        let part_of_project = match self.per {
            Per::Project => findings::Part::Whole,
            Per::Layer => findings::Part::Layer(cx.layer(first)),
            Per::Owner => findings::Part::Owner,
            Per::Path => findings::Part::Folder(folder(&resource.path).to_owned()),
        };
        let mut resources = part.counted.clone();
        resources.sort_unstable();
        Some(Population { resources, kind: resource.kind, part: part_of_project })
    }

    /// Why nothing can be said under [`Minimum::Ratchet`], if so: the baseline knows none of the shares.
    pub fn without_record(&self, words: Words, cx: &Context<'_>) -> Option<String> {
        let is_recorded = |(name, part): (&String, &Part)| cx.recorded(&self.share(name, part, words, cx)).is_some();
        let is_known =
            cx.settings.recorded_shares.records || self.parts.is_empty() || self.parts.iter().any(is_recorded);
        (!is_known).then(|| {
            "`min` is `ratchet`, and no share is recorded yet; `dbt-steward baseline` or `check --update-baseline` does so"
                .to_owned()
        })
    }

    fn share(&self, name: &str, part: &Part, words: Words, cx: &Context<'_>) -> Share {
        cx.share(cx.share_key(&self.key(words.of, name)), part.covered as u64, part.total() as u64)
    }

    fn in_words(&self, part: &str, cx: &Context<'_>) -> String {
        match self.per {
            Per::Project => format!("of project `{}`", cx.project.name),
            Per::Layer => format!("in layer `{part}`"),
            Per::Owner if part.is_empty() => "without owner".to_owned(),
            Per::Owner => format!("of owner `{part}`"),
            Per::Path => format!("in `{part}`"),
        }
    }

    fn key(&self, of: &str, part: &str) -> String {
        match self.per {
            Per::Project => of.to_owned(),
            Per::Layer => format!("{of}:layer:{part}"),
            Per::Owner => format!("{of}:owner:{part}"),
            Per::Path => format!("{of}:path:{part}"),
        }
    }
}

/// How many more would have to be covered to reach the recorded share.
fn missing_to(recorded: &Share, share: &Share) -> u64 {
    let wanted = (u128::from(recorded.covered) * u128::from(share.total)).div_ceil(u128::from(recorded.total));
    u64::try_from(wanted).unwrap_or(u64::MAX).saturating_sub(share.covered)
}

/// Refuses a `min` that is no percentage.
///
/// # Errors
/// Names the option and says what it may be.
pub fn validate_minimum(min: Minimum) -> Result<(), BuildError> {
    let Minimum::Percent(min) = min else { return Ok(()) };
    if (0.0..=100.0).contains(&min) {
        return Ok(());
    }
    Err(BuildError::new("min", format!("`min` is a percentage from 0 to 100, not {min}")))
}

#[cfg(test)]
mod tests {
    use super::{Minimum, Part, missing_to, validate_minimum};
    use crate::findings::Share;

    fn part(covered: usize, total: usize) -> Part {
        Part { covered, missing: vec![String::new(); total - covered], counted: Vec::new() }
    }

    #[test]
    fn a_gap_never_reads_as_everything() {
        assert_eq!(part(9999, 10_000).percent(), "99.9");
        assert_eq!(part(10, 10).percent(), "100.0");
        assert_eq!(part(0, 3).percent(), "0.0");
    }

    #[test]
    fn the_minimum_itself_is_enough() {
        assert!(!part(8, 10).is_below(80.0));
        assert!(part(8, 10).is_below(80.5));
        assert!(part(9999, 10_000).is_below(100.0));
        assert!(!part(0, 0).is_below(100.0));
    }

    #[test]
    fn says_how_many_are_needed() {
        assert_eq!(part(8, 10).needed(80.5), 1);
        assert_eq!(part(0, 100).needed(55.0), 55);
        assert_eq!(part(2, 10).needed(100.0), 8);
    }

    #[test]
    fn percentages_are_from_0_to_100() {
        assert!(validate_minimum(Minimum::Percent(0.0)).is_ok());
        assert!(validate_minimum(Minimum::Percent(100.0)).is_ok());
        assert!(validate_minimum(Minimum::Percent(100.5)).is_err());
        assert!(validate_minimum(Minimum::Percent(f64::NAN)).is_err());
        assert!(validate_minimum(Minimum::Ratchet).is_ok());
    }

    #[test]
    fn says_how_many_are_needed_to_be_where_it_was() {
        let share = |text: &str| Share::parse("DOC022", "models", text).unwrap();
        assert_eq!(missing_to(&share("6 of 8"), &share("5 of 7")), 1);
        assert_eq!(missing_to(&share("1 of 3"), &share("0 of 100")), 34);
    }
}
