use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a password, token or private key that is written out in the project's YAML.
    ///
    /// Looked at are `dbt_project.yml`, `profiles.yml`, `packages.yml`, `dependencies.yml` and properties: values of keys that
    /// end in `password`, `passphrase`, `client_secret`, `secret_access_key`, `private_key`, `token`, `secret` or `api_key`,
    /// credentials in the address of a git package, and keys in PEM form anywhere. Not flagged is what is read from
    /// elsewhere (`{{ env_var('…') }}`), a placeholder, a path to a file, the password of a database on one's own machine,
    /// and what is below columns, tests, descriptions and the rows of unit tests, where such words are names of columns. A
    /// `token` or `secret` counts only if it looks like one: twelve characters or more, with digits. The value itself is
    /// printed nowhere.
    ///
    /// # Why it matters
    /// A repository is copied to every laptop and kept for ever: what was committed once has to be revoked, removing the line
    /// does not help.
    ///
    /// # Example
    /// ```yaml
    /// # profiles.yml
    /// shop:
    ///   outputs:
    ///     prod: {type: snowflake, user: dbt, password: Hortensie7}
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # profiles.yml
    /// shop:
    ///   outputs:
    ///     prod: {type: snowflake, user: dbt, password: "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}"}
    /// ```
    SecretsInProject(NoOptions),
    code = "PRJ009",
    slug = "secrets-in-project",
    area = Project,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for SecretsInProject {
    fn check_project(&self, cx: &mut Context<'_>) {
        for secret in cx.own_files().map_or(&[][..], |own| &own.secrets) {
            let message = format!("the value of `{}` is a secret, and it is written out", secret.key);
            cx.report_at(&secret.spot, message)
                .part(format!("file:{} key:{}", secret.spot.path, secret.key))
                .help("revoke it, and read the new one from the environment: `{{ env_var('DBT_ENV_SECRET_…') }}`");
        }
    }

    fn not_applicable(&self, cx: &Context<'_>) -> Option<String> {
        cx.without_files()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::rules::tester::lint;

    #[test]
    fn a_password_is_shown_at_its_place_and_not_printed() {
        let profiles = "shop:\n  outputs:\n    prod: {type: snowflake, password: Hortensie7}\n    dev: {password: \"{{ env_var('P') }}\"}\n";
        let files =
            [("dbt_project.yml", "name: shop\nvars: {api_token: dapi0123456789abcdef}\n"), ("profiles.yml", profiles)];
        assert_eq!(
            lint("PRJ009", Value::Null, &files, &[]),
            [
                "dbt_project.yml:2:19 `dapi0123456789abcdef`: the value of `api_token` is a secret, and it is written out",
                "profiles.yml:3:39 `Hortensie7`: the value of `password` is a secret, and it is written out",
            ]
        );
    }
}
