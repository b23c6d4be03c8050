//! The life of a model: its versions and its deprecation date.

use std::cmp::Ordering;

use super::{Date, Relation};

impl Relation<'_> {
    /// Whether this is a version older than the latest one. A version above the latest is a prerelease, not old.
    pub fn is_old_version(&self) -> bool {
        match (&self.version, &self.latest_version) {
            (Some(version), Some(latest)) => compare_versions(version, latest) == Ordering::Less,
            _ => false,
        }
    }

    /// Whether this is the version that a `ref` without `v=` means.
    pub fn is_latest_version(&self) -> bool {
        self.version.is_some() && self.version == self.latest_version
    }

    /// The deprecation date; `None` where there is none or it cannot be read.
    pub fn deprecated_on(&self) -> Option<Date> {
        Date::parse(self.deprecation_date.as_deref()?)
    }

    /// The deprecation date if it lies before `today`.
    pub fn deprecated_before(&self, today: Date) -> Option<Date> {
        self.deprecated_on().filter(|&date| date < today)
    }
}

/// dbt's order of versions: as numbers if both are, as text otherwise.
fn compare_versions(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use crate::project::{Relation, Text};

    #[test]
    fn old_is_below_the_latest() {
        for (version, latest, is_old) in [
            ("1", "2", true),
            ("2", "2", false),
            ("3", "2", false),
            ("2", "10", true),
            ("1.5", "2", true),
            ("a", "b", true),
        ] {
            let relation = Relation {
                version: Some(Text::from(version)),
                latest_version: Some(Text::from(latest)),
                ..Relation::default()
            };
            assert_eq!(relation.is_old_version(), is_old, "{version} of {latest}");
            assert_eq!(relation.is_latest_version(), version == latest);
        }
        assert!(!Relation::default().is_old_version());
        assert!(!Relation::default().is_latest_version());
    }
}
