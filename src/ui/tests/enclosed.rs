//! What goes along with a text and what is done with one message: files, templates, quotes, reactions, pictures.

use super::gallery::one;
use super::scene;
use crate::app::files::{Entry, Fetch, Listing, Then};
use crate::app::outbox::{Fate, Outgoing};
use crate::app::picture::{Cells, Shown};
use crate::app::template::Form;
use crate::app::{Focus, Overlay, Quote, State};
use crate::backend::{Enclosed, OutgoingFile, Report};
use crate::chat::{Content, ConversationKey, Direction, Id, MediaKind, Message, MessageIds, Origin};
use crate::text::Clean;
use crate::wire::{Catalogue, Dialect, Item};

fn file(name: &str, kind: MediaKind, size: u64) -> OutgoingFile {
    OutgoingFile {
        path: format!("/home/ines/{name}").into(),
        name: name.to_owned(),
        kind,
        mime: "image/jpeg".to_owned(),
        size,
        modified: None,
    }
}

fn open() -> State {
    let mut state = scene::open(120, 40);
    state.offers = Dialect::shipped("switchboard").expect("our own").offers();
    state
}

fn entry(name: &str, size: u64) -> Entry {
    let folder = name.strip_suffix('/');
    Entry { file: folder.is_none(), name: folder.unwrap_or(name).to_owned(), size }
}

#[test]
fn a_file_is_looked_for() {
    let mut state = open();
    let entries = [
        entry("Invoices/", 0),
        entry("Pictures/", 0),
        entry("請求書 \u{1b}[31m.pdf", 84_000),
        entry("film.mp4", 40_000_000),
        entry("receipt.jpg", 1_240_000),
        entry("voice.ogg", 48_000),
    ];
    let listing = Listing { folder: "~/".to_owned(), entries: Ok(entries.to_vec()) };
    let attach = |typed: &str, chosen, listing, problem: Option<&str>| {
        let problem = problem.map(Clean::line);
        Some(Overlay::Attach { typed: typed.to_owned(), chosen, listing, problem })
    };
    state.panels.overlay = attach("~/", 1, Some(listing.clone()), None);
    one("attach", &mut state);
    let why = "film.mp4 cannot be sent: it has 38.2 MB, and a film may have 16.0 MB at most";
    state.panels.overlay = attach("~/fi", 0, Some(listing), Some(why));
    one("attach_refused", &mut state);
}

#[test]
fn a_file_and_a_quote_go_along() {
    let mut state = open();
    state.composer.along.file = Some(file("receipt.jpg", MediaKind::Image, 1_240_000));
    state.composer.along.quote =
        Some(Quote { to: Id::new("wamid.11"), words: Clean::line("Maria López: Hello?? Where is my order?") });
    state.composer.set("Here it is");
    state.focus = Focus::Composer;
    one("along", &mut state);
}

#[test]
fn files_on_their_way_show_how_far_they_are() {
    let mut state = open();
    let key = ConversationKey(0);
    let client = Id::new("c1");
    let enclosed = Some(Enclosed::File(file("receipt.jpg", MediaKind::Image, 3_200_000)));
    let item = Outgoing {
        enclosed,
        fate: Fate::Sending,
        progress: Some((1_440_000, Some(3_200_000))),
        ..Outgoing::new(client.clone(), key, "Here it is".to_owned(), scene::now())
    };
    let message = Message {
        ids: MessageIds { client: Some(client), ..MessageIds::default() },
        created_at: Some(scene::now()),
        origin: Origin::Local,
        ..scene::message(90, Direction::Outbound, 0, item.content())
    };
    state.outbox.push(item);
    let view = state.threads.open(key);
    let picture = view.thread.iter().find(|message| matches!(message.content, Content::Media(_))).expect("a file");
    let fetch = Fetch {
        id: Id::new("file-1"),
        key,
        message: picture.ids.clone(),
        media: "/api/media/1".to_owned(),
        name: "IMG_2041.jpg".to_owned(),
        done: (60_000, Some(120_400)),
        then: Then::Keep,
    };
    view.change(|thread| thread.insert(message));
    state.media.fetching.push(fetch);
    state.focus = Focus::Thread;
    one("transfers", &mut state);
}

#[test]
fn the_files_of_a_conversation() {
    let mut state = open();
    state.panels.overlay = Some(Overlay::Files { then: Then::Open, chosen: 1 });
    one("files", &mut state);
}

fn template(name: &str, language: &str, body: &str) -> Item {
    Item {
        id: Id::new(name),
        title: Clean::line(name),
        text: Some(Clean::text(body)),
        language: Some(Clean::line(language)),
    }
}

#[test]
fn templates_are_chosen_and_filled_in() {
    let mut state = open();
    let key = ConversationKey(0);
    let body = "Hello {{1}}, your order {{2}} {{3}}.\nReply to this message if you have a question.";
    let items = vec![template("order_update", "en_US", body), template("return_label", "es", "Hola {{1}}")];
    crate::app::update(
        &mut state,
        scene::now(),
        crate::app::Msg::Backend(Report::Catalogue {
            catalogue: Catalogue::Templates,
            line: None,
            result: Ok(items.clone()),
        }),
    );
    state.panels.overlay = Some(Overlay::Templates { key, search: String::new(), chosen: 0 });
    one("templates", &mut state);
    let mut form = Form::new(key, items[0].clone());
    form.values = vec!["María".to_owned(), "1042".to_owned(), String::new()];
    form.at = 2;
    state.panels.overlay = Some(Overlay::Template(Box::new(form.clone())));
    one("template", &mut state);
    form.problem = Some(Clean::line("{{3}} is not filled in"));
    state.panels.overlay = Some(Overlay::Template(Box::new(form)));
    one("template_missing", &mut state);
}

#[test]
fn after_the_window_the_composer_leads_to_the_templates() {
    let mut state = open();
    let key = ConversationKey(0);
    state.now = scene::now().checked_add(jiff::SignedDuration::from_hours(30)).expect("a time");
    state.open = Some(key);
    state.focus = Focus::Composer;
    one("window_closed", &mut state);
}

#[test]
fn one_message_is_reacted_to_and_put_into_a_note() {
    let mut state = open();
    let (key, message) = (ConversationKey(0), Id::new("wamid.1"));
    state.panels.overlay = Some(Overlay::React { key, message: message.clone(), search: String::new(), chosen: 1 });
    one("react", &mut state);
    state.panels.overlay = Some(Overlay::React { key, message, search: ":heart".to_owned(), chosen: 0 });
    one("react_searched", &mut state);
    state.panels.hits = vec![key, ConversationKey(3)];
    let text = "Maria López, 2026-11-22 11:59: Hello??".to_owned();
    state.panels.overlay = Some(Overlay::Forward { text, search: String::new(), chosen: 0 });
    one("forward", &mut state);
}

#[test]
fn a_picture_lies_over_the_screen() {
    let mut state = open();
    let title = Clean::line("the receipt");
    let cells = (0..20 * 6_u8).map(|n| ([n, 255 - n, 80], [80, n, 255 - n])).collect();
    let shown = Some(Shown::Cells(Cells { columns: 20, cells }));
    state.panels.overlay = Some(Overlay::Picture { title: title.clone(), shown });
    one("picture", &mut state);
    let shown = Some(Shown::Failed(Clean::line("this is no picture that can be shown here (PNG, JPEG, WebP or GIF)")));
    state.panels.overlay = Some(Overlay::Picture { title, shown });
    one("picture_failed", &mut state);
}
