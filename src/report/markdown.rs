//! A comment on a pull request, in the Markdown of GitHub and GitLab:
//! <https://github.github.com/gfm/>, <https://docs.gitlab.com/user/markdown/>.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::summary::{counted, plural, subjects};
use super::{printable, rule_url};
use crate::findings::{BaselineSummary, Located, Report, Severity, title};
use crate::words::{self, listed};

/// The longest comment that GitHub takes, in characters; GitLab takes more.
const LIMIT: usize = 65_536;

/// Kept free for what is said of findings that do not fit.
const RESERVE: usize = 256;

/// Characters of a text that come from the project; a name without end must not be all there is to read.
const LONGEST: usize = 1000;

pub(super) fn write(report: &Report, shown: &[Located], out: &mut dyn Write) -> io::Result<()> {
    let mut text = head(report);
    let room = LIMIT.saturating_sub(characters(&text) + RESERVE);
    let chosen = chosen(shown, room);
    for group in chosen.chunk_by(|a, b| a.location.path == b.location.path) {
        text += &opening(&group[0].location.path, group.len());
        group.iter().for_each(|located| text += &item(located));
        text += CLOSING;
    }
    let left = report.findings.len() - chosen.len();
    if left > 0 {
        text += &format!("\nNot listed here: {}. `dbt-steward check` shows all.\n", plural(left, "more finding"));
    }
    out.write_all(text.as_bytes())
}

/// The gravest findings, up to the first that there is no room for, in their order.
fn chosen(shown: &[Located], mut room: usize) -> Vec<&Located> {
    let mut chosen = vec![false; shown.len()];
    let mut opened = BTreeSet::new();
    let mut gravest: Vec<usize> = (0..shown.len()).collect();
    gravest.sort_by_key(|index| Reverse(shown[*index].finding.severity));
    for index in gravest {
        let path = shown[index].location.path.as_str();
        let frame = if opened.insert(path) { opening(path, shown.len()) + CLOSING } else { String::new() };
        let length = characters(&item(&shown[index])) + characters(&frame);
        if length > room {
            break;
        }
        room -= length;
        chosen[index] = true;
    }
    shown.iter().zip(chosen).filter_map(|(located, chosen)| chosen.then_some(located)).collect()
}

/// Marker, heading, the numbers of each rule, and what did not run.
fn head(report: &Report) -> String {
    let summary = &report.summary;
    let counts = Severity::ALL.map(|severity| (report.count(severity), severity));
    let found = if report.findings.is_empty() { "no findings".to_owned() } else { counted(counts) };
    let mut text = format!("{}\n### dbt-steward: {found}\n\n", marker(&summary.project));
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        count => format!(" {} suppressed.", plural(count, "finding")),
    };
    text += &format!("{} has {}.{suppressed}\n", code(&summary.project), subjects(&summary.counts));
    if let Some(limit) = &report.limit {
        text += &format!("Reported is {}.\n", prose(&cut(&limit.described())));
    }
    text += &table(report);
    if let Some(baseline) = &report.baseline {
        text += &known(baseline);
    }
    text + &did_not_run(report)
}

/// How many are known, and what was fixed, by rule.
fn known(baseline: &BaselineSummary) -> String {
    let mut text = match baseline.known {
        0 => String::new(),
        count => format!("\n{} in the baseline, not listed here.\n", plural(count, "more finding")),
    };
    let fixed = baseline.fixed_entries();
    if fixed == 0 {
        return text;
    }
    let lines = baseline.fixed.iter().map(|fixed| {
        let names = listed(fixed.names.iter().map(|name| code(name)));
        format!("- {}: {names}\n", title(&fixed.code, fixed.slug))
    });
    let lines: String = lines.collect();
    let count = words::counted(fixed, "baseline entry");
    text += &match characters(&lines) > LIMIT / 4 {
        true => format!("\n{count} fixed.\n"),
        false => format!("\n<details><summary>{count} fixed</summary>\n\n{lines}{CLOSING}"),
    };
    text
}

