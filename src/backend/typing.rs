//! How often the room is told that the agent types. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::chat::ConversationKey;

/// "Still typing" is repeated at most this often; pages of this family let the mark fade after some seconds.
const EVERY: Duration = Duration::from_secs(3);

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Typing {
    /// Where the agent was said to type, and when.
    told: Option<(ConversationKey, Instant)>,
}

impl Typing {
    /// Whether this is worth telling now; if so it counts as told.
    pub fn is_due(&mut self, key: ConversationKey, typing: bool, now: Instant) -> bool {
        let told = self.told.filter(|(told, _)| *told == key);
        if !typing {
            // Only what was said is taken back.
            self.told = if told.is_some() { None } else { self.told };
            return told.is_some();
        }
        if told.is_some_and(|(_, at)| now.duration_since(at) < EVERY) {
            return false;
        }
        self.told = Some((key, now));
        true
    }

    /// A message went out, which ends the typing by itself.
    pub fn sent(&mut self, key: ConversationKey) {
        if self.told.is_some_and(|(told, _)| told == key) {
            self.told = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_told_now_and_then_and_taken_back_once() {
        let (one, two) = (ConversationKey(1), ConversationKey(2));
        let mut typing = Typing::default();
        let now = Instant::now();
        assert!(!typing.is_due(one, false, now), "nothing to take back");
        assert!(typing.is_due(one, true, now));
        assert!(!typing.is_due(one, true, now + Duration::from_secs(2)));
        assert!(typing.is_due(one, true, now + EVERY));
        assert!(!typing.is_due(two, false, now + EVERY));
        assert!(typing.is_due(one, false, now + EVERY));
        assert!(!typing.is_due(one, false, now + EVERY));
        assert!(typing.is_due(one, true, now + EVERY));
        typing.sent(one);
        assert!(!typing.is_due(one, false, now + EVERY));
    }
}
