//! What the screens look like. The snapshots were looked at by a person; change them with `cargo insta review`.
//!
//! One file a screen: its text at three sizes, then what its colours are in every built-in theme (see
//! [`super::gallery`]). **A new pane or dialog is one line**: build a [`scene`], put the overlay in, and call
//! `one("its_name", &mut state)`; where the state depends on the size, `at_all_sizes("its_name", |columns, rows| …)`.

use super::gallery::{at_all_sizes, at_sizes, one, text as snapshot_of};
use super::{scene, screen};
use crate::app::{Ask, BuiltIn, Focus, Loading, Mode, Overlay, Sort, State, Sure, TrafficSize, Unrouted, update};
use crate::backend::{Health, SessionState};
use crate::chat::Evidence;
use crate::text::Clean;

#[test]
fn inbox_with_an_open_thread() {
    let build = |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.focus = Focus::Thread;
        state
    };
    at_all_sizes("inbox", build);
    at_sizes("inbox_extremes", &[(200, 60), (40, 10)], build);
}

#[test]
fn the_list_has_the_focus() {
    at_all_sizes("list", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.inbox.move_by(2);
        state.unrouted = vec![unrouted("no id", Some(3))];
        state
    });
}

#[test]
fn a_reply_is_written() {
    at_all_sizes("composer", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.focus = Focus::Composer;
        state.composer.set("Dear Maria,\n\nthe carrier says that your parcel is on its way; it will be with you tomorrow between two and four.\nBest, Ines");
        state.composer.refusal = Some(Clean::line("The 24 h service window has ended; only a template reaches them"));
        state
    });
}

#[test]
fn traffic_on_the_whole_screen() {
    at_all_sizes("traffic_full", |columns, rows| {
        let mut state = scene::traffic(columns, rows);
        state.panels.traffic = TrafficSize::Full;
        state.focus = Focus::Traffic;
        state
    });
}

#[test]
fn traffic_as_a_panel() {
    at_all_sizes("traffic_half", |columns, rows| {
        let mut state = scene::traffic(columns, rows);
        state.panels.traffic = TrafficSize::Half;
        state.panels.traffic_chosen = Some(24);
        state.focus = Focus::Traffic;
        state
    });
}

#[test]
fn help_and_palette() {
    at_all_sizes("help", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.panels.overlay = Some(Overlay::Help { search: String::new(), scroll: 0 });
        state
    });
    at_all_sizes("palette", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.panels.overlay = Some(Overlay::Palette { search: "mark".to_owned(), chosen: 0 });
        state
    });
    let mut state = scene::open(80, 24);
    state.panels.overlay = Some(Overlay::Help { search: "traffic".to_owned(), scroll: 0 });
    one("help_searched", &mut state);
}

#[test]
fn prompts_and_questions() {
    let mut state = scene::open(120, 40);
    state.panels.overlay = Some(Overlay::GoTo { search: "a".to_owned(), chosen: 1 });
    update::look_up(&mut state);
    one("go_to", &mut state);
    state.unrouted = vec![
        unrouted("two conversations answer to +92 300 1234567", Some(3)),
        unrouted("it could not be read: /message: expected an object", None),
    ];
    state.panels.overlay = Some(Overlay::Unrouted { chosen: 1 });
    one("unrouted", &mut state);
    state.panels.overlay = Some(Overlay::Assign { index: 0, search: "ken".to_owned(), chosen: 0 });
    update::look_up(&mut state);
    one("assign", &mut state);
    state.panels.overlay = Some(Overlay::Quit { reason: Clean::line("2 not sent, 1 with a draft") });
    one("quit", &mut state);
    state.panels.overlay = Some(Overlay::Paste { text: "rm -rf /\u{1b}[31m\n".repeat(30) });
    one("paste", &mut state);
}

#[test]
fn views_of_the_list() {
    at_all_sizes("views", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.panels.overlay = Some(Overlay::Views { search: String::new(), chosen: 4 });
        state
    });
    at_all_sizes("view_waiting", |columns, rows| {
        let mut state = scene::inbox(columns, rows);
        state.inbox.set_view(BuiltIn::Waiting.view());
        state.inbox.told_unread(state.inbox.all()[2], 1);
        state
    });
    let mut state = scene::inbox(80, 24);
    state.inbox.set_sort(Sort::Priority);
    let first = state.inbox.shown()[..3].to_vec();
    for key in first {
        state.inbox.mark(key, true);
    }
    one("marked", &mut state);
}

