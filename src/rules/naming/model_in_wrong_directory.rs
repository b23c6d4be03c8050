use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::findings::Place;
use crate::project::{Detail, Layer, ResourceType, folder};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a model whose folder says something else than its name or its source.
    ///
    /// First, a name with the prefix of one layer in a folder of another; base models may lie among the staging models.
    /// Second, a staging or base model outside of the folder that is named after the source it reads: reported where the
    /// project has such a folder for that source, or where the model lies in the folder of another source. A folder with
    /// the YAML that declares the source is its folder as well, but for one with the name of another source and those above.
    ///
    /// A folder that belongs to no layer, a name without a layer's prefix, a layer that no folder of the project belongs to,
    /// a model that reads several sources, and a project that does not sort its staging models by source give no finding.
    /// MetricFlow time spines are exempt.
    ///
    /// # Why it matters
    /// Folders carry configuration: materialization, schema, tags, grants and owners are set by folder. A model in the
    /// wrong one is built in the wrong way, and whoever looks for it by its name looks elsewhere.
    ///
    /// # Example
    /// ```sql
    /// -- models/marts/int_orders_paid.sql
    /// select 1 as order_id
    /// ```
    /// ```sql
    /// -- models/intermediate/int_orders_shipped.sql
    /// select 1 as order_id
    /// ```
    ///
    /// # Use instead
    /// ```sql
    /// -- models/intermediate/int_orders_paid.sql
    /// select 1 as order_id
    /// ```
    /// ```sql
    /// -- models/intermediate/int_orders_shipped.sql
    /// select 1 as order_id
    /// ```
    ModelInWrongDirectory(NoOptions),
    code = "NAM003",
    slug = "model-in-wrong-directory",
    area = Naming,
    trap = BalanceTheTeam,
    default = Info,
    since = "0.1.0",
    subjects = [Model]
}

impl Rule for ModelInWrongDirectory {
    fn check(&self, model: Node<'_>, cx: &mut Context<'_>) {
        let Some((folder, prefix)) = contradiction(model, cx) else { return };
        let message = format!(
            "model `{}` is named like the {prefix} layer, but lies in a folder of the {folder} layer",
            model.name
        );
        cx.report(model, Place::File, message)
            .help(format!("move it to a folder of the {prefix} layer, or rename it if it does belong to {folder}"))
            .evidence(format!("file: {}", model.path));
    }

    fn check_project(&self, cx: &mut Context<'_>) {
        let staged: Vec<Staged<'_>> =
            cx.subjects(ResourceType::Model).filter_map(|model| Staged::new(model, cx)).collect();
        let homes = Homes::of(&staged);
        let usual = OnceCell::new();
        for model in &staged {
            if let Some(message) = homes.misplacement(model) {
                let usual = || usual.get_or_init(|| homes.usual_folders(&staged));
                report(model, message, &homes, usual, cx);
            }
        }
    }
}

/// The layers that folder and prefix say, where they contradict each other and the model can move.
fn contradiction(model: Node<'_>, cx: &Context<'_>) -> Option<(Layer, Layer)> {
    cx.layer_contradiction(model).filter(|_| !cx.project.is_time_spine(model.resource))
}

/// A staging or base model that reads sources.
struct Staged<'p> {
    model: Node<'p>,
    /// Names of the sources it reads.
    sources: BTreeSet<&'p str>,
    /// The innermost of the folders it lies in that has the YAML of what it reads.
    declared: Option<&'p str>,
}

impl<'p> Staged<'p> {
    fn new(model: Node<'p>, cx: &Context<'p>) -> Option<Self> {
        if !matches!(cx.layer(model.id), Layer::Base | Layer::Staging) || contradiction(model, cx).is_some() {
            return None;
        }
        let (mut sources, mut declared) = (BTreeSet::new(), None);
        for parent in cx.parents(model.id) {
            let Detail::Source(source) = &parent.resource.detail else { continue };
            sources.insert(source.source_name.as_str());
            let folder = folder(&parent.resource.path);
            let is_deeper = declared.is_none_or(|other: &str| other.len() < folder.len());
            if is_deeper && is_below(&model.resource.path, folder) {
                declared = Some(folder);
            }
        }
        (!sources.is_empty()).then_some(Self { model, sources, declared })
    }

    /// The folders it lies in, from the outermost: name and path.
    fn folders(&self) -> impl Iterator<Item = (&'p str, &'p str)> + use<'p> {
        let path = self.model.resource.path.as_str();
        let ends = path.match_indices('/').map(|(end, _)| end);
        ends.map(move |end| (path[..end].rsplit('/').next().unwrap_or_default(), &path[..end]))
    }
}

/// For each source the first folder, by path, that has its name and a model that reads it.
struct Homes<'p>(BTreeMap<&'p str, &'p str>);

