//! Links in a text.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use super::Clean;

/// A link and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The bytes of the text that show it.
    pub range: Range<usize>,
    /// Where it leads: `http:`, `https:` or `mailto:`, nothing else.
    pub url: Clean,
}

/// No browser takes a longer address.
const URL_BYTES: usize = 8 * 1024;

/// The web and mail addresses in `text`, in order. Other schemes (`file:`, `javascript:`, `ssh:` …) are left as
/// plain text: to open one of those is more than a customer may ask of an agent.
pub fn links(text: &str) -> Vec<Link> {
    LinkFinder::new()
        .links(text)
        .filter_map(|link| {
            let shown = link.as_str();
            let url = match link.kind() {
                LinkKind::Email => Clean::line(&format!("mailto:{shown}")),
                LinkKind::Url => {
                    let scheme = shown.split_once(':').map_or("", |(scheme, _)| scheme);
                    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
                        return None;
                    }
                    if shown.len() > URL_BYTES {
                        return None;
                    }
                    // never cut: half an address leads somewhere else
                    Clean::line_within(shown, URL_BYTES)
                }
                _ => return None,
            };
            Some(Link { range: link.start()..link.end(), url })
        })
        .collect()
}
