//! What every section is built of: scores, bars, counts of findings, tables.

use super::markup::{Html, Piece, html, query};
use crate::audit::{Score, Tally};
use crate::findings::Severity;

/// What a score means, in words; from the best to the worst.
const BANDS: [(f64, &str, &str); 5] = [
    (90.0, "sound", "Hardly anything stands against it."),
    (75.0, "mostly sound", "The base is good, and what is missing can be named."),
    (60.0, "patchy", "Much is in order, and much that others rely on is not."),
    (40.0, "weak", "Gaps are the rule rather than the exception."),
    (0.0, "poor", "Little of what others rely on is governed."),
];

/// The word and the sentence for a score.
pub fn verdict(score: Option<f64>) -> (&'static str, &'static str) {
    let Some(score) = score else { return ("no score", "There is nothing to score.") };
    let band = BANDS.iter().find(|(least, ..)| score >= *least).unwrap_or(&BANDS[BANDS.len() - 1]);
    (band.1, band.2)
}

/// With one decimal, and a dash for none.
pub fn points(score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format!("{score:.1}"))
}

/// A share of a whole in percent. Only nothing is 0 %, and only all is 100 %.
pub fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let percent = (part as f64 / whole as f64 * 100.0).round() as usize;
    let percent = match part {
        0 => 0,
        _ if part == whole => 100,
        _ => percent.clamp(1, 99),
    };
    format!("{percent} %")
}

/// A bar from 0 to 100. It says nothing that the number beside it does not say.
pub fn bar(value: f64) -> Html {
    let width = format!("{:.1}", value.clamp(0.0, 100.0));
    html!(
        "<svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"rail\" \
         width=\"100\" height=\"6\"/><rect class=\"fill\" width=\"{}\" height=\"6\"/></svg>",
        width
    )
}

/// A score as a number with its bar, in one table cell.
pub fn score_cell(score: Option<f64>) -> Html {
    let Some(points_) = score else { return html!(r#"<td class="num" data-sort="-1">–</td>"#) };
    let (word, _) = verdict(score);
    html!(
        r#"<td class="num score" data-sort="{}" title="{}">{}{}</td>"#,
        format!("{points_}"),
        word,
        bar(points_),
        html!("<b>{}</b>", points(score))
    )
}

/// The sign of a severity: a shape of its own, with the word for those who do not see it.
pub fn sign(severity: Severity) -> Html {
    html!(r#"{}<span class="sr">{} </span>"#, shape(severity), severity.to_string())
}

/// The shape alone, where the word stands beside it.
fn shape(severity: Severity) -> Html {
    let shape = match severity {
        Severity::Error => "◆",
        Severity::Warning => "▲",
        Severity::Info => "●",
    };
    let word = severity.to_string();
    html!(r#"<span class="sign {}" title="{}"><i aria-hidden="true">{}</i></span>"#, word, word, shape)
}

/// Findings by severity, each leading to those findings; `part` says which part of the project they are of.
pub fn tally(tally: Tally, part: &str) -> Html {
    let counts = [(Severity::Error, tally.error), (Severity::Warning, tally.warning), (Severity::Info, tally.info)];
    let one = |(severity, count): (Severity, usize)| {
        if count == 0 {
            return Html::default();
        }
        let separator = if part.is_empty() { "" } else { "&" };
        let link = format!("#findings?{part}{separator}severity={severity}");
        html!(r#"<a class="count" href="{}">{}{}</a>"#, link, sign(severity), count)
    };
    if tally == Tally::default() {
        return html!(r#"<span class="quiet">none</span>"#);
    }
    counts.into_iter().map(one).collect()
}

/// The same in words: "15 errors".
pub fn tally_words(tally: Tally) -> Html {
    let counts = [(Severity::Error, tally.error), (Severity::Warning, tally.warning), (Severity::Info, tally.info)];
    let one = |(severity, count): (Severity, usize)| {
        let words = if count == 1 { severity.to_string() } else { format!("{severity}s") };
        let link = format!("#findings?severity={severity}");
        html!(r#"<a class="count" href="{}">{}{} {}</a>"#, link, shape(severity), count, words)
    };
    counts.into_iter().map(one).collect()
}

/// A number with its noun: "1 finding", "12 480 findings".
pub fn number(count: usize, of: &str) -> Html {
    html!("{} {}", count, noun(count, of))
}

/// The noun alone, beside a number in letters of its own: "column", "columns".
pub fn noun(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// How many findings there are in all, for sorting.
pub fn sum(tally: Tally) -> usize {
    tally.error + tally.warning + tally.info
}

/// The cells of a score: itself, how many resources, findings.
pub fn score_cells(score: &Score, part: &str) -> Html {
    html!(
        r#"{}<td class="num" data-label="Resources">{}</td><td class="tally" data-label="Findings" data-sort="{}">{}</td>"#,
        score_cell(score.score),
        score.resources,
        sum(score.findings).to_string(),
        tally(score.findings, part)
    )
}

/// `owner=Finance`, for links to the findings of a part. The top folder has no name, and what has no owner neither.
pub fn of_part(key: &str, name: Option<&str>) -> String {
    let name = match name {
        None => "-",
        Some("") => "/",
        Some(name) => name,
    };
    format!("{key}={}", query(name))
}

/// A table whose box scrolls when it does not fit. A heading that starts with `#` is one of numbers.
pub fn table(class: &str, headings: &[&str], rows: Html) -> Html {
    let heading = |text: &&str| match text.strip_prefix('#') {
        Some(text) => html!(r#"<th class="num" scope="col">{}</th>"#, text),
        None => html!(r#"<th scope="col">{}</th>"#, text),
    };
    html!(
        r#"<div class="scroll" tabindex="0"><table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"#,
        class,
        headings.iter().map(heading).collect::<Html>(),
        rows
    )
}

/// A section of the page: its anchor, heading, what it is about, and what it shows.
pub fn section(anchor: &str, heading: &str, about: impl Piece, content: Html) -> Html {
    // Until the script has read the address, and if it never does, the overview is what is shown.
    let class = if anchor == "overview" { "view current" } else { "view" };
    html!(
        r#"<section id="{}" class="{}" tabindex="-1"><h2>{}</h2><p class="lead">{}</p>{}</section>"#,
        anchor,
        class,
        heading,
        about,
        content
    )
}

/// Says how many of a list are not printed; nothing if all are.
pub fn more(all: usize, shown: usize, what: &str) -> Html {
    if all <= shown {
        return Html::default();
    }
    let (rest, verb) = (all - shown, if all - shown == 1 { "is" } else { "are" });
    html!(r#"<p class="quiet">{} {} in <code>--format json</code>.</p>"#, number(rest, &format!("more {what}")), verb)
}

#[cfg(test)]
mod tests {
    use super::{percent, points, verdict};

    #[test]
    fn scores_have_words() {
        let words: Vec<&str> =
            [100.0, 90.0, 89.9, 74.9, 59.9, 39.9, 0.0].into_iter().map(|score| verdict(Some(score)).0).collect();
        assert_eq!(words, ["sound", "sound", "mostly sound", "patchy", "weak", "poor", "poor"]);
        assert_eq!((points(Some(61.0)).as_str(), points(None).as_str()), ("61.0", "–"));
    }

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(
            [(0, 9), (1, 900), (5, 10), (899, 900), (9, 9), (0, 0)].map(|(part, whole)| percent(part, whole)),
            ["0 %", "1 %", "50 %", "99 %", "100 %", "–"]
        );
    }
}
