//! From a name that a file mentions to the resource it means, as dbt searches for it.

use std::collections::HashMap;

use super::datum::Reason;

/// What a name turned out to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'l> {
    /// The unique id.
    Enabled(&'l str),
    Disabled,
    /// It may be enabled or not, for that reason.
    Unknown(&'l Reason),
    Nothing,
}

/// Unique ids by name and package.
#[derive(Debug, Default)]
pub struct Lookup {
    enabled: HashMap<String, Vec<(String, String)>>,
    disabled: HashMap<String, Vec<String>>,
    /// Packages of what may be enabled, each with the reason why that is not known.
    unknown: HashMap<String, Vec<(String, Reason)>>,
}

impl Lookup {
    /// Adds a resource; a later one of the same name and package takes the place of an earlier.
    pub fn add(&mut self, name: &str, package: &str, unique_id: &str) {
        let list = self.enabled.entry(name.to_owned()).or_default();
        match list.iter_mut().find(|(other, _)| other == package) {
            Some(place) => unique_id.clone_into(&mut place.1),
            None => list.push((package.to_owned(), unique_id.to_owned())),
        }
    }

    pub fn add_disabled(&mut self, name: &str, package: &str) {
        self.disabled.entry(name.to_owned()).or_default().push(package.to_owned());
    }

    pub fn add_unknown(&mut self, name: &str, package: &str, reason: &Reason) {
        self.unknown.entry(name.to_owned()).or_default().push((package.to_owned(), reason.clone()));
    }

    /// The resource of that name in one package, or in any.
    pub fn get(&self, name: &str, package: Option<&str>) -> Option<&str> {
        let list = self.enabled.get(name)?;
        let found = list.iter().find(|(other, _)| package.is_none_or(|package| package == other));
        found.map(|(_, id)| id.as_str())
    }

    /// Searches as dbt does: only the package that is named, or else the root project, the package of whoever asks,
    /// and any other.
    pub fn find(&self, name: &str, package: Option<&str>, root: &str, own: &str) -> Found<'_> {
        let candidates = match package {
            Some(package) => vec![Some(package)],
            None if own == root => vec![Some(root), None],
            None => vec![Some(root), Some(own), None],
        };
        let in_package = |package: &Option<&str>| {
            let unknown = || self.unknown_in(name, *package).map(Found::Unknown);
            self.get(name, *package).map(Found::Enabled).or_else(unknown)
        };
        if let Some(found) = candidates.iter().find_map(in_package) {
            return found;
        }
        let is_disabled = self.disabled.get(name).is_some_and(|packages| {
            candidates.iter().any(|candidate| packages.iter().any(|other| candidate.is_none_or(|name| name == other)))
        });
        if is_disabled { Found::Disabled } else { Found::Nothing }
    }

    fn unknown_in(&self, name: &str, package: Option<&str>) -> Option<&Reason> {
        let mut list = self.unknown.get(name)?.iter();
        list.find(|(other, _)| package.is_none_or(|package| package == other)).map(|(_, reason)| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_project_goes_before_the_own_package_and_that_before_others() {
        let mut lookup = Lookup::default();
        lookup.add("orders", "crm", "model.crm.orders");
        lookup.add("orders", "erp", "model.erp.orders");
        lookup.add_disabled("old", "erp");
        assert_eq!(lookup.find("orders", None, "shop", "erp"), Found::Enabled("model.erp.orders"));
        assert_eq!(lookup.find("orders", None, "shop", "shop"), Found::Enabled("model.crm.orders"));
        assert_eq!(lookup.find("orders", Some("shop"), "shop", "erp"), Found::Nothing);
        assert_eq!(lookup.find("old", None, "shop", "shop"), Found::Disabled);
        lookup.add("orders", "shop", "model.shop.orders");
        assert_eq!(lookup.find("orders", None, "shop", "erp"), Found::Enabled("model.shop.orders"));
    }

    #[test]
    fn what_may_be_enabled_hides_what_comes_behind_it() {
        let reason = Reason::from("target.type is not at hand");
        let mut lookup = Lookup::default();
        lookup.add_unknown("orders", "shop", &reason);
        lookup.add("orders", "erp", "model.erp.orders");
        lookup.add_disabled("orders", "shop");
        assert_eq!(lookup.find("orders", None, "shop", "shop"), Found::Unknown(&reason));
        assert_eq!(lookup.find("orders", Some("erp"), "shop", "shop"), Found::Enabled("model.erp.orders"));
        // Two of one name in one package are one to dbt, and the one is certainly there.
        lookup.add("orders", "shop", "model.shop.orders");
        assert_eq!(lookup.find("orders", None, "shop", "shop"), Found::Enabled("model.shop.orders"));
    }
}
