//! SRC: sources.

mod by_name;

crate::rules::rules![
    source_without_freshness::SourceWithoutFreshness,
    freshness_opt_out::FreshnessOptOut,
    source_without_loader::SourceWithoutLoader,
    unused_source::UnusedSource,
    source_fanout::SourceFanout,
    duplicate_source::DuplicateSource,
];

pub(crate) use source_without_freshness::freshness_state;
