//! Credentials that stand in YAML as they are.
//!
//! What is looked at is the key, and of its value only whether it could be one: no measure of randomness, because
//! people's passwords are not random and their identifiers often are.

use crate::project::{Secret, Spot};
use crate::text::yaml::{Node, Resolved, Value};

/// Last words of keys whose value is a secret, whatever it looks like.
const PASSWORDS: [&str; 6] = ["password", "passwd", "passphrase", "client_secret", "secret_access_key", "private_key"];

/// Last words of keys whose value is a secret if it looks like one: they are names of other things, too.
const TOKENS: [&str; 6] = ["token", "secret", "api_key", "apikey", "secret_key", "auth_key"];

/// Keys below which names are columns, or prose.
const ELSEWHERE: [&str; 9] =
    ["column_types", "columns", "data_tests", "description", "given", "expect", "query_params", "tests", "unit_tests"];

/// Every credential of a file.
pub(super) fn find(path: &str, document: &Node) -> Vec<Secret> {
    let mut secrets = Vec::new();
    walk(path, None, document, &mut secrets);
    secrets.sort();
    secrets.dedup();
    secrets
}

fn walk(path: &str, key: Option<&str>, node: &Node, secrets: &mut Vec<Secret>) {
    // An alias shows again what stands elsewhere.
    if node.is_alias() {
        return;
    }
    match node.value() {
        Value::Scalar(_) => {
            if let Some(key) = key.filter(|key| is_secret(key, node)) {
                secrets.push(Secret { spot: Spot::new(path, node.span), key: key.to_owned() });
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| walk(path, None, item, secrets)),
        Value::Mapping(_) if is_local(node) => {}
        Value::Mapping(_) => {
            for entry in node.entries() {
                let name = entry.key.as_str().unwrap_or_default();
                if !ELSEWHERE.contains(&name) {
                    walk(path, Some(name), &entry.value, secrets);
                }
            }
        }
    }
}

/// A connection to a database of one's own machine: its password is no secret.
fn is_local(node: &Node) -> bool {
    const HOSTS: [&str; 6] = ["localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal", "postgres"];
    let host = ["host", "server"].iter().find_map(|key| node.get(key)?.as_str());
    host.is_some_and(|host| HOSTS.contains(&host))
}

fn is_secret(key: &str, value: &Node) -> bool {
    let Some(text) = value.as_str() else { return false };
    if text.contains("PRIVATE KEY-----") && text.contains("-----BEGIN") {
        return !text.contains("{{");
    }
    if key == "git" || key == "tarball" {
        return has_credentials(text);
    }
    let is_text = matches!(value.resolve(), Some(Resolved::Str(_) | Resolved::Int(_) | Resolved::HugeInt(_)));
    if !is_text || is_placeholder(text) {
        return false;
    }
    let key = key.trim_start_matches('+').to_lowercase().replace('-', "_");
    let ends_in = |words: &[&str]| {
        words.iter().any(|word| key.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
    };
    ends_in(&PASSWORDS) || ends_in(&TOKENS) && looks_random(text)
}

/// `https://name:password@host` and `https://token@host`.
fn has_credentials(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let Some((user, _)) = rest.split('/').next().and_then(|authority| authority.rsplit_once('@')) else { return false };
    match user.split_once(':') {
        Some((_, password)) => !is_placeholder(password),
        // `ssh://git@…` names a user.
        None => !is_placeholder(user) && looks_random(user),
    }
}

/// What stands for a secret that is kept elsewhere, or names the place where it is.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "changeme",
        "change_me",
        "dummy",
        "example",
        "fake",
        "none",
        "null",
        "password",
        "redacted",
        "secret",
        "test",
        "token",
    ];
    let text = text.trim();
    let lower = text.to_lowercase();
    let refers = ["{{", "${", "$", "<", "[", "env:", "vault:", "arn:", "projects/", "op://", "your", "my_"];
    let is_file = ["/", "~", "."].iter().any(|start| text.starts_with(start))
        || [".json", ".p8", ".pem", ".key", ".txt"].iter().any(|end| lower.ends_with(end));
    let repeats = text.chars().next().is_none_or(|first| text.chars().all(|other| other == first));
    repeats
        || is_file
        || WORDS.contains(&lower.as_str())
        || refers.iter().any(|start| lower.starts_with(start))
        || text.contains("{{")
        || text.contains(char::is_whitespace)
}

/// Long enough, and with digits: `a1b2c3d4`, not `order_token`.
fn looks_random(text: &str) -> bool {
    text.len() >= 12
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml;

    fn keys(text: &str) -> Vec<String> {
        let tree = yaml::parse(text).expect("valid YAML");
        find("a.yml", &tree.documents[0]).into_iter().map(|secret| secret.key).collect()
    }

    #[test]
    fn literals_are_found() {
        assert_eq!(keys("a: {password: hunter2}"), ["password"]);
        assert_eq!(keys("+meta: {db_password: 123456}"), ["db_password"]);
        assert_eq!(keys("token: dapi0123456789abcdef"), ["token"]);
        assert_eq!(keys("x: {private-key-passphrase: s3same}"), ["private-key-passphrase"]);
        assert_eq!(keys("git: 'https://ghp_0123456789abcdef@github.com/a/b.git'"), ["git"]);
        assert_eq!(keys("git: https://me:s3same@git.example.com/a.git"), ["git"]);
        assert_eq!(keys("note: \"-----BEGIN PRIVATE KEY-----\\nMII\""), ["note"]);
    }

    #[test]
    fn what_is_kept_elsewhere_is_not() {
        for text in [
            "password: \"{{ env_var('PASSWORD') }}\"",
            "password: ${PASSWORD}",
            "password: <your password>",
            "password: changeme",
            "password: ''",
            "password:",
            "password: true",
            "password: '****'",
            "private_key_path: /keys/rsa.p8",
            "private_key: keys/rsa.p8",
            "token: projects/1/secrets/dbt",
            "git: git@github.com:a/b.git",
            "git: ssh://git@github.com/a/b.git",
            "git: \"https://{{ env_var('TOKEN') }}@github.com/a/b.git\"",
            "{host: localhost, password: hunter2}",
        ] {
            assert_eq!(keys(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn names_of_columns_and_other_things_are_not() {
        for text in [
            "unique_key: order_id",
            "primary_key: a1b2c3d4e5f6",
            "token: access_token",
            "meta: {secret: yes}",
            "columns: [{name: password, description: Hash of it.}]",
            "column_types: {password: varchar}",
            "unit_tests: [{given: [{rows: [{password: hunter2}]}]}]",
            "tests: [{accepted_values: {password: hunter2}}]",
            "description: password hunter2",
        ] {
            assert_eq!(keys(text), [""; 0], "{text}");
        }
    }
}
