//! A badge for a README: a label and a value in an SVG that needs nothing from anywhere.

use super::printable;

/// How wide a character is in the badge's font, on average, in pixels; the text is fitted to what that gives.
const CHARACTER: usize = 7;
const PADDING: usize = 10;
const HEIGHT: usize = 20;

/// A color that white text is legible on, at least 4.5 to 1, by how good a share from 0 to 1 is.
fn color(share: Option<f64>) -> &'static str {
    match share {
        None => "#57606a",
        Some(share) if share >= 0.9 => "#1a7f37",
        Some(share) if share >= 0.75 => "#4d7a00",
        Some(share) if share >= 0.5 => "#9a6700",
        Some(_) => "#cf222e",
    }
}

/// The badge. `share` decides about its color; `None` is gray.
pub fn badge(label: &str, value: &str, share: Option<f64>) -> String {
    let (label, value) = (escaped(label), escaped(value));
    let width = |text: &str| unescaped_length(text) * CHARACTER + 2 * PADDING;
    let (left, right) = (width(&label), width(&value));
    let all = left + right;
    let color = color(share);
    let text = |text: &str, start: usize, width: usize| {
        let (middle, length) = (start + width / 2, width - 2 * PADDING);
        format!("<text x=\"{middle}\" y=\"14\" textLength=\"{length}\">{text}</text>")
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"{HEIGHT}\" role=\"img\" \
         aria-label=\"{label}: {value}\">\n\
         <title>{label}: {value}</title>\n\
         <clipPath id=\"round\"><rect width=\"{all}\" height=\"{HEIGHT}\" rx=\"3\"/></clipPath>\n\
         <g clip-path=\"url(#round)\">\n\
         <rect width=\"{left}\" height=\"{HEIGHT}\" fill=\"#24292f\"/>\n\
         <rect x=\"{left}\" width=\"{right}\" height=\"{HEIGHT}\" fill=\"{color}\"/>\n\
         </g>\n\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" \
         font-size=\"11\">\n\
         {}\n{}\n</g>\n</svg>\n",
        text(&label, 0, left),
        text(&value, left, right)
    )
}

/// Text without a character that means something in XML.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for character in printable(text).chars() {
        match character {
            '&' | '<' | '>' | '"' | '\'' => safe += &format!("&#{};", u32::from(character)),
            _ => safe.push(character),
        }
    }
    safe
}

/// Characters of an escaped text as they are shown.
fn unescaped_length(text: &str) -> usize {
    text.split('&')
        .enumerate()
        .map(|(at, part)| {
            let shown = if at == 0 { part } else { part.split_once(';').map_or(part, |(_, rest)| rest) };
            shown.chars().count() + usize::from(at > 0)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{badge, unescaped_length};

    #[test]
    fn says_label_and_value_to_those_who_see_and_those_who_do_not() {
        let svg = badge("govern", "85.2", Some(0.852));
        assert!(svg.contains("<title>govern: 85.2</title>"), "{svg}");
        assert!(svg.contains("role=\"img\" aria-label=\"govern: 85.2\""), "{svg}");
        assert!(svg.contains("fill=\"#4d7a00\""), "{svg}");
        // Six characters and four, and a margin on both sides of each.
        assert!(svg.contains("width=\"110\" height=\"20\""), "{svg}");
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let svg = badge("<script>&\"'\u{202e}", "1", None);
        assert!(!svg.contains("<script>") && !svg.contains('\u{202e}'), "{svg}");
        assert!(svg.contains("&#60;script&#62;&#38;&#34;&#39;"), "{svg}");
        assert_eq!(unescaped_length("&#60;a&#62;"), 3);
    }
}
