use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{ResourceId, ResourceType};
use crate::rules::{Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model with more than `max` parents.
    ///
    /// Models, seeds, snapshots and source tables count, each once, and so does a model of which several versions are read;
    /// functions do not count.
    ///
    /// # Why it matters
    /// A model that joins a dozen inputs is where every change arrives and where nobody dares to change anything: it is
    /// slow to build, hard to test, and whoever reads it has to keep the grain of each input in mind.
    ///
    /// # Example
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: crm
    ///     tables: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}]
    /// ```
    /// ```sql
    /// -- models/staging/stg_crm__activity.sql
    /// select * from {{ source('crm', 'a') }}
    /// union all select * from {{ source('crm', 'b') }}
    /// union all select * from {{ source('crm', 'c') }}
    /// union all select * from {{ source('crm', 'd') }}
    /// union all select * from {{ source('crm', 'e') }}
    /// union all select * from {{ source('crm', 'f') }}
    /// union all select * from {{ source('crm', 'g') }}
    /// union all select * from {{ source('crm', 'h') }}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/staging/_sources.yml
    /// sources:
    ///   - name: crm
    ///     tables: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}]
    /// ```
    /// ```sql
    /// -- models/staging/base/base_crm__calls.sql
    /// select * from {{ source('crm', 'a') }}
    /// union all select * from {{ source('crm', 'b') }}
    /// union all select * from {{ source('crm', 'c') }}
    /// union all select * from {{ source('crm', 'd') }}
    /// ```
    /// ```sql
    /// -- models/staging/base/base_crm__visits.sql
    /// select * from {{ source('crm', 'e') }}
    /// union all select * from {{ source('crm', 'f') }}
    /// union all select * from {{ source('crm', 'g') }}
    /// union all select * from {{ source('crm', 'h') }}
    /// ```
    /// ```sql
    /// -- models/staging/stg_crm__activity.sql
    /// select * from {{ ref('base_crm__calls') }}
    /// union all select * from {{ ref('base_crm__visits') }}
    /// ```
    TooManyParents(Options),
    code = "DAG007",
    slug = "too-many-parents",
    area = Lineage,
    trap = Scale,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

/// Options of `too-many-parents`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// The most parents that a model may have.
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max: 7 }
    }
}

impl Rule for TooManyParents {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        if cx.graph.parents(model.id).len() <= self.options.max {
            return;
        }
        let holds_rows = |kind| {
            matches!(kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Source)
        };
        let parents = super::once_a_model(cx.parents(model.id).filter(|parent| holds_rows(parent.kind)));
        let parents: Vec<ResourceId> = parents.into_iter().map(|parent| parent.id).collect();
        if parents.len() <= self.options.max {
            return;
        }
        let message = format!(
            "model `{}` reads {} parents; {} is the most allowed",
            model.label(),
            parents.len(),
            self.options.max
        );
        let names = cx.names(&parents);
        cx.report(model, Place::File, message)
            .help("join what belongs together in an intermediate model, and read that")
            .evidence(format!("parents: {names}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::project::{Resource, ResourceType, Text};
    use crate::rules::tester::{findings, model, reading, relation, resource};

    fn joining(parents: usize) -> Vec<Resource<'static>> {
        let parents: Vec<_> = (0..parents).map(|index| model("staging", &format!("stg_{index}"))).collect();
        let child = reading(model("marts", "fct"), &parents.iter().collect::<Vec<_>>());
        [parents, vec![child]].concat()
    }

    #[test]
    fn reports_above_the_limit() {
        assert!(findings("DAG007", Value::Null, &joining(7)).is_empty());
        let found = findings("DAG007", Value::Null, &joining(8));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `fct` reads 8 parents; 7 is the most allowed");
        assert_eq!(found[0].evidence, ["parents: stg_0, stg_1, stg_2, stg_3, stg_4 and 3 more"]);
        assert!(findings("DAG007", json!({"max": 8}), &joining(8)).is_empty());
    }

    #[test]
    fn a_model_with_versions_is_one_parent() {
        let mut all = joining(7);
        let child = all.pop().unwrap();
        let mut newer = all[6].clone();
        newer.unique_id = Text::from("model.shop.stg_6.v2");
        all[6].unique_id = Text::from("model.shop.stg_6.v1");
        relation(&mut all[6]).version = Some(Text::from("1"));
        relation(&mut newer).version = Some(Text::from("2"));
        let child = reading(child, &[&all[6], &newer]);
        all.extend([newer, child]);
        assert!(findings("DAG007", Value::Null, &all).is_empty());
        assert_eq!(
            findings("DAG007", json!({"max": 6}), &all)[0].message,
            "model `fct` reads 7 parents; 6 is the most allowed"
        );
    }

    #[test]
    fn functions_hold_no_rows() {
        let mut all = joining(7);
        let function = resource(ResourceType::Function, "function.shop.net_of_tax", "functions/net_of_tax.sql");
        let child = all.pop().unwrap();
        all.push(reading(child, &[&function]));
        all.push(function);
        assert!(findings("DAG007", Value::Null, &all).is_empty());
    }
}
