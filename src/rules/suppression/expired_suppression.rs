use super::review::{Review, Words};
use crate::findings::suppress::{Standing, Suppression};
use crate::rules::{NoOptions, Rule, declare_rule};
use crate::words::listed;

declare_rule! {
    /// # What it does
    /// Flags a suppression whose last day, `until 2027-01-31`, is over, or is no day.
    ///
    /// It holds on its last day, and suppresses nothing from the next day on: what it was for is reported again. So is what
    /// a suppression with a last day that does not exist is for. This finding cannot be suppressed.
    ///
    /// # Why it matters
    /// An exception with an end is a promise. When the day has come, somebody has to look at it once more; otherwise it was
    /// an exception for ever.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders  # steward: ignore[DOC001] to be described with the new billing until 2020-06-30
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    ExpiredSuppression(NoOptions),
    code = "SUP002",
    slug = "expired-suppression",
    area = Suppression,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for ExpiredSuppression {}

/// What there is to say of the last day.
pub(super) fn look(review: &Review<'_>, one: &Suppression) -> Option<Words> {
    let until = one.until.as_ref()?;
    let names: Vec<&str> = one.names.iter().map(|name| name.text.as_str()).collect();
    let what =
        if names.is_empty() { "a suppression".to_owned() } else { format!("a suppression of {}", listed(&names)) };
    let (message, help) = match one.standing(review.today()) {
        Standing::InForce => return None,
        Standing::Expired(last) => {
            (format!("{what} ended on {last}"), "repair what it was for and remove it, or agree on another day")
        }
        Standing::NoDay => (
            format!("{what} ends on `{}`, which is no day, and suppresses nothing", until.text),
            "write the last day as year, month and day: until 2027-01-31",
        ),
    };
    let reason = (!one.reason.is_empty()).then(|| format!("its reason was: {}", one.reason));
    Some(Words {
        location: until.location.clone(),
        part: format!("ignore:{}", names.join(",")),
        message,
        help: help.to_owned(),
        evidence: reason.into_iter().collect(),
    })
}
