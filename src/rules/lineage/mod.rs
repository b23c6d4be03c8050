//! DAG: lineage.

use super::{Context, Node};
use crate::project::{Access, Layer, ResourceId, ResourceType};

crate::rules::rules![
    root_model::RootModel,
    dead_end_model::DeadEndModel,
    direct_join_to_source::DirectJoinToSource,
    multiple_sources_joined::MultipleSourcesJoined,
    rejoining_upstream::RejoiningUpstream,
    model_fanout::ModelFanout,
    too_many_parents::TooManyParents,
    staging_on_staging::StagingOnStaging,
    staging_on_downstream::StagingOnDownstream,
    downstream_on_source::DownstreamOnSource,
    forbidden_dependency::ForbiddenDependency,
    dependency_cycle::DependencyCycle,
    duplicate_logic::DuplicateLogic,
    duplicate_relation::DuplicateRelation,
    disconnected_model::DisconnectedModel,
    unresolved_reference::UnresolvedName,
];

/// Whether a model may well have readers that dbt does not see, so that nobody can say it has none: people read marts
/// and reports, other projects read public models, MetricFlow reads time spines.
fn is_read_from_outside(model: Node<'_>, cx: &Context<'_>) -> bool {
    cx.layer(model.id).is_served() || model.access() == Access::Public || cx.project.is_time_spine(model.resource)
}

/// Nodes in order of id with one of each model, however many versions of it there are among them: their ids differ in the
/// ending only, so that they follow each other.
fn once_a_model<'p>(nodes: impl Iterator<Item = Node<'p>>) -> Vec<Node<'p>> {
    let mut nodes: Vec<Node<'p>> = nodes.collect();
    nodes.dedup_by(|a, b| a.kind == b.kind && (&a.package, &a.name) == (&b.package, &b.name) && is_version(a));
    nodes
}

fn is_version(node: &Node<'_>) -> bool {
    node.relation().is_some_and(|relation| relation.version.is_some())
}

/// Direct parents of one type, by id.
fn parents_of_kind(id: ResourceId, kind: ResourceType, cx: &Context<'_>) -> Vec<ResourceId> {
    cx.parents(id).filter(|parent| parent.kind == kind).map(|parent| parent.id).collect()
}

/// Direct parents that are models of the root project in a layer that `wanted` picks. What a package does in its own
/// layers is its own business, and reading it is how it is meant to be used.
fn own_parents_in<'p>(model: Node<'p>, wanted: fn(Layer) -> bool, cx: &Context<'p>) -> Vec<(Node<'p>, Layer)> {
    cx.parents(model.id)
        .map(|parent| (parent, cx.layer(parent.id)))
        .filter(|(parent, layer)| {
            wanted(*layer) && parent.id != model.id && cx.settings.is_subject(cx.project, parent.resource)
        })
        .collect()
}
