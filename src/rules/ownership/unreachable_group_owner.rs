use crate::findings::Place;
use crate::project::{Owner, is_placeholder};
use crate::rules::{Context, NoOptions, Node, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a group whose owner has neither an e-mail address nor any other contact.
    ///
    /// A contact is `email` or any further key with a value, such as `slack`; a name that is itself an address or a
    /// channel (`#finance-data`) is one, too. Blank values and placeholders are none.
    ///
    /// # Why it matters
    /// dbt is content with a name. Whoever finds a fault in one of the group's models is not: from a name alone they
    /// must first find out where its bearer can be reached, in the one moment when time counts.
    ///
    /// # Example
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: logistics
    ///     owner:
    ///       name: Logistics Data
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/_groups.yml
    /// groups:
    ///   - name: logistics
    ///     owner:
    ///       name: Logistics Data
    ///       email: logistics-data@shop.example
    /// ```
    UnreachableGroupOwner(NoOptions),
    code = "OWN006",
    slug = "unreachable-group-owner",
    area = Ownership,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Group]
}

impl Rule for UnreachableGroupOwner {
    fn check(&self, group: Node<'_>, cx: &mut Context<'_>) {
        let Some(detail) = group.resource.as_group() else { return };
        if is_reachable(&detail.owner) {
            return;
        }
        let message = match detail.owner.name.trim() {
            "" => format!("group `{}` has an owner without name and contact", group.name),
            name => format!("group `{}` is owned by \"{name}\", without an e-mail or other contact", group.name),
        };
        cx.report(group, Place::Key(vec!["owner".to_owned(), "email".to_owned()]), message)
            .help("add `email:` under `owner:`, or another contact such as `slack:`");
    }
}

pub(crate) fn is_reachable(owner: &Owner<'_>) -> bool {
    let name = owner.name.trim();
    name.contains('@')
        || name.starts_with('#')
        || owner.email.iter().any(|email| !is_placeholder(email))
        || owner.other.values().any(|value| value.as_str().is_none_or(|text| !is_placeholder(text)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::findings::Place;
    use crate::project::{Detail, Group, Owner, Resource, ResourceType, Text};
    use crate::rules::tester::{findings, resource, subjects};

    fn group(name: &str, owner: Owner<'static>) -> Resource<'static> {
        let detail = Detail::Group(Box::new(Group { owner }));
        Resource { detail, ..resource(ResourceType::Group, &format!("group.shop.{name}"), "models/_groups.yml") }
    }

    fn called(name: &'static str) -> Owner<'static> {
        Owner { name: Text::from(name), ..Owner::default() }
    }

    #[test]
    fn a_name_alone_is_no_contact() {
        let found = findings("OWN006", Value::Null, &[group("logistics", called("Logistics Data"))]);
        assert_eq!(
            found[0].message,
            "group `logistics` is owned by \"Logistics Data\", without an e-mail or other contact"
        );
        assert_eq!(found[0].place, Place::Key(vec!["owner".to_owned(), "email".to_owned()]));
    }

    #[test]
    fn any_contact_will_do() {
        let mut slack = called("Logistics Data");
        slack.other.insert("slack".to_owned(), json!("#logistics"));
        let mut blank = called("Finance Data");
        blank.email = vec![Text::from(" ")];
        blank.other.insert("slack".to_owned(), json!("tbd"));
        let email = Owner { email: vec![Text::from("bi@shop.example")], ..called("") };
        let all = [
            group("a", slack),
            group("b", blank),
            group("c", email),
            group("d", called("data@shop.example")),
            group("e", called("#data")),
        ];
        assert_eq!(subjects("OWN006", &all), ["group.shop.b"]);
    }
}
