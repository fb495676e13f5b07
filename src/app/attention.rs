//! What calls for attention: the rules of the configuration, as they are looked at for each message.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::inbox::{BuiltIn, Inbox, Query, View};
use crate::chat::{ConversationKey, Id};
use crate::config::{Notifications, QuietHours, SavedView};
use crate::text::Clean;

/// What calls for attention when a message arrives that nobody sees.
#[derive(Clone, Debug)]
pub struct Attention {
    usual: Call,
    quiet: Option<QuietHours>,
    rules: Vec<Rule>,
}

/// One rule of the configuration.
#[derive(Clone, Debug)]
struct Rule {
    view: Option<Query>,
    rest: Query,
    bell: Option<bool>,
    desktop: Option<bool>,
    hide_content: Option<bool>,
    even_quiet: bool,
}

/// How attention is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Ring.
    pub bell: bool,
    /// Tell the desktop.
    pub desktop: bool,
    /// Without names and texts.
    pub hide_content: bool,
}

impl Default for Attention {
    fn default() -> Self {
        Self::of(&Notifications::default(), "", &BTreeMap::new())
    }
}

impl Attention {
    /// Nothing calls.
    pub fn none() -> Self {
        let nothing = Notifications { bell: false, ..Notifications::default() };
        Self::of(&nothing, "", &BTreeMap::new())
    }

    /// What the configuration says for this profile.
    pub fn of(notifications: &Notifications, profile: &str, views: &BTreeMap<String, SavedView>) -> Self {
        let Notifications { bell, desktop, hide_content, quiet, rules } = notifications;
        let query = |name: &String| {
            let built_in = BuiltIn::ALL.iter().map(|view| view.view()).find(|view| *view.name == **name);
            built_in.or_else(|| views.get(name).map(|saved| View::saved(name, saved))).map(|view| view.query)
        };
        let ours = rules.iter().filter(|rule| rule.profile.as_ref().is_none_or(|name| name == profile));
        let rules = ours.map(|rule| Rule {
            view: rule.view.as_ref().and_then(query),
            rest: Query {
                line: rule.line.as_deref().map(Id::new),
                labels: rule.label.iter().map(|label| Clean::line(label)).collect(),
                ..Query::default()
            },
            bell: rule.bell,
            desktop: rule.desktop,
            hide_content: rule.hide_content,
            even_quiet: rule.even_quiet,
        });
        Self {
            usual: Call { bell: *bell, desktop: *desktop, hide_content: *hide_content },
            quiet: *quiet,
            rules: rules.collect(),
        }
    }

    /// How a message in this conversation calls now, by the first rule that fits; `None` when it is silent.
    pub fn call(&self, inbox: &mut Inbox, key: ConversationKey, now: Timestamp, zone: &TimeZone) -> Option<Call> {
        if inbox.is_muted(key) {
            return None;
        }
        let rule = self
            .rules
            .iter()
            .find(|rule| inbox.fits(&rule.rest, key) && rule.view.as_ref().is_none_or(|query| inbox.fits(query, key)));
        if self.is_quiet(now, zone) && !rule.is_some_and(|rule| rule.even_quiet) {
            return None;
        }
        let usual = self.usual;
        let call = rule.map_or(usual, |rule| Call {
            bell: rule.bell.unwrap_or(usual.bell),
            desktop: rule.desktop.unwrap_or(usual.desktop),
            hide_content: rule.hide_content.unwrap_or(usual.hide_content),
        });
        (call.bell || call.desktop).then_some(call)
    }

    fn is_quiet(&self, now: Timestamp, zone: &TimeZone) -> bool {
        self.quiet.is_some_and(|quiet| quiet.has(zone.to_datetime(now).time()))
    }
}