fn with_replies(columns: u16, rows: u16) -> State {
    let mut state = scene::open(columns, rows);
    state.replies.put("hello", "Hello {first_name}, this is {agent}. How can I help?");
    state.replies.put("refund", "Your refund for {order} is on its way:\nit takes {days} days.");
    state.focus = Focus::Composer;
    state
}

#[test]
fn what_is_done_to_a_conversation_is_chosen() {
    use crate::app::{Pick, Picking};
    use crate::chat::Id;
    let pick = |columns, rows, what: Picking, marked: usize| {
        let mut state = scene::open(columns, rows);
        let item = |id: &str, title: &str| crate::wire::Item {
            id: Id::new(id),
            title: Clean::line(title),
            text: None,
            language: None,
        };
        state.identity.id = Some(Id::new("a1"));
        let (agents, labels) = (vec![item("a1", "Ines"), item("a2", "Ben Ito")], vec![item("vip", "vip")]);
        let came = |state: &mut State, catalogue, items| {
            let report = crate::backend::Report::Catalogue { catalogue, line: None, result: Ok(items) };
            update::update(state, state.now, crate::app::Msg::Backend(report));
        };
        came(&mut state, crate::wire::Catalogue::Agents, agents);
        came(&mut state, crate::wire::Catalogue::Labels, labels);
        let keys = state.inbox.shown()[..marked].to_vec();
        for key in &keys {
            state.inbox.change(*key, |row| row.labels = vec![Clean::line("vip"), Clean::line("refund")]);
        }
        state.inbox.change(keys[0], |row| row.labels = vec![Clean::line("vip")]);
        state.panels.overlay = Some(Overlay::Pick(Box::new(Pick { what, keys, search: String::new(), chosen: 1 })));
        state
    };
    at_all_sizes("pick_agent", |columns, rows| pick(columns, rows, Picking::Agent, 1));
    at_all_sizes("pick_labels", |columns, rows| pick(columns, rows, Picking::Labels, 3));
    at_all_sizes("pick_snooze", |columns, rows| pick(columns, rows, Picking::Snooze, 1));
    at_all_sizes("pick_priority", |columns, rows| pick(columns, rows, Picking::Priority, 1));
}

#[test]
fn somebody_else_is_here_and_a_note_waits_beside_the_reply() {
    at_all_sizes("team", |columns, rows| {
        let mut state = scene::open(columns, rows);
        let key = state.open.unwrap();
        let viewer = crate::wire::Viewer { id: None, name: Clean::line("Ben Ito"), typing: true };
        state.presence.insert(key, vec![viewer]);
        state.inbox.change(key, |row| row.assignee = Some(Clean::line("Ben Ito")));
        state.composer.set("Dear Maria,");
        state.composer.write(Mode::Note);
        state.composer.set("He called twice today.");
        state.focus = Focus::Composer;
        state
    });
}

#[test]
fn what_the_composer_offers() {
    at_all_sizes("completion", |columns, rows| {
        let mut state = with_replies(columns, rows);
        state.composer.set("/");
        state.composer.look(&crate::app::phrases::all(&state), &[]);
        state
    });
    let mut state = with_replies(80, 24);
    state.composer.set("Thank you :hear");
    state.composer.look(&crate::app::phrases::all(&state), &[]);
    one("completion_emoji", &mut state);
    at_all_sizes("replies", |columns, rows| {
        let mut state = with_replies(columns, rows);
        state.panels.overlay = Some(Overlay::Replies { search: String::new(), chosen: 1 });
        state
    });
    let mut state = scene::open(80, 24);
    state.panels.overlay = Some(Overlay::Replies { search: String::new(), chosen: 0 });
    one("replies_none", &mut state);
}

#[test]
fn lines_that_are_asked_for_and_what_follows_a_key() {
    at_all_sizes("hints", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.pending_keys = vec![crokey::key!(t)];
        state
    });
    let mut state = scene::open(80, 24);
    state.focus = Focus::Thread;
    let typed = "maria-lópez-2026-11-22.md".to_owned();
    state.panels.overlay = Some(Overlay::Ask { ask: Ask::ExportPath, typed });
    one("export", &mut state);
    let ask = Ask::ReplyName { text: "Hello\nthere".to_owned() };
    state.panels.overlay = Some(Overlay::Ask { ask, typed: String::new() });
    one("keep_reply", &mut state);
    let links = ["https://example.com/orders/1042", "mailto:shop@example.com"].map(Clean::line).to_vec();
    state.panels.overlay = Some(Overlay::Links { links, chosen: 1 });
    one("links", &mut state);
    let deed = crate::app::Deed::Status(crate::chat::Status::Resolved);
    let sure = Sure::Deed { keys: Vec::new(), deed };
    state.panels.overlay = Some(Overlay::Sure { sure, words: Clean::line("Resolve 3 conversations?") });
    one("sure", &mut state);
}

