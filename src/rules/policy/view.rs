//! Answers from the project to what a policy asks of a resource. A field is looked up when it is asked for, so that what
//! no policy asks costs nothing.

use std::rc::Rc;

use crate::cel::{Record, Value};
use crate::project::{Column, Detail, Project, Resource, ResourceId, ResourceType, Test};
use crate::rules::engine::World;

/// `resource`, and an item of its `parents` and `children`: these have fewer fields, which the checker sees to.
pub struct ResourceView<'p> {
    world: &'p World<'p>,
    id: ResourceId,
    resource: &'p Resource<'p>,
}

impl<'p> ResourceView<'p> {
    pub fn new(world: &'p World<'p>, id: ResourceId) -> Self {
        Self { world, id, resource: world.project.get(id) }
    }

    /// A resource as a value.
    pub fn value(world: &'p World<'p>, id: ResourceId) -> Value<'p> {
        Value::Record(Rc::new(Self::new(world, id)))
    }

    fn project(&self) -> &'p Project<'p> {
        self.world.project
    }

    /// Whether the answer rests on something of this resource that is not known.
    fn is_unknown(&self, field: &str) -> bool {
        if self.resource.unknown.is_none() && !matches!(field, "children" | "feeds_exposures" | "owner") {
            return false;
        }
        let any = |names: &[&str]| names.iter().any(|name| self.resource.is_unknown(name));
        match field {
            "owner" => any(&["meta", "group", "owner", "source_meta"]) || self.has_unknown_group(),
            "alias" => any(&["alias", "identifier"]),
            "contract_enforced" => any(&["contract"]),
            "freshness_checked" => any(&["freshness"]),
            "exposure_type" => any(&["type"]),
            "tests" | "test_names" => any(&["columns", "tests", "data_tests"]),
            // Whoever reads something that is not known might read this.
            "children" | "feeds_exposures" => self.world.has_unknown_parents(),
            other => any(&[other]),
        }
    }

    fn has_unknown_group(&self) -> bool {
        let group = self.resource.group.as_deref().and_then(|name| self.project().group(name));
        group.is_some_and(|group| group.is_unknown("owner"))
    }

    fn neighbours(&self, ids: impl Iterator<Item = ResourceId>) -> Value<'p> {
        Value::list(ids.map(|id| Self::value(self.world, id)))
    }

    fn children(&self) -> Value<'p> {
        let is_test =
            |id: &ResourceId| matches!(self.project().get(*id).kind, ResourceType::Test | ResourceType::UnitTest);
        self.neighbours(self.world.graph.children(self.id).filter(|id| !is_test(id)))
    }

    fn columns(&self) -> Value<'p> {
        let (world, id) = (self.world, self.id);
        Value::list(self.resource.columns.iter().map(|column| {
            let view = ColumnView { world, id, column };
            Value::Record(Rc::new(view))
        }))
    }

    fn unit_tests(&self) -> Value<'p> {
        let project = self.project();
        let tests = project.tests(self.id).iter().map(|id| project.get(*id));
        Value::texts(tests.filter(|test| test.kind == ResourceType::UnitTest).map(|test| test.name.as_str()))
    }

    fn feeds_exposures(&self) -> Value<'p> {
        let exposures = self.world.exposures_fed(self.id).iter();
        Value::texts(exposures.map(|id| self.project().get(*id).name.as_str()))
    }

    /// What only some types have.
    fn detail(&self, field: &str) -> Value<'p> {
        let text = |text: &'p str| Value::text(text);
        match (&self.resource.detail, field) {
            (Detail::Relation(relation), "materialized") => text(&relation.materialized),
            (Detail::Relation(relation), "database") => text(&relation.database),
            (Detail::Relation(relation), "schema") => text(&relation.schema),
            (Detail::Relation(relation), "alias") => text(&relation.alias),
            (Detail::Relation(relation), "language") => text(&relation.language),
            (Detail::Relation(relation), "contract_enforced") => Value::Bool(relation.contract_enforced),
            (Detail::Relation(relation), "version") => text(relation.version.as_deref().unwrap_or_default()),
            (Detail::Source(source), "database") => text(&source.database),
            (Detail::Source(source), "schema") => text(&source.schema),
            (Detail::Source(source), "alias") => text(&source.identifier),
            (Detail::Source(source), "source_name") => text(&source.source_name),
            (Detail::Source(source), "loader") => text(&source.loader),
            (Detail::Source(source), "freshness_checked") => Value::Bool(source.freshness.is_checked()),
            (Detail::Exposure(exposure), "exposure_type") => text(&exposure.exposure_type),
            (Detail::Exposure(exposure), "maturity") => text(&exposure.maturity),
            (Detail::Exposure(exposure), "url") => text(&exposure.url),
            (Detail::Exposure(exposure), "label") => text(&exposure.label),
            (Detail::Metric(metric), "label") => text(&metric.label),
            (_, "contract_enforced" | "freshness_checked") => Value::Bool(false),
            _ => Value::text(""),
        }
    }
}

