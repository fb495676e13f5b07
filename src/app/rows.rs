//! stub
use super::{Anchor, State, ThreadView};
use crate::chat::Message;
/// x
pub fn end_visible(_s: &State, v: &ThreadView) -> bool {
    v.anchor == Anchor::End
}
/// x
pub fn scrolled(_s: &State, v: &ThreadView, by: isize) -> Anchor {
    if by < 0 {
        Anchor::At { index: v.thread.len().saturating_sub(1).saturating_sub(by.unsigned_abs()), row: 0 }
    } else {
        Anchor::End
    }
}
/// x
pub fn top_reached(_s: &State, _v: &ThreadView, a: Anchor) -> bool {
    matches!(a, Anchor::At { index: 0, .. })
}
/// x
pub fn message_at_anchor<'a>(_s: &State, v: &'a ThreadView) -> Option<&'a Message> {
    v.thread.last()
}
