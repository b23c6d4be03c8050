use crate::rules::{NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags entries of the baseline that nothing is found for any more, and those of a resource that was renamed.
    ///
    /// The fixed entries of one rule are one finding, at the first of them in the file; the finding names the resources.
    /// Entries of rules that did not run in this run are left alone, and so are those of resources of which too little is
    /// known to say.
    ///
    /// A resource that is gone and one that is new are taken for one that was renamed where at least four in five entries
    /// of the old one are found again with the new one, and with no other; where there is but one entry, their names must
    /// be alike, too. The entries then hold under the new name, and the finding is at the resource. Files that findings
    /// are about are followed the same way.
    ///
    /// # Why it matters
    /// What is in the baseline is not reported. An entry that stays there after the repair waits for the same defect to
    /// come back unseen.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    /// ```json
    /// // dbt-steward-baseline.json
    /// {
    ///   "version": 1,
    ///   "project": "shop",
    ///   "findings": {
    ///     "DOC001 undocumented-model": {
    ///       "model.shop.fct_orders": [],
    ///       "~": []
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: One row per order.
    /// ```
    /// ```json
    /// // dbt-steward-baseline.json
    /// {
    ///   "version": 1,
    ///   "project": "shop",
    ///   "findings": {}
    /// }
    /// ```
    StaleBaselineEntry(NoOptions),
    code = "SUP005",
    slug = "stale-baseline-entry",
    area = Suppression,
    trap = Govern,
    default = Info,
    since = "0.1.0",
    subjects = [Project]
}

/// What it reports is told by the baseline once the other rules have run: see `src/baseline/stale.rs`.
impl Rule for StaleBaselineEntry {}