/// Maria wrote before, on the same phone; her last message but one failed after it was on its way.
fn with_details(columns: u16, rows: u16) -> State {
    use crate::chat::{ConversationKey, DeliveryState, DeliveryUpdate, Rank};
    let mut state = scene::open(columns, rows);
    let mut facts = scene::facts(60, Some("Maria López"), "Thanks, it fits", 90_000, 0);
    facts.phone = crate::chat::Phone::parse("923000000000");
    facts.status = Some(crate::chat::Status::Resolved);
    scene::put(&mut state, &facts);
    state.threads.open(ConversationKey(0)).cursor = Some(14);
    let view = state.threads.open(ConversationKey(0));
    let mut failed = view.thread.get(14).unwrap().clone();
    let failure = failed.delivery.failure.clone().unwrap();
    failed.delivery.history = vec![
        DeliveryUpdate { state: DeliveryState::Reached(Rank::Sent), at: Some(scene::ago(3)) },
        DeliveryUpdate { state: DeliveryState::Failed(failure), at: Some(scene::ago(2)) },
    ];
    view.thread = view.thread.iter().map(|m| if m.ids == failed.ids { failed.clone() } else { m.clone() }).fold(
        crate::chat::Thread::default(),
        |mut thread, message| {
            thread.insert(message);
            thread
        },
    );
    state.focus = Focus::Details;
    state.panels.details = Some(true);
    state.panels.details_chosen = 3;
    state
}

#[test]
fn details_with_the_focus() {
    at_all_sizes("details", with_details);
    // the end of it, with other conversations and ids
    at_all_sizes("details_end", |columns, rows| {
        let mut state = with_details(columns, rows);
        state.panels.details_chosen = usize::MAX;
        state
    });
}

#[test]
fn the_thread_alone() {
    at_all_sizes("bare", |columns, rows| {
        let mut state = scene::open(columns, rows);
        state.focus = Focus::Thread;
        state.panels.bare = true;
        state
    });
}

#[test]
fn themes_to_choose_from() {
    let mut state = scene::open(80, 24);
    let theme = |name: &str| crate::app::ThemeChoice {
        name: Clean::line(name),
        theme: crate::config::Theme::built_in(name)
            .map(std::sync::Arc::new)
            .map_err(|_| Clean::line("themes/mine.toml:3:1: unknown style `nmae` in [list], did you mean `name`?")),
    };
    let choices = ["ansi16", "dark", "light", "mine", "none"].map(theme).to_vec();
    let before = std::sync::Arc::clone(&state.theme);
    state.panels.overlay = Some(Overlay::Themes { choices, chosen: 2, before });
    one("themes", &mut state);
}

/// The last row, whatever has the focus: what it says are keys that do that there.
#[test]
fn the_footer_says_what_keys_do_in_every_mode() {
    let mut said = String::new();
    let mut add = |what: &str, state: &mut State| {
        for (columns, rows) in super::gallery::SIZES {
            state.size = (columns, rows);
            said.push_str(&format!("{what} {columns}: {}\n", screen(state).lines().last().unwrap_or_default()));
        }
    };
    for focus in [Focus::List, Focus::Filter, Focus::Thread, Focus::Composer, Focus::Details, Focus::Traffic] {
        let mut state = scene::traffic(80, 24);
        state.panels.details = (focus == Focus::Details).then_some(true);
        state.panels.traffic = if focus == Focus::Traffic { TrafficSize::Half } else { TrafficSize::Hidden };
        state.focus = focus;
        add(&format!("{focus:?}"), &mut state);
    }
    let mut state = with_replies(80, 24);
    state.composer.mode = Mode::Note;
    add("note", &mut state);
    state.composer.mode = Mode::Reply;
    state.composer.stops = true;
    add("placeholders", &mut state);
    state.composer.set("/");
    state.composer.look(&crate::app::phrases::all(&state), &[]);
    add("completion", &mut state);
    let mut state = scene::open(80, 24);
    state.focus = Focus::Thread;
    state.panels.bare = true;
    add("bare", &mut state);
    snapshot_of("footers", &said);
}

