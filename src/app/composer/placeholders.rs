//! The `{placeholders}` of canned replies: those that are known are filled in, the others are stops for Tab.

/// Where the placeholders of a text stand, in characters: `{order}`, never `{}` nor `{two words}`.
pub fn placeholders(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, c) in text.chars().enumerate() {
        match (c, open) {
            ('{', _) => open = Some(at),
            ('}', Some(from)) => {
                if at > from + 1 {
                    found.push(from..at + 1);
                }
                open = None;
            }
            (c, Some(_)) if !(c.is_alphanumeric() || c == '_' || c == '-') => open = None,
            _ => {}
        }
    }
    found
}

/// The text with every placeholder filled in of which `known` has something to say.
pub fn fill(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, behind)| Some((known(name)?, behind))) {
            Some((value, behind)) => {
                out.push_str(&value);
                rest = behind;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ones_are_filled_in_and_others_stay() {
        let known = |name: &str| (name == "name").then(|| "Zoë {order}".to_owned());
        assert_eq!(fill("Hi {name}, order {order}? {", known), "Hi Zoë {order}, order {order}? {");
        assert_eq!(fill("{ {name}", known), "{ Zoë {order}");
        assert_eq!(fill("", known), "");
    }

    #[test]
    fn stops_are_counted_in_characters() {
        assert_eq!(placeholders("é {order} {} {a b} {{x}"), [2..9, 20..23]);
        assert!(placeholders("no { stop").is_empty());
    }
}