impl<'p> Homes<'p> {
    fn of(staged: &[Staged<'p>]) -> Self {
        let mut homes: BTreeMap<&str, &str> = BTreeMap::new();
        for model in staged {
            for (name, path) in model.folders().filter(|(name, _)| model.sources.contains(name)) {
                homes.entry(name).and_modify(|home| *home = path.min(*home)).or_insert(path);
            }
        }
        Self(homes)
    }

    /// For each source the folder of most models that read it, those aside that lie in the folder of another; of equals
    /// the first.
    fn usual_folders(&self, staged: &[Staged<'p>]) -> BTreeMap<&'p str, &'p str> {
        let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        let is_home = |(name, path): (&str, &str)| self.0.get(name).is_some_and(|home| *home == path);
        for model in staged.iter().filter(|model| !model.folders().any(is_home)) {
            for source in &model.sources {
                *counts.entry(source).or_default().entry(folder(&model.model.resource.path)).or_default() += 1;
            }
        }
        let most = |folders: BTreeMap<&'p str, usize>| {
            folders.into_iter().min_by_key(|(path, count)| (Reverse(*count), *path))
        };
        counts.into_iter().filter_map(|(source, folders)| Some((source, most(folders)?.0))).collect()
    }

    /// What is wrong with the model's folder; `None` if nothing is.
    fn misplacement(&self, staged: &Staged<'p>) -> Option<String> {
        // Between several, nobody can tell where it belongs.
        if staged.sources.len() > 1 || staged.folders().any(|(name, _)| staged.sources.contains(name)) {
            return None;
        }
        let label = staged.model.label();
        let read: Vec<String> = staged.sources.iter().map(|name| format!("`{name}`")).collect();
        let read = read.join(", ");
        let stranger = staged.folders().filter(|(name, path)| self.0.get(name).is_some_and(|home| home == path)).last();
        if let Some((name, path)) = stranger {
            let is_home = staged.declared.is_some_and(|declared| is_below(declared, path));
            let message = || format!("model `{label}` reads source {read}, but lies in the folder of source `{name}`");
            return (!is_home).then(message);
        }
        let home = staged.sources.iter().find_map(|name| self.0.get(name))?;
        let is_home = staged.declared.is_some_and(|declared| !is_below(home, declared));
        (!is_home).then(|| format!("model `{label}` reads source {read}, but does not lie in its folder"))
    }
}

/// Whether a path leads into the folder, and not just to it.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn report<'u, 'p: 'u>(
    staged: &Staged<'p>,
    message: String,
    homes: &Homes<'p>,
    usual: impl Fn() -> &'u BTreeMap<&'p str, &'p str>,
    cx: &mut Context<'_>,
) {
    let home = staged.sources.iter().find_map(|name| homes.0.get(name).copied());
    let usual = || staged.sources.iter().find_map(|name| usual().get(name).copied());
    let help = match home.or_else(usual).or_else(|| declared_in(staged, cx)) {
        Some(home) => format!("move it to {home}"),
        None => format!("move it to a folder named `{}`", staged.sources.first().copied().unwrap_or_default()),
    };
    cx.report(staged.model, Place::File, message).help(help).evidence(format!("file: {}", staged.model.path));
}

