//! What rings and notifies, and what does not.

use std::collections::BTreeMap;

use super::*;
use crate::app::attention::Attention;
use crate::app::profiles::Profile;
use crate::config::{NotificationRule, Notifications, SavedView};

/// Two conversations, the second on a line of its own and with a label.
fn world(notifications: &Notifications) -> World {
    let mut other = row(2, &oid(2), &[]);
    other.line = Some(Id::new("222"));
    other.labels = Some(vec![Clean::line("VIP")]);
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), other]);
    let saved = SavedView { labels: vec!["vip".to_owned()], ..SavedView::default() };
    world.state.settings.attention =
        Attention::of(notifications, "test", &BTreeMap::from([("vips".to_owned(), saved)]));
    world
}

fn desktop() -> Notifications {
    Notifications { desktop: true, ..Notifications::default() }
}

/// The notifications among the effects, and whether it rang.
fn heard(effects: &[Effect]) -> (Vec<String>, bool) {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Notify { title, body } => Some(format!("{title}: {body}")),
        _ => None,
    });
    (told.collect(), effects.contains(&Effect::Bell))
}

fn silent() -> (Vec<String>, bool) {
    (Vec::new(), false)
}

impl World {
    /// The time of the next message passes, and with it the wait for what comes together.
    fn later(&mut self) -> Vec<Effect> {
        self.now = self.now.checked_add(jiff::SignedDuration::from_mins(2)).unwrap();
        self.send(Msg::Timer(Timer::Attention))
    }

    fn written_at(&mut self, n: u32, id: &str, at: Timestamp) -> Vec<Effect> {
        let message = message(id, "words", Direction::Inbound, at);
        let evidence = evidence(&oid(n));
        self.frame("new_message", Event::Message { evidence, message: Box::new(message), facts: Box::default() })
    }
}

#[test]
fn a_message_that_nobody_sees_rings_and_says_who_wrote() {
    let mut world = world(&desktop());
    let (told, rang) = heard(&world.message(evidence(&oid(1)), "m1", "Where is it?"));
    assert_eq!((told, rang), (vec!["Customer 1: Where is it?".to_owned()], true));
    world.later();
    let hidden = Notifications { hide_content: true, ..desktop() };
    world.state.settings.attention = Attention::of(&hidden, "test", &BTreeMap::new());
    let (told, _) = heard(&world.message(evidence(&oid(1)), "m2", "Where is it?"));
    assert_eq!(told, ["Switchboard: A new message"]);
    world.later();
    // with several profiles it says where
    world.state.profiles = vec![Profile::closed("beta".to_owned())];
    world.state.settings.attention = Attention::of(&desktop(), "test", &BTreeMap::new());
    let (told, _) = heard(&world.message(evidence(&oid(1)), "m3", "Hello?"));
    assert_eq!(told, ["test: Customer 1: Hello?"]);
}

#[test]
fn what_the_user_sees_and_what_is_history_is_silent() {
    let mut world = world(&desktop());
    let key = world.open(1);
    world.send(Msg::Input(Input::Focus(true)));
    assert_eq!(heard(&world.message(evidence(&oid(1)), "m1", "seen")), silent());
    let old = vec![message("m0", "long ago", Direction::Inbound, world.now)];
    assert_eq!(heard(&world.thread(key, Page::Latest, Purpose::Resync, old)), silent());
    // what a backend repeats of old right after the first connect
    let hour = jiff::SignedDuration::from_hours(1);
    let mut fresh = super::World::with_list(vec![row(1, &oid(1), &[])]);
    let at = fresh.now - hour;
    assert_eq!(heard(&fresh.written_at(1, "m9", at)), silent());
    assert_eq!(heard(&fresh.later()), silent());
}

#[test]
fn the_first_rule_that_fits_decides() {
    let rule = NotificationRule::default;
    let rules = vec![
        NotificationRule { profile: Some("another".to_owned()), bell: Some(false), desktop: Some(false), ..rule() },
        NotificationRule { view: Some("vips".to_owned()), desktop: Some(true), hide_content: Some(true), ..rule() },
        NotificationRule { line: Some(LINE.to_owned()), bell: Some(false), ..rule() },
        NotificationRule { label: Some("vip".to_owned()), bell: Some(false), ..rule() },
    ];
    let mut world = world(&Notifications { rules, ..Notifications::default() });
    assert_eq!(heard(&world.message(evidence(&oid(1)), "m1", "silenced by its line")), silent());
    let (told, rang) = heard(&world.message(evidence(&oid(2)), "m2", "by the view"));
    assert_eq!((told, rang), (vec!["Switchboard: A new message".to_owned()], true));
}

