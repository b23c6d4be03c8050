use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Place;
use crate::project::{Owner, is_placeholder};
use crate::rules::{BuildError, Context, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure whose `owner` lacks a required field.
    ///
    /// Required is `email` unless `require` says otherwise. A blank value and a placeholder (`tbd`, `todo`, `none`, ...)
    /// count as missing. Only the exposure's own `owner` counts here: `meta` and groups do not.
    ///
    /// # Why it matters
    /// The owner of a dashboard is who gets the call before a model behind it changes. A name alone reaches nobody
    /// once its bearer has left; an address does.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures/_exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       name: Finance Data
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/exposures/_exposures.yml
    /// exposures:
    ///   - name: weekly_kpis
    ///     type: dashboard
    ///     owner:
    ///       name: Finance Data
    ///       email: finance-data@shop.example
    /// ```
    UnownedExposure(Options),
    code = "OWN003",
    slug = "unowned-exposure",
    area = Ownership,
    trap = ServeTheBusiness,
    default = Error,
    since = "0.1.0",
    subjects = [Exposure],
    validate = validate
}

/// Options of `unowned-exposure`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Options {
    /// Keys of `owner` that must have a value: `email`, `name`, or any other.
    pub require: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { require: vec!["email".to_owned()] }
    }
}

fn validate(options: &Options) -> Result<(), BuildError> {
    if options.require.is_empty() {
        return Err(BuildError::new("require", "`require` lists no key, so nothing would ever be missing"));
    }
    Ok(())
}

impl Rule for UnownedExposure {
    fn check(&self, exposure: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = exposure.resource.as_exposure() else { return };
        let missing = missing_keys(&self.options, &detail.owner);
        let Some(first) = missing.first() else { return };
        let name = &exposure.name;
        let message = if is_empty(&detail.owner) {
            format!("exposure `{name}` has no owner")
        } else {
            format!("the owner of exposure `{name}` has no {}", missing.join(" and no "))
        };
        let keys: Vec<String> = missing.iter().map(|key| format!("`{key}:`")).collect();
        let place = Place::Key(vec!["owner".to_owned(), (*first).to_owned()]);
        let finding = cx.report(exposure, place, message);
        finding.help(format!("add {} under `owner:`, best of a team that reads its mail", keys.join(" and ")));
        if let Some(owner) = detail.owner.name.non_empty() {
            finding.evidence(format!("owner.name is \"{owner}\""));
        }
    }
}

/// Whether the owner has a value for that key.
/// The required keys that an exposure's owner lacks.
pub(crate) fn missing_keys<'o>(options: &'o Options, owner: &Owner<'_>) -> Vec<&'o str> {
    options.require.iter().filter(|key| !has(owner, key)).map(String::as_str).collect()
}

fn has(owner: &Owner<'_>, key: &str) -> bool {
    match key {
        "name" => !is_placeholder(&owner.name),
        "email" => owner.email.iter().any(|email| !is_placeholder(email)),
        _ => owner.other.get(key).is_some_and(|value| value.as_str().is_none_or(|text| !is_placeholder(text))),
    }
}

fn is_empty(owner: &Owner<'_>) -> bool {
    !has(owner, "name") && !has(owner, "email") && owner.other.is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Detail, Owner, Resource, Text};
    use crate::rules::tester::{exposure, findings};

    fn owned(name: &str, owner: Owner<'static>) -> Resource<'static> {
        let mut made = exposure(name);
        if let Detail::Exposure(detail) = &mut made.detail {
            detail.owner = owner;
        }
        made
    }

    fn owner(name: &'static str, email: &[&'static str]) -> Owner<'static> {
        Owner {
            name: Text::from(name),
            email: email.iter().map(|text| Text::from(*text)).collect(),
            ..Owner::default()
        }
    }

    #[test]
    fn an_address_is_required() {
        let all = [
            owned("a", owner("Ana", &[])),
            owned("b", owner("Ana", &[" "])),
            owned("c", owner("", &["ana@shop.example"])),
            owned("d", owner("", &[])),
        ];
        let found = findings("OWN003", Value::Null, &all);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the owner of exposure `a` has no email",
                "the owner of exposure `b` has no email",
                "exposure `d` has no owner"
            ]
        );
        assert_eq!(found[0].place, Place::Key(vec!["owner".to_owned(), "email".to_owned()]));
        assert_eq!(found[0].evidence, ["owner.name is \"Ana\""]);
    }

    #[test]
    fn further_keys_can_be_required() {
        let mut full = owner("Ana", &["ana@shop.example"]);
        full.other.insert("slack".to_owned(), json!("#data"));
        let all = [owned("a", full), owned("b", owner("", &["ana@shop.example"]))];
        let found = findings("OWN003", json!({"require": ["name", "email", "slack"]}), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the owner of exposure `b` has no name and no slack");
        assert_eq!(found[0].help, "add `name:` and `slack:` under `owner:`, best of a team that reads its mail");
    }

    #[test]
    fn an_empty_list_is_refused() {
        let build = crate::rules::find("OWN003").unwrap().build;
        assert!(build(json!({"require": []})).is_err());
    }
}