/// The rules without an answer, each with the reason, unless so much is to be said that no finding would fit.
fn did_not_run(report: &Report) -> String {
    let rules = report.summary.rules.iter();
    let skipped: BTreeMap<_, _> = rules.filter_map(|rule| Some((rule.code, rule.skipped.as_deref()?))).collect();
    if skipped.is_empty() {
        return String::new();
    }
    let count = plural(skipped.len(), "rule");
    let lines: String = skipped.iter().map(|(code, why)| format!("- {code}: {}\n", inline(why))).collect();
    if characters(&lines) > LIMIT / 4 {
        let codes: Vec<&str> = skipped.into_keys().collect();
        return format!("\n{count} did not run: {}.\n", codes.join(", "));
    }
    format!("\n<details><summary>{count} did not run</summary>\n\n{lines}{CLOSING}")
}

/// By this line, which nobody sees, the comment of the last run is found and updated. dbt's names of projects consist of
/// letters, digits and `_`; nothing of that ends a comment.
fn marker(project: &str) -> String {
    let name: String = project.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(LONGEST).collect();
    format!("<!-- dbt-steward: {name} -->")
}

/// Findings by severity and rule, gravest and most first.
fn table(report: &Report) -> String {
    if report.findings.is_empty() {
        return String::new();
    }
    let mut counts: BTreeMap<(Severity, &str, &str), usize> = BTreeMap::new();
    for located in &report.findings {
        let finding = &located.finding;
        *counts.entry((finding.severity, finding.code, finding.slug)).or_default() += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|((severity, rule, _), count)| (Reverse((*severity, *count)), *rule));
    let rows = rows.into_iter().map(|((severity, code, slug), count)| {
        format!("| {severity} | [{code}]({}) {slug} | {count} |\n", rule_url(code, slug))
    });
    format!("\n| severity | rule | findings |\n|---|---|---:|\n{}", rows.collect::<String>())
}

const CLOSING: &str = "\n</details>\n";

/// Behind `<summary>` up to the next blank line, Markdown is HTML.
fn opening(path: &str, count: usize) -> String {
    let path = cut(path);
    format!("\n<details><summary><code>{}</code>: {}</summary>\n\n", entities(&path), plural(count, "finding"))
}

fn item(located: &Located) -> String {
    let finding = &located.finding;
    let region = located.location.region.as_ref();
    let line = region.map_or_else(String::new, |region| format!(", line {}", region.start.line));
    let help = if finding.help.is_empty() { String::new() } else { format!("<br>{}", inline(&finding.help)) };
    format!("- **{}** {}{line}: {}{help}\n", finding.severity, finding.code, inline(&finding.message))
}

/// Text with code in single backticks, as messages have it.
pub(super) fn inline(text: &str) -> String {
    let text = cut(text);
    let mut markdown = String::new();
    let mut rest = text.as_str();
    while let Some((before, (name, after))) =
        rest.split_once('`').and_then(|(before, behind)| Some((before, behind.split_once('`')?)))
    {
        markdown += &escaped(before, markdown.is_empty());
        markdown += &if name.is_empty() { prose("``") } else { code(name) };
        rest = after;
    }
    let is_at_start = markdown.is_empty();
    markdown + &escaped(rest, is_at_start)
}