impl<'p> Record<'p> for ResourceView<'p> {
    fn field(&self, name: &str) -> Value<'p> {
        if self.is_unknown(name) {
            return Value::Unknown;
        }
        let resource = self.resource;
        match name {
            "name" => Value::text(resource.name.as_str()),
            "type" => Value::text(word(resource.kind)),
            "unique_id" => Value::text(resource.unique_id.as_str()),
            "path" => Value::text(resource.path.as_str()),
            "properties_path" => Value::text(resource.properties_path.as_deref().unwrap_or_default()),
            "package" => Value::text(resource.package.as_str()),
            "layer" => Value::text(self.world.layers[self.id.index()].as_str()),
            "owner" => Value::text(self.world.settings.owners.name(self.project(), resource).unwrap_or_default()),
            "group" => Value::text(resource.group.as_deref().unwrap_or_default()),
            "access" if resource.kind == ResourceType::Model => Value::text(resource.access().as_str()),
            "access" => Value::text(""),
            "description" => Value::text(resource.description.trim()),
            "tags" => Value::texts(resource.tags.iter().map(|tag| tag.as_str())),
            "meta" => Value::Map(&resource.meta),
            "columns" => self.columns(),
            "tests" => Value::texts(tests(self.project(), self.id, None).map(|(full, _)| full)),
            "test_names" => Value::texts(tests(self.project(), self.id, None).map(|(_, bare)| bare)),
            "unit_tests" => self.unit_tests(),
            "parents" => self.neighbours(self.world.graph.parents(self.id)),
            "children" => self.children(),
            "feeds_exposures" => self.feeds_exposures(),
            other => self.detail(other),
        }
    }
}

/// An item of `resource.columns`.
struct ColumnView<'p> {
    world: &'p World<'p>,
    id: ResourceId,
    column: &'p Column<'p>,
}

impl<'p> Record<'p> for ColumnView<'p> {
    fn field(&self, name: &str) -> Value<'p> {
        let column = self.column;
        let tests = || tests(self.world.project, self.id, Some(column.name.as_str()));
        match name {
            "name" => Value::text(column.name.as_str()),
            "description" => Value::text(column.description.trim()),
            "data_type" => Value::text(column.data_type.as_deref().unwrap_or_default()),
            "tags" => Value::texts(column.tags.iter().map(|tag| tag.as_str())),
            "meta" => Value::Map(&column.meta),
            "tests" => Value::texts(tests().map(|(full, _)| full)),
            "test_names" => Value::texts(tests().map(|(_, bare)| bare)),
            _ => Value::Null,
        }
    }
}

/// The data tests of a node, or of one of its columns, each with its package and without.
fn tests<'p>(
    project: &'p Project<'p>,
    id: ResourceId,
    column: Option<&'p str>,
) -> impl Iterator<Item = (String, String)> + use<'p> {
    let is_meant = move |test: &Test<'_>| column.is_none() || test.column.as_deref() == column;
    project.data_tests(id).filter(move |(_, test)| is_meant(test)).map(|(id, test)| match &test.generic {
        Some(generic) => (generic.full_name(), generic.name.to_string()),
        None => (project.get(id).name.to_string(), project.get(id).name.to_string()),
    })
}

/// dbt's word for a type.
pub fn word(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Model => "model",
        ResourceType::Source => "source",
        ResourceType::Seed => "seed",
        ResourceType::Snapshot => "snapshot",
        ResourceType::Test => "test",
        ResourceType::UnitTest => "unit_test",
        ResourceType::Exposure => "exposure",
        ResourceType::Metric => "metric",
        ResourceType::SemanticModel => "semantic_model",
        ResourceType::SavedQuery => "saved_query",
        ResourceType::Group => "group",
        ResourceType::Macro => "macro",
        ResourceType::DocsBlock => "doc",
        ResourceType::Analysis => "analysis",
        ResourceType::Operation => "operation",
        ResourceType::Function => "function",
        ResourceType::Other => "",
    }
}
