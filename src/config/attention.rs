//! `[notifications]`: what calls for attention, and when.

use std::fmt;

use jiff::civil::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What calls for attention when a message arrives that is not on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notifications {
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Ask the terminal for a desktop notification (OSC 9, 777 or 99).
    pub desktop: bool,
    /// Say only that a message came, not from whom nor what.
    pub hide_content: bool,
    /// The hours in which nothing calls.
    pub quiet: Option<QuietHours>,
    /// Rules: the first that fits a message decides.
    #[serde(rename = "rule")]
    pub rules: Vec<NotificationRule>,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { bell: true, desktop: false, hide_content: false, quiet: None, rules: Vec::new() }
    }
}

/// One rule. What is not named is not asked for; what is not decided stays as `[notifications]` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotificationRule {
    /// Only in conversations of this view.
    pub view: Option<String>,
    /// Only on this line (phoneNumberId).
    pub line: Option<String>,
    /// Only with this label.
    pub label: Option<String>,
    /// Only in this profile.
    pub profile: Option<String>,
    /// Ring.
    pub bell: Option<bool>,
    /// Tell the desktop.
    pub desktop: Option<bool>,
    /// Without names and texts.
    pub hide_content: Option<bool>,
    /// Also in the quiet hours.
    pub even_quiet: bool,
}

/// From a time of day to another; over midnight where the second is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    to: Time,
}

impl QuietHours {
    /// Whether this time of day is one of them.
    pub fn has(self, time: Time) -> bool {
        if self.from <= self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

impl std::str::FromStr for QuietHours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = |text: &str| -> Option<Time> {
            let (hour, minute) = text.trim().split_once(':')?;
            let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            let (hour, minute) = (digits(hour).then_some(hour)?, digits(minute).then_some(minute)?);
            match hour.parse().ok()? {
                // the end of a day
                24 if minute.bytes().all(|byte| byte == b'0') => Some(Time::midnight()),
                hour => Time::new(hour, minute.parse().ok()?, 0, 0).ok(),
            }
        };
        let both = text.split_once('-').and_then(|(from, to)| Some(Self { from: time(from)?, to: time(to)? }));
        both.ok_or_else(|| format!("\"{text}\" is not from one time of day to another, such as \"22:00-07:00\""))
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), to.hour(), to.minute())
    }
}

impl<'de> Deserialize<'de> for QuietHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for QuietHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let has =
            |hours: &str, hour, minute| hours.parse::<QuietHours>().unwrap().has(Time::constant(hour, minute, 0, 0));
        assert!(has("22:00-07:00", 22, 0) && has("22:00-07:00", 23, 59) && has("22:00-07:00", 6, 59));
        assert!(!has("22:00-07:00", 7, 0) && !has("22:00-07:00", 21, 59));
        assert!(has("12:30 - 13:00", 12, 30) && !has("12:30-13:00", 13, 0));
        assert!(has("20:00-24:00", 23, 59) && !has("20:00-24:00", 0, 0));
        for wrong in ["", "22:00", "22-07", "25:00-07:00", "22:60-07:00", "a:b-c:d", "22:00-"] {
            assert!(wrong.parse::<QuietHours>().unwrap_err().contains("22:00-07:00"), "{wrong}");
        }
    }
}
