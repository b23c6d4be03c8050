use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::identity;
use crate::findings::Place;
use crate::project::ResourceType;
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an owner who holds more than `max-share` percent of the models that feed dashboards.
    ///
    /// A model feeds a dashboard if any exposure can be reached from it. Models without an owner count as models, but
    /// for nobody; so do those with several owners, who can stand in for each other. Names are compared without case
    /// and without a leading `@`. With fewer than `min-models` such models a share says nothing, and the rule does not
    /// run.
    ///
    /// # Why it matters
    /// Where most of what the business looks at hangs on one owner, one resignation or one busy quarter stops it. It is
    /// seen early in the shares, long before it is felt.
    ///
    /// # Example
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   ownership-concentration: { max-share: 50, min-models: 2 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config: { meta: { owner: Petra } }
    ///   - name: fct_returns
    ///     config: { meta: { owner: Petra } }
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner: { email: board@shop.example }
    ///     depends_on: [ref('fct_orders'), ref('fct_returns')]
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # dbt-steward.yml
    /// rules:
    ///   ownership-concentration: { max-share: 50, min-models: 2 }
    /// ```
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     config: { meta: { owner: Petra } }
    ///   - name: fct_returns
    ///     config: { meta: { owner: Joris } }
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner: { email: board@shop.example }
    ///     depends_on: [ref('fct_orders'), ref('fct_returns')]
    /// ```
    OwnershipConcentration(Options),
    code = "OWN010",
    slug = "ownership-concentration",
    area = Ownership,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Model],
    validate = validate
}

/// Options of `ownership-concentration`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Largest share one owner may hold, in percent, 0 to 100.
    pub max_share: f64,
    /// Fewest models that must feed dashboards.
    pub min_models: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_share: 50.0, min_models: 10 }
    }
}

/// Models that evidence lists.
const LISTED: usize = 5;

fn validate(options: &Options) -> Result<(), BuildError> {
    if (0.0..=100.0).contains(&options.max_share) {
        return Ok(());
    }
    let message = format!("`max-share` is a percentage from 0 to 100, not {}", options.max_share);
    Err(BuildError::new("max-share", message))
}

/// What one owner holds. The name is as first met.
struct Holding<'p> {
    name: String,
    models: Vec<Node<'p>>,
}

impl Rule for OwnershipConcentration {
    fn check_project(&self, cx: &mut Context<'_>) {
        let total = feeding(cx).count();
        let mut holdings: BTreeMap<String, Holding<'_>> = BTreeMap::new();
        for model in feeding(cx) {
            let Some(owner) = cx.ownership(model).name else { continue };
            let names = identity::names(&owner);
            if let [name] = names.as_slice() {
                let new = || Holding { name: (*name).to_owned(), models: Vec::new() };
                holdings.entry(identity::key(name)).or_insert_with(new).models.push(model);
            }
        }
        for (key, holding) in &holdings {
            if holding.models.len() as f64 * 100.0 > self.options.max_share * total as f64 {
                let next = holdings.iter().filter(|(other, _)| *other != key).map(|(_, other)| other);
                // Of equals the first by name: `max_by_key` alone would take the last.
                self.report(key, holding, next.rev().max_by_key(|other| other.models.len()), total, cx);
            }
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        let total = feeding(cx).take(self.options.min_models).count();
        let few = (total < self.options.min_models).then(|| match total {
            0 => "no model feeds an exposure".to_owned(),
            _ => format!(
                "{total} models feed an exposure; below {} (`min-models`) a share says nothing",
                self.options.min_models
            ),
        });
        few.or_else(|| {
            cx.unknown_share(ResourceType::Model, &["children", "group", "meta", "owner", "parents", "readers"])
        })
    }
}

/// The models from which an exposure can be reached.
fn feeding<'c, 'p>(cx: &'c Context<'p>) -> impl Iterator<Item = Node<'p>> + use<'c, 'p> {
    cx.subjects(ResourceType::Model).filter(|model| cx.graph.feeds_exposure(model.id))
}

impl OwnershipConcentration {
    fn report(&self, key: &str, most: &Holding<'_>, next: Option<&Holding<'_>>, total: usize, cx: &mut Context<'_>) {
        let held = most.models.len();
        let permille = held * 1000 / total;
        let message = format!(
            "{} owns {}.{} % of the models that feed dashboards ({held} of {total}); the limit is {} %",
            most.name,
            permille / 10,
            permille % 10,
            self.options.max_share
        );
        let mut listed = most.models.iter().take(LISTED).map(|model| model.label()).collect::<Vec<_>>().join(", ");
        if held > LISTED {
            listed.push_str(&format!(" and {} more", held - LISTED));
        }
        let finding = cx.report_project(Place::ProjectKey(Vec::new()), message);
        finding
            .part(format!("owner:{key}"))
            .help("hand some of these models to a second owner, or let two people share them")
            .evidence(format!("owns {listed}"));
        if let Some(next) = next {
            finding.evidence(format!("next is {} with {}", next.name, next.models.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::Resource;
    use crate::rules::tester::{exposure, findings, model, reading};

    /// Models with these owners, all on one dashboard; an empty name is no owner.
    fn project(owners: &[&str]) -> Vec<Resource<'static>> {
        let mut all: Vec<Resource<'static>> = owners
            .iter()
            .enumerate()
            .map(|(at, owner)| {
                let mut made = model("marts", &format!("fct_{at}"));
                if !owner.is_empty() {
                    made.meta.insert("owner".to_owned(), json!(owner));
                }
                made
            })
            .collect();
        let parents: Vec<&Resource<'static>> = all.iter().collect();
        let weekly = reading(exposure("weekly"), &parents);
        all.push(weekly);
        all
    }

    #[test]
    fn more_than_the_share_is_too_much() {
        let found = findings("OWN010", json!({"min-models": 4}), &project(&["Petra", "@petra", "PETRA", "Joris"]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "Petra owns 75.0 % of the models that feed dashboards (3 of 4); the limit is 50 %"
        );
        assert_eq!(found[0].evidence, ["owns fct_0, fct_1, fct_2", "next is Joris with 1"]);
        assert_eq!((found[0].subject.as_str(), found[0].part.as_str()), ("project.shop", "owner:petra"));
    }

    #[test]
    fn the_share_itself_is_not() {
        assert!(findings("OWN010", json!({"min-models": 4}), &project(&["Petra", "Petra", "", "Joris"])).is_empty());
        let shared = project(&["Petra", "Petra", "Petra, Joris", "Petra, Joris"]);
        assert!(findings("OWN010", json!({"min-models": 4}), &shared).is_empty());
    }

    #[test]
    fn few_models_say_nothing() {
        assert!(findings("OWN010", Value::Null, &project(&["Petra"; 9])).is_empty());
        assert_eq!(findings("OWN010", Value::Null, &project(&["Petra"; 10])).len(), 1);
    }

    #[test]
    fn models_without_dashboard_do_not_count() {
        let mut all = project(&["Petra"; 9]);
        let mut aside = model("marts", "aside");
        aside.meta.insert("owner".to_owned(), json!("Petra"));
        all.push(aside);
        assert!(findings("OWN010", Value::Null, &all).is_empty());
    }
}
