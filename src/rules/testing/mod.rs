//! TST: tests.

mod suggestion;

crate::rules::rules![
    low_test_coverage::LowTestCoverage,
    untested_model::UntestedModel,
    untested_source::UntestedSource,
    untested_seed_or_snapshot::UntestedSeedOrSnapshot,
];
