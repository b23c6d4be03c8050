use super::review::{Words, written};
use crate::findings::suppress::Suppression;
use crate::rules::{NoOptions, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a suppression that gives no reason.
    ///
    /// The reason is what stands behind the brackets of a comment, or the `reason` of an item in `meta.steward.ignore`. A
    /// last day alone is none.
    ///
    /// # Why it matters
    /// Who finds the comment in a year has to decide whether it may go. Without the reason, nobody dares to, and exceptions
    /// only ever grow in number.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[DOC001]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[DOC001] to be described with the new billing
    /// ```
    SuppressionWithoutReason(NoOptions),
    code = "SUP003",
    slug = "suppression-without-reason",
    area = Suppression,
    trap = Govern,
    default = Off,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for SuppressionWithoutReason {}

/// What there is to say of a suppression without a reason.
pub(super) fn look(one: &Suppression) -> Option<Words> {
    let first = one.names.first().filter(|_| one.reason.is_empty())?;
    let names: Vec<&str> = one.names.iter().map(|name| name.text.as_str()).collect();
    Some(Words {
        location: one.location.clone(),
        part: format!("ignore:{}", names.join(",")),
        message: format!("nothing says why {} may be ignored here", listed(&names)),
        help: format!("give the reason: {}", written(one, &first.text, "…")),
        evidence: Vec::new(),
    })
}
