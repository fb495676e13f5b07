//! The dialogs of a whole day, and each view of the traffic panel.

use super::gallery::{at_all_sizes, one};
use super::scene;
use crate::app::outbox::{Fate, Outgoing};
use crate::app::profiles::{Profile, Standing};
use crate::app::traffic::{Menu, View};
use crate::app::{Focus, Mode, Overlay, State, TrafficSize, finding};
use crate::backend::JoinShape;
use crate::chat::{ConversationKey, Direction, Id, MessageIds};
use crate::store;
use crate::text::Clean;

fn over(overlay: Overlay) -> State {
    let mut state = scene::open(120, 40);
    state.panels.overlay = Some(overlay);
    state
}

#[test]
fn the_first_start() {
    let mut state = scene::empty(120, 40);
    state.panels.overlay = Some(Overlay::Welcome);
    one("welcome", &mut state);
}

#[test]
fn several_profiles() {
    let mut state = over(Overlay::Profiles { search: String::new(), chosen: 1 });
    let open =
        |trouble: Option<&str>| Standing::Open { session: Clean::line("live"), trouble: trouble.map(Clean::line) };
    let profile = |name: &str, standing, unread| Profile { name: name.to_owned(), standing, unread, left_behind: None };
    state.profiles = vec![
        profile("acme", Standing::Here, 0),
        profile("beta", open(Some("the token was refused")), 12),
        profile("gamma", open(None), 7),
        profile("quiet", Standing::Closed, 0),
        profile("gone", Standing::Failed(Clean::line("there is no token for it")), 0),
    ];
    one("profiles", &mut state);
}

#[test]
fn a_search_with_what_it_found() {
    let hit = |n: usize, snippet: &str, cached| finding::Hit {
        shown: store::Hit {
            conversation: Id::new(scene::oid(n)),
            row: None,
            ids: MessageIds { id: Some(Id::new(scene::oid(900 + n))), wa: None, client: None },
            direction: Direction::Inbound,
            at: Some(scene::ago(90)),
            snippet: Clean::line(snippet),
        },
        cached,
        remote: None,
        names: Vec::new(),
    };
    let found = finding::Results {
        query: "sofa".to_owned(),
        hits: vec![hit(0, "where is my red sofa?", true), hit(1, "الأريكة sofa", false)],
        remote: finding::Remote::Done,
        ..finding::Results::default()
    };
    let search = "sofa".to_owned();
    one("search", &mut over(Overlay::Search { search, chosen: 1, within: None, found: Some(found) }));
}

fn waiting(state: &mut State) -> Id {
    let client = Id::new("sb-1");
    for (n, (text, fate)) in
        [("On its way", Fate::Queued), ("The carrier comes tomorrow", Fate::Unconfirmed)].into_iter().enumerate()
    {
        let id = Id::new(format!("sb-{}", n + 1));
        let mut item = Outgoing::new(id, ConversationKey(u32::try_from(n).unwrap()), text.to_owned(), scene::ago(3));
        item.fate = fate;
        state.outbox.push(item);
    }
    client
}

#[test]
fn what_waits_to_be_sent() {
    let mut state = over(Overlay::Queue { chosen: 1 });
    let client = waiting(&mut state);
    one("queue", &mut state);
    state.panels.overlay = Some(Overlay::Discard { client });
    one("discard", &mut state);
}

#[test]
fn a_note_is_written() {
    let mut state = scene::open(120, 40);
    state.composer.write(Mode::Note);
    state.focus = Focus::Composer;
    state.composer.set("Please call her before four");
    one("note", &mut state);
}

#[test]
fn questions_of_the_traffic_panel() {
    let with = |overlay: Overlay| {
        let mut state = scene::traffic(120, 40);
        state.panels.traffic = TrafficSize::Full;
        state.focus = Focus::Traffic;
        state.panels.overlay = Some(overlay);
        state
    };
    one("traffic_export", &mut with(Overlay::Menu { menu: Menu::Export, chosen: 0 }));
    one("traffic_inject", &mut with(Overlay::Menu { menu: Menu::Inject, chosen: 0 }));
    let pointer = Menu::Use { pointer: "/conversationId".to_owned(), event: "new_message".into() };
    one("traffic_use_pointer", &mut with(Overlay::Menu { menu: pointer, chosen: 0 }));
    one("traffic_filter", &mut with(Overlay::FilterEvents { search: "verdict:routed".to_owned(), chosen: 0 }));
    let id = Id::new(scene::oid(0));
    one("traffic_try_join", &mut with(Overlay::TryJoin { id, shape: JoinShape::Object }));
}

#[test]
fn every_view_of_the_traffic_panel() {
    for view in View::ALL.into_iter().skip(1) {
        at_all_sizes(&format!("traffic_{view:?}").to_lowercase(), |columns, rows| {
            let mut state = scene::traffic(columns, rows);
            state.panels.traffic = TrafficSize::Full;
            state.focus = Focus::Traffic;
            state.traffic.view = view;
            state
        });
    }
}
