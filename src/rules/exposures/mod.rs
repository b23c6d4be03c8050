//! EXP: dashboards and business use.

mod feeding;
mod relations;

crate::rules::rules![
    exposure_without_lineage::ExposureWithoutLineage,
    exposure_on_private_model::ExposureOnPrivateModel,
    exposure_on_view::ExposureOnView,
    exposure_on_raw_data::ExposureOnRawData,
    undocumented_dashboard_model::UndocumentedDashboardModel,
    untested_dashboard_model::UntestedDashboardModel,
    unowned_dashboard_model::UnownedDashboardModel,
    orphaned_dashboard_model::OrphanedDashboardModel,
    unexposed_mart::UnexposedMart,
    dashboard_on_unfresh_source::DashboardOnUnfreshSource,
    exposure_without_url::ExposureWithoutUrl,
    exposure_without_maturity::ExposureWithoutMaturity,
    exposure_on_deprecated_model::ExposureOnDeprecatedModel,
    exposure_parent_count::ExposureParentCount,
    duplicate_exposure::DuplicateExposure,
    dashboard_on_disabled_model::DashboardOnDisabledModel,
];