/// Code, in which nothing is a mention, a reference or a link. As many backticks around it as no backtick in it ends
/// (<https://github.github.com/gfm/#code-spans>).
pub(super) fn code(text: &str) -> String {
    let text = cut(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let needs_blanks = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty();
    if needs_blanks { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// Between two characters that would otherwise mean something together: a blank without width, which nobody sees.
const APART: char = '\u{200b}';

/// Text that is nothing but text, and that a terminal shows as it is as far as can be: only what would be markup is escaped.
pub(super) fn prose(text: &str) -> String {
    escaped(text, true)
}

/// The platforms look for mentions, references and addresses in what Markdown left of a text, where an escaped character
/// is as good as a plain one, so that they are broken up.
fn escaped(text: &str, is_at_start: bool) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut safe = String::with_capacity(text.len());
    for (at, &character) in characters.iter().enumerate() {
        let last = at.checked_sub(1).map_or(' ', |at| characters[at]);
        let next = characters.get(at + 1).copied().unwrap_or(' ');
        // No two platforms agree on whether a backslash keeps a dollar from beginning a formula.
        if character == '$' {
            safe += "&#36;";
        } else {
            safe.extend(is_markup(&characters, at, is_at_start).then_some('\\'));
            safe.push(character);
        }
        // `@team`, `#12`, `https://`, `&lt;`; in GitLab also `!12`, `%12`, `&12`, `$12`, `~label`, `^alert`, `{+new+}`.
        let may_refer = matches!(character, '@' | '#' | ':' | '!' | '%' | '&' | '$' | '~' | '^' | '{');
        // `GH-12` and what a repository may have set up, such as `SHOP-12`.
        let is_issue = character == '-' && last.is_ascii_alphabetic() && next.is_ascii_digit();
        // `www.` is an address without `://`.
        let is_address = matches!(character, 'w' | 'W') && next == '.';
        safe.extend((may_refer && !next.is_whitespace() || is_issue || is_address).then_some(APART));
    }
    safe
}

/// Whether Markdown would see more in a character than itself.
fn is_markup(characters: &[char], at: usize, is_at_start: bool) -> bool {
    let is_other = |character: &&char| **character != '_';
    let is_in_word = |character: Option<&char>| character.is_some_and(|character| character.is_alphanumeric());
    match characters[at] {
        '\\' | '`' | '*' | '~' | '^' | '[' | '|' | '<' => true,
        // Within a word it is a part of it: `stg_crm__customers`.
        '_' => {
            let (before, after) = characters.split_at(at);
            !(is_in_word(before.iter().rev().find(is_other)) && is_in_word(after.iter().find(is_other)))
        }
        // Headings, quotes, lists.
        '#' | '>' | '-' | '+' | '=' | ':' => at == 0 && is_at_start,
        _ => false,
    }
}

/// Text within HTML, where nothing else means anything.
fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text on one line, without control characters, and not without end.
fn cut(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    use super::{inline, prose};

    #[test]
    fn a_terminal_shows_text_as_it_is() {
        for text in [
            "the project's files, \"quoted\" (and more); 5 > 3",
            "model `stg_crm__customers` reads portal_prod",
            "meta.classification: \"personal\"",
            "50 % of R&D at 10:30 - no more",
        ] {
            let shown = inline(text).replace('\u{200b}', "");
            assert_eq!(shown, text);
        }
    }

    #[test]
    fn what_would_be_markup_is_escaped() {
        let escaped = [
            ("*a* _b_ __c__ ~d~", r"\*a\* \_b\_ \_\_c\_\_ \~d\~"),
            ("[a](b) <i> a|b", r"\[a](b) \<i> a\|b"),
            ("# a", r"\# a"),
            ("a # b", "a # b"),
            (r"C:\x", r"C:\\x"),
        ];
        for (text, expected) in escaped {
            assert_eq!(prose(text).replace('\u{200b}', ""), expected);
        }
        assert_eq!(
            prose("@team #1 https://a &lt; www.a GH-1"),
            "@\u{200b}team #\u{200b}1 https:\u{200b}//a &\u{200b}lt; \
            www\u{200b}.a GH-\u{200b}1"
        );
    }

    proptest! {
        /// In a paragraph, in a list and in a table: nothing but the text comes out.
        #[test]
        fn nothing_but_text_comes_out(text in "[a-z0-9 _*~^\\[\\]()<>|\\\\#@:$!&%{}'\"+=.;/-]{1,40}") {
            let text = text.trim();
            prop_assume!(!text.is_empty() && !text.starts_with(|first: char| first.is_ascii_digit()));
            for markdown in [prose(text), format!("- {}", prose(text)), format!("| a |\n|---|\n| {} |", prose(text))] {
                let mut shown = String::new();
                for event in Parser::new_ext(&markdown, Options::all() & !Options::ENABLE_SMART_PUNCTUATION) {
                    match event {
                        Event::Text(piece) => shown += &piece,
                        Event::Start(_) | Event::End(_) => {}
                        other => prop_assert!(false, "{other:?} in {markdown}"),
                    }
                }
                let shown = shown.replace('\u{200b}', "");
                prop_assert_eq!(shown.strip_prefix('a').filter(|_| markdown.starts_with('|')).unwrap_or(&shown), text);
            }
        }
    }
}
