//! Which lines of a text are new.

/// Lines that are compared one with another; beyond that, all between the first and the last difference count as new.
const MOST: usize = 4_000_000;

/// For each line whether it is no line of the former text, blanks at its end aside.
pub(super) fn new_lines(former: &str, text: &str) -> Vec<bool> {
    let old: Vec<&str> = former.lines().map(str::trim_end).collect();
    let new: Vec<&str> = text.lines().map(str::trim_end).collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = (&old[start..], &new[start..]);
    let end = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, middle) = (&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    let mut is_new = vec![false; new.len()];
    let differs = if old.len() * middle.len() > MOST { vec![true; middle.len()] } else { compared(old, middle) };
    is_new[start..start + middle.len()].copy_from_slice(&differs);
    is_new
}

/// By the longest common subsequence.
fn compared(old: &[&str], new: &[&str]) -> Vec<bool> {
    let width = new.len() + 1;
    // How many lines the rests have in common, from each pair of lines on.
    let mut common = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1].saturating_add(1),
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let mut is_new = vec![true; new.len()];
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            is_new[j] = false;
            (i, j) = (i + 1, j + 1);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    is_new
}

#[cfg(test)]
mod tests {
    use super::new_lines;

    /// The numbers of new lines.
    fn new(former: &str, text: &str) -> Vec<usize> {
        let lines = new_lines(former, text);
        lines.iter().enumerate().filter(|(_, is_new)| **is_new).map(|(index, _)| index + 1).collect()
    }

    #[test]
    fn what_was_there_is_not_new() {
        assert_eq!(new("a\nb\nc\n", "a\nb\nc\n"), [0; 0]);
        assert_eq!(new("a\nb\nc\n", "a\r\nb  \nc"), [0; 0], "line ends and blanks before them do not count");
        assert_eq!(new("a\nb\nc\n", "a\nc\n"), [0; 0]);
        assert_eq!(new("", "a\nb\n"), [1, 2]);
        assert_eq!(new("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(new("a\nb\nc\nd\n", "a\nb\nx\nb\nc\ny\nd\n").len(), 3);
        assert_eq!(new("a\nb\nc\nd\n", "0\na\nc\nx\nd\n"), [1, 4]);
    }

    #[test]
    fn long_texts_are_not_compared_line_by_line() {
        let text = |from: usize, to: usize| (from..to).map(|line| format!("{line}\n")).collect::<String>();
        let new = new_lines(&("a\n".to_owned() + &text(0, 3000)), &text(1, 3001));
        assert!(new.iter().all(|is_new| *is_new));
    }
}