#[test]
fn the_help_shows_every_action_whole_at_80x24() {
    use crate::config::Action;
    let mut state = scene::open(80, 24);
    let mut shown = String::new();
    let lines = crate::app::help::lines(&state).len();
    for scroll in (0..lines).step_by(8) {
        state.panels.overlay = Some(Overlay::Help { search: String::new(), scroll });
        for row in screen(&state).lines() {
            shown.push_str(row.trim().trim_matches('│').trim());
            shown.push(' ');
        }
    }
    for action in Action::ALL {
        assert!(shown.contains(action.description()), "the help does not show all of {:?}", action.description());
    }
}

#[test]
fn ascii_draws_nothing_else_of_its_own() {
    let mut state = scene::empty(120, 40);
    let key = scene::put(&mut state, &scene::facts(1, Some("Ken"), "hello", 5, 2));
    scene::put(&mut state, &scene::facts(2, Some("Maria"), "hello", 500, 0));
    state.list = Loading::Done;
    state.settings.ascii = true;
    state.inbox.change(key, |row| row.priority = Some(Clean::line("high")));
    let view = state.threads.open(key);
    let mut message = scene::message(1, crate::chat::Direction::Outbound, 4, scene::text("hello"));
    message.delivery.failure = Some(crate::chat::Failure { code: Some(Clean::line("131047")), reason: None });
    message.reply_to = Some(crate::chat::Id::new("x"));
    view.thread.insert(message);
    view.latest = Loading::Done;
    state.open = Some(key);
    state.inbox.select(key);
    state.composer.turn_to(Some(key));
    let overlays = [
        None,
        Some(Overlay::Help { search: String::new(), scroll: 0 }),
        Some(Overlay::Help { search: String::new(), scroll: usize::MAX }),
        Some(Overlay::Palette { search: String::new(), chosen: 0 }),
        Some(Overlay::Views { search: String::new(), chosen: 0 }),
        Some(Overlay::Replies { search: String::new(), chosen: 0 }),
        Some(Overlay::Paste { text: "a\n".repeat(40) }),
        Some(Overlay::Ask { ask: Ask::ExportPath, typed: String::new() }),
    ];
    for focus in [Focus::List, Focus::Thread, Focus::Composer, Focus::Details, Focus::Traffic] {
        for overlay in &overlays {
            state.focus = focus;
            state.panels.overlay.clone_from(overlay);
            state.panels.traffic = if focus == Focus::Traffic { TrafficSize::Half } else { TrafficSize::Hidden };
            let shown = screen(&state);
            assert!(shown.is_ascii(), "{focus:?} {overlay:?}: {:?}\n{shown}", shown.chars().find(|c| !c.is_ascii()));
        }
    }
    state.panels.overlay = None;
    state.inbox.set_filter("qqq");
    assert!(screen(&state).is_ascii());
}

#[test]
fn an_empty_view_says_why() {
    let mut said = String::new();
    for view in [BuiltIn::Mine, BuiltIn::Snoozed, BuiltIn::Unread] {
        let mut state = scene::inbox(80, 16);
        for key in state.inbox.all().to_vec() {
            state.inbox.change(key, |row| row.unread = 0);
            state.inbox.change(key, |row| row.assignee = None);
        }
        state.inbox.set_view(view.view());
        said.push_str(&screen(&state));
    }
    snapshot_of("empty_views", &said);
}

#[test]
fn nothing_to_show_says_why() {
    let mut state = scene::empty(80, 24);
    one("list_loading", &mut state);
    state.list = Loading::Done;
    one("list_empty", &mut state);
    state.list = Loading::Failed(Clean::line("connection refused (127.0.0.1:5050)"));
    one("list_failed", &mut state);
    let mut state = scene::inbox(80, 24);
    state.settings.demo = true;
    state.settings.profile = Clean::line("demo");
    one("nothing_open", &mut state);
    state.inbox.set_filter("qqqq");
    state.focus = Focus::Filter;
    one("filter_without_hits", &mut state);
    let mut state = scene::inbox(80, 24);
    let key = state.inbox.all()[1];
    state.open = Some(key);
    state.threads.open(key).latest = Loading::Asked;
    one("thread_loading", &mut state);
    state.threads.open(key).latest = Loading::Failed(Clean::line("404: Conversation not found"));
    one("thread_failed", &mut state);
    state.threads.open(key).latest = Loading::Done;
    one("thread_empty", &mut state);
}

