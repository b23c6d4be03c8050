use std::collections::BTreeMap;

use super::feeding::in_words;
use crate::findings::Place;
use crate::project::{ResourceId, ResourceType, is_placeholder};
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags an exposure whose `url` another exposure has, too.
    ///
    /// Addresses are compared without the case of scheme and host, without `http` against `https` and without a slash
    /// at the end; query and fragment count, since many tools keep the page there. Of several exposures with one
    /// address all but the first, by name, are reported.
    ///
    /// # Why it matters
    /// Two exposures for one dashboard have two owners, two lineages and two maturities, and each is believed by
    /// someone. Who changes a model asks the one and forgets the other.
    ///
    /// # Example
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: carrier_scorecard
    ///     type: dashboard
    ///     url: https://bi.example.com/dashboards/22
    ///     owner:
    ///       email: logistics@example.com
    ///   - name: hall_wallboard
    ///     type: dashboard
    ///     url: https://bi.example.com/dashboards/22/
    ///     owner:
    ///       email: logistics@example.com
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/exposures.yml
    /// exposures:
    ///   - name: carrier_scorecard
    ///     type: dashboard
    ///     url: https://bi.example.com/dashboards/22
    ///     owner:
    ///       email: logistics@example.com
    /// ```
    DuplicateExposure(NoOptions),
    code = "EXP015",
    slug = "duplicate-exposure",
    area = Exposures,
    trap = Centralise,
    default = Warning,
    since = "0.1.0",
    subjects = [Exposure]
}

impl Rule for DuplicateExposure {
    fn check_project(&self, cx: &mut Context<'_>) {
        let mut by_address: BTreeMap<String, Vec<ResourceId>> = BTreeMap::new();
        for exposure in cx.subjects(ResourceType::Exposure) {
            let url = exposure.as_exposure().map_or("", |detail| detail.url.trim());
            if !is_placeholder(url) {
                by_address.entry(normalised(url)).or_default().push(exposure.id);
            }
        }
        for ids in by_address.into_values() {
            let [first, others @ ..] = ids.as_slice() else { continue };
            let first = cx.node(*first);
            for &other in others {
                let exposure = cx.node(other);
                let message = format!("{} has the same url as {}", in_words(&exposure), in_words(&first));
                cx.report(exposure, Place::key("url"), message)
                    .help(format!(
                        "if both are one, merge their `depends_on:` into `{}` and remove `{}`; if not, give each the \
                         address of its own page",
                        first.name, exposure.name
                    ))
                    .related(first.id, Place::key("url"), "the same url");
            }
        }
    }
}

/// The address with what servers do not tell apart taken away.
fn normalised(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let scheme = if scheme.eq_ignore_ascii_case("http") { "https".to_owned() } else { scheme.to_ascii_lowercase() };
    format!("{scheme}://{}{}", host.to_ascii_lowercase(), path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::normalised;
    use crate::project::{Detail, Resource, Text};
    use crate::rules::tester::{exposure, findings};

    fn at(name: &str, url: &'static str) -> Resource<'static> {
        let mut exposure = exposure(name);
        if let Detail::Exposure(detail) = &mut exposure.detail {
            detail.url = Text::from(url);
        }
        exposure
    }

    #[test]
    fn all_but_the_first_are_reported() {
        let url = "https://bi.example.com/22";
        let exposures = [at("c", url), at("a", url), at("b", url), at("d", "https://bi.example.com/23")];
        let found = findings("EXP015", json!(null), &exposures);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["dashboard `b` has the same url as dashboard `a`", "dashboard `c` has the same url as dashboard `a`"]
        );
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn blank_is_no_address() {
        assert!(
            findings("EXP015", json!(null), &[at("a", ""), at("b", " "), at("c", "tbd"), at("d", "TBD")]).is_empty()
        );
    }

    #[test]
    fn knows_what_servers_do_not_tell_apart() {
        let same = |a: &str, b: &str| normalised(a) == normalised(b);
        assert!(same("https://BI.example.com/22/", "https://bi.example.com/22"));
        assert!(same("http://bi.example.com/22", "https://bi.example.com/22"));
        assert!(same("bi.example.com/22", "https://bi.example.com/22"));
        assert!(!same("https://bi.example.com/22", "https://bi.example.com/22?tab=2"));
        assert!(!same("https://bi.example.com/#/22", "https://bi.example.com/#/23"));
        assert!(!same("https://bi.example.com/Sales", "https://bi.example.com/sales"));
    }
}