#[test]
fn quiet_hours_are_quiet_but_for_what_may_call_even_then() {
    // the clock of these tests stands shortly after 14:15 in UTC
    let quiet = Some("19:00-20:00".parse().unwrap());
    let urgent = NotificationRule { label: Some("vip".to_owned()), even_quiet: true, ..NotificationRule::default() };
    let mut world = world(&Notifications { quiet, rules: vec![urgent], ..desktop() });
    world.state.settings.zone = TimeZone::fixed(jiff::tz::offset(5));
    assert_eq!(world.state.settings.zone.to_datetime(world.now).hour(), 19);
    assert_eq!(heard(&world.message(evidence(&oid(1)), "m1", "at night")), silent());
    assert_eq!(heard(&world.later()), silent(), "it is not told later either");
    assert!(heard(&world.message(evidence(&oid(2)), "m2", "at night")).1);
    world.later();
    world.state.settings.zone = TimeZone::UTC;
    assert!(heard(&world.message(evidence(&oid(1)), "m3", "by day")).1);
}

#[test]
fn a_muted_conversation_is_silent_also_after_the_next_start() {
    let mut world = world(&desktop());
    world.state.inbox.select(world.key_of(1));
    world.key(KeyCode::Char('t'));
    let effects = world.key(KeyCode::Char('m'));
    let kept = store::Command::Mute { conversation: Id::new(oid(1)), muted: true };
    assert!(effects.contains(&Effect::Store(kept)));
    assert_eq!(heard(&world.message(evidence(&oid(1)), "m1", "one")), silent());
    // the next start: the cache tells before the list comes
    let mut next = super::World::empty();
    next.state.settings.attention = Attention::of(&desktop(), "test", &BTreeMap::new());
    let started = store::Reply::Started {
        conversations: Vec::new(),
        drafts: Vec::new(),
        notes: Vec::new(),
        outbox: Vec::new(),
        position: store::Position::default(),
        muted: vec![Id::new(oid(1))],
    };
    next.send(Msg::Store(started));
    next.session(SessionState::Live, 1);
    let rows = vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])];
    let page = ListPage { rows, ..ListPage::default() };
    next.report(Report::List { purpose: Purpose::Asked, epoch: 1, result: Ok(page) });
    assert_eq!(heard(&next.message(evidence(&oid(1)), "m1", "one")), silent());
    assert!(heard(&next.message(evidence(&oid(2)), "m2", "two")).1);
}

#[test]
fn a_flood_rings_once_and_then_in_one() {
    let mut world = world(&desktop());
    assert!(heard(&world.message(evidence(&oid(1)), "m0", "first")).1);
    for n in 1..=20 {
        assert_eq!(heard(&world.message(evidence(&oid(1 + n % 2)), &format!("m{n}"), "more")), silent());
    }
    let (told, rang) = heard(&world.send(Msg::Timer(Timer::Attention)));
    assert_eq!((told, rang), (vec!["Switchboard: 20 new messages in 2 conversations".to_owned()], true));
    assert_eq!(heard(&world.later()), silent(), "nothing is left");
    assert!(heard(&world.message(evidence(&oid(1)), "m30", "after a pause")).1);
}

#[test]
fn after_a_reconnect_a_backlog_is_told_in_one() {
    let mut world = world(&desktop());
    let reason = || Clean::line("gone");
    world.session(SessionState::Waiting { retry_at: world.now, attempt: 1, reason: reason() }, 1);
    let away = world.now;
    world.later();
    world.session(SessionState::Live, 2);
    // what the list has more than before
    let mut missed = row(1, &oid(1), &[]);
    missed.unread = Some(4);
    missed.last_at = Some(away);
    let page = ListPage { rows: vec![missed], ..ListPage::default() };
    assert_eq!(heard(&world.report(Report::List { purpose: Purpose::Resync, epoch: 2, result: Ok(page) })), silent());
    // and what the backend repeats
    assert_eq!(heard(&world.written_at(2, "m1", away)), silent());
    let (told, rang) = heard(&world.send(Msg::Timer(Timer::Attention)));
    assert_eq!((told, rang), (vec!["Switchboard: 5 new messages in 2 conversations".to_owned()], true));
    assert_eq!(heard(&world.later()), silent());
}

#[test]
fn a_hostile_name_is_harmless_in_every_notification() {
    let mut world = world(&desktop());
    let key = world.key_of(1);
    let evil = "\u{1b}]9;4;1;100\u{7}\u{202e}\u{1b}[31mEve\u{9c}\n\u{1b}\\";
    world.state.inbox.change(key, |row| row.name = Some(Clean::line(evil)));
    let first = world.message(evidence(&oid(1)), "m1", evil);
    world.message(evidence(&oid(1)), "m2", evil);
    let summary = world.send(Msg::Timer(Timer::Attention));
    let mut seen = 0;
    for effect in first.iter().chain(&summary) {
        if let Effect::Notify { title, body } = effect {
            for text in [title, body] {
                assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
            }
            assert!(title.contains("Eve"));
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}
