//! OWN: ownership.

pub(crate) mod identity;
mod stated;
pub(super) mod unowned;

crate::rules::rules![
    conflicting_owners::ConflictingOwners,
    cross_team_private_dependency::CrossTeamPrivateDependency,
    ownership_concentration::OwnershipConcentration,
    personal_owner::PersonalOwner,
    unknown_owner::UnknownOwner,
    unowned_exposure::UnownedExposure,
    unowned_metric::UnownedMetric,
    unowned_model::UnownedModel,
    unowned_seed_or_snapshot::UnownedSeedOrSnapshot,
    unowned_source::UnownedSource,
    unreachable_group_owner::UnreachableGroupOwner,
    unused_group::UnusedGroup,
];

pub(crate) use unowned_exposure::{Options as UnownedExposureOptions, missing_keys};
pub(crate) use unreachable_group_owner::is_reachable;
