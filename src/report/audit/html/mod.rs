//! The audit as one page: a file that asks for nothing, opens from disk and prints.
//!
//! What has to be readable and printable is written here, in Rust: overview, worklist, dashboards, coverage, owners,
//! sensitive data. The script only adds to it: search, filters, the list of findings, the picture of the lineage. Its data
//! stands in the page as JSON, and a policy in the head of the page allows no other script, no style but ours, and no
//! request to anywhere.

mod components;
mod coverage;
mod dashboards;
mod data;
mod findings;
mod history;
mod layout;
mod markup;
mod overview;
mod owners;
mod picture;
mod scores;
mod sensitive;
mod worklist;

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::audit::Audit;
use markup::{Html, html};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Runs before anything is drawn, so that no browser lays out ten sections to show one.
const FIRST_SCRIPT: &str = "document.documentElement.classList.add('js')";

/// Writes the page.
pub(super) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let picture = picture::picture(&audit.lineage);
    let sections: Vec<(&str, &str, Html)> = [
        Some(("overview", "Overview", overview::section(audit))),
        Some(("worklist", "Worklist", worklist::section(audit))),
        (!audit.dashboards.is_empty()).then(|| ("dashboards", "Dashboards", dashboards::section(audit))),
        Some(("lineage", "Lineage", findings::lineage(audit))),
        Some(("scores", "Scores", scores::section(audit))),
        Some(("coverage", "Coverage", coverage::section(audit))),
        Some(("owners", "Owners", owners::section(audit))),
        Some(("sensitive", "Sensitive data", sensitive::section(audit))),
        history::section(audit).map(|section| ("history", "History", section)),
        Some(("findings", "Findings", findings::section(audit))),
        Some(("method", "Method", findings::method(audit))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let links = sections.iter().map(|(anchor, name, _)| html!("<a href=\"{}\">{}</a>", format!("#{anchor}"), name));
    let page = html!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
         name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{}</style>\n<script>{}</script>\n</head>\n<body>\n<a \
         class=\"skip\" href=\"#main\">Skip to the content</a>\n{}\n<div class=\"frame\"><nav aria-label=\"Sections\" \
         id=\"nav\">{}</nav>\n<main id=\"main\">\n{}</main></div>\n<script type=\"application/json\" id=\"data\">{}\
         </script>\n<script>{}</script>\n</body>\n</html>\n",
        policy(),
        format!("{} · audit", audit.project),
        Html::trusted(STYLE),
        Html::trusted(FIRST_SCRIPT),
        head(audit),
        links.collect::<Html>(),
        sections.into_iter().map(|(_, _, section)| html!("{}\n", section)).collect::<Html>(),
        Html::trusted(data::data(audit, &picture)),
        Html::trusted(SCRIPT),
    );
    out.write_all(page.as_str().as_bytes())
}

fn head(audit: &Audit) -> Html {
    let mut made = vec![audit.date.clone()];
    made.extend(audit.commit.as_ref().map(|commit| format!("commit {}", commit.chars().take(10).collect::<String>())));
    made.extend((!audit.dbt_version.is_empty()).then(|| format!("dbt {}", audit.dbt_version)));
    made.push(format!("dbt-steward {}", audit.version));
    html!(
        "<header><div><p class=\"kind\">Governance audit</p><h1>{}</h1></div><p class=\"made\">{}</p><button \
         type=\"button\" id=\"theme\" hidden>Dark</button></header>",
        audit.project,
        made.join(" · ")
    )
}

/// The page may show its own style, run its own script, and nothing else.
fn policy() -> String {
    let source = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {} {}; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(FIRST_SCRIPT),
        source(SCRIPT)
    )
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for digit in 0..4 {
            let is_there = digit <= three.len();
            text.push(if is_there { DIGITS[bits >> (18 - 6 * digit) & 63] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STYLE, base64};

    #[test]
    fn base64_is_as_rfc_4648_has_it() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn style_and_script_ask_for_nothing_and_make_no_html_of_text() {
        for word in ["url(", "@import", "http:", "https:", "</"] {
            assert!(!STYLE.contains(word), "{word}");
        }
        let words = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("];
        for word in words.into_iter().chain(["</script", "<!--", "XMLHttpRequest", "import(", "cookie"]) {
            assert!(!SCRIPT.contains(word), "{word}");
        }
        // A browser hashes the script with line feeds.
        assert!(!STYLE.contains('\r') && !SCRIPT.contains('\r'));
    }
}
