//! PRF: scale and materialization.

crate::rules::rules![
    chained_views::ChainedViews,
    view_with_many_consumers::ViewWithManyConsumers,
    incremental_without_unique_key::IncrementalWithoutUniqueKey,
];
