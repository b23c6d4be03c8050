//! TST: tests.

pub(crate) mod disabled;
mod suggestion;
mod uniqueness;

crate::rules::rules![
    untested_model::UntestedModel,
    untested_source::UntestedSource,
    missing_primary_key_test::MissingPrimaryKeyTest,
    missing_uniqueness_test::MissingUniquenessTest,
    untested_seed_or_snapshot::UntestedSeedOrSnapshot,
    missing_required_test::MissingRequiredTest,
    low_test_coverage::LowTestCoverage,
    low_unit_test_coverage::LowUnitTestCoverage,
    duplicate_test::DuplicateTest,
    single_column_combination::SingleColumnCombination,
];

pub(crate) use untested_model::Options as UntestedModelOptions;
pub(crate) use untested_source::Options as UntestedSourceOptions;
