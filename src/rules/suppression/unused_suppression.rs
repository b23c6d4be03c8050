use std::collections::HashSet;

use super::review::{Review, Words, named};
use crate::findings::Region;
use crate::findings::suppress::{Meaning, Name, Origin, Standing, Suppression};
use crate::rules::{Area, NoOptions, Rule, declare_rule, find};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a suppression that suppresses nothing: the rule it names finds nothing where it stands.
    ///
    /// Comments and `meta` are looked at, each rule that one names by itself. A rule that did not run over the place tells
    /// nothing: one that is off or not selected, one without its input, one that a selector or an override keeps away. Of an
    /// area (`ignore[DOC]`) this needs a run without `--select`, `--ignore` and `--preset`. A rule that gave way to a graver
    /// one there would have found something. What several resources have in the same words in their `meta`, as from
    /// `dbt_project.yml`, is of use if it is to one of them. Suppressions in what is disabled are left alone.
    ///
    /// # Why it matters
    /// The debt was paid and nobody noticed. The next one of its kind, in the same place, would go by in silence; and who
    /// reads the file believes that there is still something wrong.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[DOC001] to be described with the new billing
    ///     description: One row per order.
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    UnusedSuppression(NoOptions),
    code = "SUP001",
    slug = "unused-suppression",
    area = Suppression,
    trap = Govern,
    default = Warning,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for UnusedSuppression {}

/// The names of a suppression that are of no use. `superseded` are codes and subjects that gave way to other findings.
pub(super) fn look(
    review: &Review<'_>,
    one: &Suppression,
    used: &[bool],
    superseded: &HashSet<(&str, &str)>,
) -> Vec<Words> {
    if one.is_about_disabled || one.standing(review.today()) != Standing::InForce {
        return Vec::new();
    }
    let gave_way = |meaning: &Meaning| match meaning {
        Meaning::Rule(code) => review.ids(one).any(|id| superseded.contains(&(code.as_str(), id))),
        meaning => {
            let ids: HashSet<&str> = review.ids(one).collect();
            superseded.iter().any(|(code, subject)| meaning.includes(code) && ids.contains(subject))
        }
    };
    let is_useless = |name: &Name| {
        !is_about_suppressions(&name.meaning) && review.have_looked(&name.meaning, one) && !gave_way(&name.meaning)
    };
    let unused = one.names.iter().zip(used).filter(|(name, used)| !**used && is_useless(name));
    unused.map(|(name, _)| words(review, one, name)).collect()
}

/// What suppresses findings on suppressions is for the case that there are any.
fn is_about_suppressions(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Rule(code) => find(code).is_some_and(|rule| rule.area == Area::Suppression),
        Meaning::Area(letters) => *letters == Area::Suppression.prefix(),
        Meaning::Nothing => false,
    }
}

fn words(review: &Review<'_>, one: &Suppression, name: &Name) -> Words {
    let help = match (one.origin, one.names.len()) {
        _ if covers_nothing(one) => "put it beside the line that it is for, or right above it".to_owned(),
        (Origin::Comment, 1) => "remove the comment".to_owned(),
        (Origin::Comment, _) => format!("remove `{}` from the brackets", name.text),
        (Origin::Meta(_), _) => format!("remove `{}` from `meta.steward.ignore`", name.text),
    };
    Words {
        location: name.location.clone(),
        part: format!("ignore:{}", name.text),
        message: format!(
            "nothing is suppressed here: {} finds nothing that this covers",
            named(&name.meaning, &name.text)
        ),
        help,
        evidence: covered(review, one).into_iter().collect(),
    }
}

fn covers_nothing(one: &Suppression) -> bool {
    one.covers.stretch().is_some_and(|stretch| stretch.span == Some(stretch.own))
}

/// How far it reaches, as a line of evidence.
fn covered(review: &Review<'_>, one: &Suppression) -> Option<String> {
    let labels = one.about.iter().map(|id| review.project.get(*id).label());
    let Some(stretch) = one.covers.stretch() else {
        return Some(format!("it stands in the `meta` of {}", listed(labels)));
    };
    let region = one.location.region.as_ref()?;
    let Some(span) = stretch.span else { return Some("it covers the whole file".to_owned()) };
    if covers_nothing(one) {
        return Some("it covers nothing: no code, no key and no item stands right below".to_owned());
    }
    let lines = Region::new(region.file.clone(), span);
    let (first, last) = (lines.start.line, lines.end.line);
    Some(if first == last { format!("it covers line {first}") } else { format!("it covers lines {first} to {last}") })
}