/// The folder in which one of its sources is declared, if that is one of the staging layer beside the model's own.
fn declared_in<'p>(staged: &Staged<'p>, cx: &Context<'p>) -> Option<&'p str> {
    let sources = cx.parents(staged.model.id).filter(|parent| parent.kind == ResourceType::Source);
    let mut folders = sources.map(|source| folder(&source.resource.path)).filter(|folder| {
        let layer = cx.settings.layers.by_folder(&format!("{folder}/_.yml"));
        matches!(layer, Some(Layer::Base | Layer::Staging)) && !staged.folders().any(|(_, path)| path == *folder)
    });
    folders.next()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::project::{Resource, Text};
    use crate::rules::tester::{findings, model, reading, relation, source, subjects};

    #[test]
    fn prefix_against_folder() {
        let beside = model("intermediate", "int_routes");
        let found = findings("NAM003", Value::Null, &[beside, model("marts/logistics", "int_route_costs")]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `int_route_costs` is named like the intermediate layer, but lies in a folder of the marts layer"
        );
        assert_eq!(found[0].evidence, ["file: models/marts/logistics/int_route_costs.sql"]);
    }

    #[test]
    fn nothing_can_move_to_a_layer_without_a_folder() {
        let misnamed = model("intermediate", "fct_orders");
        assert!(subjects("NAM003", &[misnamed.clone(), model("reporting_area", "rpt_x")]).is_empty());
        assert_eq!(subjects("NAM003", &[misnamed, model("marts", "dim_x")]), ["model.shop.fct_orders"]);
    }

    #[test]
    fn the_folder_with_its_yaml_is_the_source_s() {
        let (execution, mut envio) = (source("execution", "blocks"), source("envio", "swaps"));
        let blocks = staged("execution/staging", "stg_blocks", &execution);
        let swaps = staged("execution/app/staging", "stg_swaps", &envio);
        for (file, count) in [
            ("models/execution/app/_sources.yml", 0),
            ("models/execution/_sources.yml", 1),
            ("models/_sources.yml", 1),
            ("models/execution/other/_sources.yml", 1),
        ] {
            envio.path = Text::from(file);
            let all = [execution.clone(), envio.clone(), blocks.clone(), swaps.clone()];
            assert_eq!(subjects("NAM003", &all).len(), count, "{file}");
        }
    }

    #[test]
    fn between_several_sources_there_is_no_right_folder() {
        let (crm, loyalty) = (source("crm", "customers"), source("loyalty", "members"));
        let (shop, web) = (source("shop", "orders"), source("web", "orders"));
        let all = [
            staged("staging/crm", "stg_crm__customers", &crm),
            staged("staging/shop", "stg_shop__orders", &shop),
            reading(model("staging/crm", "stg_orders"), &[&shop, &web]),
            reading(model("staging", "stg_people"), &[&crm, &loyalty]),
        ];
        assert!(subjects("NAM003", &[&[crm, loyalty, shop, web][..], &all].concat()).is_empty());
    }

    #[test]
    fn no_contradiction_without_two_answers() {
        let mut spine = model("utilities/marts", "int_all_days");
        relation(&mut spine).time_spine = true;
        let fine = [
            model("marts", "fct_orders"),
            model("marts", "orders"),
            model("misc", "stg_orders"),
            model("staging", "base_orders"),
            model("marts/finance/intermediate", "int_orders"),
            spine,
        ];
        assert!(subjects("NAM003", &fine).is_empty());
    }

    fn staged(folder: &str, name: &str, source: &Resource<'static>) -> Resource<'static> {
        reading(model(folder, name), &[source])
    }

    #[test]
    fn in_the_folder_of_another_source() {
        let (crm, loyalty) = (source("crm", "customers"), source("loyalty", "members"));
        let customers = staged("staging/crm", "stg_crm__customers", &crm);
        let members = staged("staging/crm", "stg_loyalty__members", &loyalty);
        let found = findings("NAM003", Value::Null, &[crm, loyalty, customers, members]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "model `stg_loyalty__members` reads source `loyalty`, but lies in the folder of source `crm`"
        );
        assert_eq!(found[0].help, "move it to a folder named `loyalty`");
    }

    #[test]
    fn the_folder_of_a_source_may_have_another_name() {
        let (crm, support) = (source("crm", "customers"), source("support", "tickets"));
        let all = [
            staged("staging/crm", "stg_crm__customers", &crm),
            staged("staging/crm", "stg_support__merged", &support),
            staged("staging/zendesk", "stg_support__tickets", &support),
            staged("staging/zendesk", "stg_support__agents", &support),
            staged("staging", "stg_support__ratings", &support),
        ];
        let found = findings("NAM003", Value::Null, &[&[crm, support][..], &all].concat());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "model.shop.stg_support__merged");
        assert_eq!(found[0].help, "move it to models/staging/zendesk");
    }

    #[test]
    fn a_source_may_have_a_folder_and_no_model_in_it() {
        let (crm, mut support) = (source("crm", "customers"), source("support", "tickets"));
        let customers = staged("staging/crm", "stg_crm__customers", &crm);
        let merged = staged("staging/crm", "stg_support__merged", &support);
        for (file, help) in [
            ("models/staging/zendesk/_sources.yml", "move it to models/staging/zendesk"),
            ("models/staging/_sources.yml", "move it to a folder named `support`"),
            ("models/_sources.yml", "move it to a folder named `support`"),
        ] {
            support.path = Text::from(file);
            let all = [crm.clone(), support.clone(), customers.clone(), merged.clone()];
            assert_eq!(findings("NAM003", Value::Null, &all)[0].help, help, "{file}");
        }
    }

    #[test]
    fn beside_the_folder_of_its_source() {
        let crm = source("crm", "customers");
        let customers = staged("staging/crm/base", "base_crm__customers", &crm);
        let others = staged("staging", "stg_crm__contacts", &crm);
        let found = findings("NAM003", Value::Null, &[crm, customers, others]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "model `stg_crm__contacts` reads source `crm`, but does not lie in its folder");
        assert_eq!(found[0].help, "move it to models/staging/crm");
    }

    #[test]
    fn a_project_may_sort_its_staging_models_otherwise() {
        let (crm, erp) = (source("crm", "customers"), source("erp", "orders"));
        let customers = staged("staging/sales", "stg_customers", &crm);
        let orders = staged("staging/finance", "stg_orders", &erp);
        let mart = staged("marts/crm", "fct_orders", &erp);
        assert!(subjects("NAM003", &[crm, erp, customers, orders, mart]).is_empty());
    }
}