#[test]
fn every_state_of_the_session_is_said_in_words() {
    let reason = || Clean::line("connection refused");
    let states = [
        SessionState::Connecting { step: "handshake" },
        SessionState::Live,
        SessionState::Silent { reason: Clean::line("REST has 2 messages that no event brought") },
        SessionState::Waiting { retry_at: scene::ago(-1), attempt: 3, reason: reason() },
        SessionState::Waiting { retry_at: scene::ago(1), attempt: 3, reason: reason() },
        SessionState::Offline { reason: Clean::line("showing the cache of 12:04") },
        SessionState::SignedOut { reason: Clean::line("Invalid or expired token") },
    ];
    let mut bars = String::new();
    for columns in [120, 80, 40] {
        for session in &states {
            let mut state = scene::inbox(columns, 24);
            state.session.state = session.clone();
            bars.push_str(screen(&state).lines().next().unwrap_or_default());
            bars.push('\n');
        }
        let mut state = scene::inbox(columns, 24);
        state.session.rest = Health::Ill(Clean::line("401 Invalid or expired token"));
        bars.push_str(screen(&state).lines().next().unwrap_or_default());
        bars.push('\n');
        state.session.state = SessionState::Silent { reason: Clean::line("receiving, but not caught up: 401 Invalid") };
        bars.push_str(screen(&state).lines().next().unwrap_or_default());
        bars.push('\n');
        state.session.state = SessionState::Connecting { step: "connecting" };
        state.session.socket = Health::Ill(Clean::line("no ping for 45 s"));
        bars.push_str(screen(&state).lines().next().unwrap_or_default());
        bars.push_str("\n\n");
    }
    snapshot_of("session_states", &bars);
}

#[test]
fn a_gap_names_its_key_and_why_it_is_still_there() {
    let mut state = scene::open(120, 40);
    let (key, now) = (state.open.unwrap(), state.now);
    state.threads.open(key).change(|thread| thread.open_gap(now));
    let gap = "may be missing here";
    state.focus = Focus::Thread;
    assert!(screen(&state).contains(&format!("{gap} · f fetches")), "{}", screen(&state));
    let mut small = scene::open(80, 24);
    small.focus = Focus::Thread;
    small.threads.open(key).change(|thread| thread.open_gap(now));
    assert!(screen(&small).contains(&format!("{gap} · f ")), "{}", screen(&small));
    state.threads.open(key).latest = Loading::Asked;
    assert!(screen(&state).contains(&format!("{gap} · fetching")));
    state.threads.open(key).latest = Loading::Failed(Clean::line("500: no"));
    assert!(screen(&state).contains("they did not come: 500: no"));
    // There the key is a letter.
    state.focus = Focus::Composer;
    assert!(!screen(&state).contains("f fetches"));
    state.focus = Focus::Thread;
    state.session.state = SessionState::Waiting { retry_at: now, attempt: 1, reason: Clean::line("cut") };
    let shown = screen(&state);
    assert!(shown.contains(gap) && !shown.contains("f fetches"), "it is fetched by itself then: {shown}");
}

#[test]
fn ascii_alone() {
    let mut state = scene::traffic(120, 40);
    state.settings.ascii = true;
    state.panels.traffic = TrafficSize::Half;
    one("ascii", &mut state);
}

#[test]
fn a_note_is_never_taken_for_a_reply() {
    let mut state = scene::open(80, 24);
    state.focus = Focus::Composer;
    state.composer.mode = Mode::Note;
    state.composer.set("call her back");
    let shown = screen(&state);
    assert!(shown.contains("Note to the team, never sent to Maria"), "{shown}");
    assert!(!shown.contains("Reply to"), "{shown}");
}

#[test]
fn too_small_says_so() {
    for (columns, rows) in [(39, 24), (80, 5), (20, 5), (1, 1)] {
        let state = scene::open(columns, rows);
        assert!(screen(&state).starts_with(&"too small"[..usize::from(columns.min(9))]));
    }
}

fn unrouted(reason: &str, message: Option<usize>) -> Unrouted {
    use crate::chat::Direction;
    Unrouted {
        seq: 4,
        received: scene::ago(5),
        evidence: Evidence::default(),
        message: message.map(|n| Box::new(scene::message(n, Direction::Inbound, 5, scene::text("Is anybody there?")))),
        reason: Clean::line(reason),
    }
}
