//! What goes beside text: files, templates, quotes, reactions.

use super::*;
use crate::app::files::{Entry, Listing};
use crate::backend::{Enclosed, Outgoing, OutgoingFile, OutgoingTemplate};
use crate::chat::{Media, MediaKind, Reaction};
use crate::wire::{Catalogue, Dialect, Item, Operated, Operation};

fn file(name: &str, kind: MediaKind, size: u64) -> OutgoingFile {
    let mime = "image/jpeg".to_owned();
    OutgoingFile { path: format!("/home/ines/{name}").into(), name: name.to_owned(), kind, mime, size, modified: None }
}

fn photo() -> OutgoingFile {
    file("photo.jpg", MediaKind::Image, 1_000_000)
}

fn ready() -> (World, ConversationKey) {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    world.state.offers = Dialect::shipped("switchboard").unwrap().offers();
    let key = world.open(1);
    (world, key)
}

fn f(n: u8) -> KeyCode {
    KeyCode::F(n)
}

fn sent(effects: &[Effect]) -> Vec<(ConversationKey, Outgoing, Option<Id>)> {
    commands(effects)
        .into_iter()
        .filter_map(|command| match command {
            Command::Send { target, body, reply_to, .. } => Some((target.key, body.clone(), reply_to.clone())),
            _ => None,
        })
        .collect()
}

/// Takes a file in the prompt, as far as the disk has a part in it.
fn attach(world: &mut World, file: OutgoingFile) {
    world.key(f(4));
    world.send(Msg::Chosen(file.path.clone(), Ok(file)));
}

fn client(world: &World) -> Id {
    world.state.outbox.items()[0].client.clone()
}

#[test]
fn a_file_is_found_checked_and_sent_to_the_conversation_for_which_it_was_chosen() {
    let (mut world, key) = ready();
    let effects = world.key(f(4));
    assert!(effects.contains(&Effect::ListFolder("~/".to_owned())));
    assert!(commands(&effects).contains(&&Command::FetchLimits));
    let entry = |name: &str, file| Entry { file, name: name.to_owned(), size: 9 };
    let entries = Ok(vec![entry("Pictures", false), entry("photo.jpg", true)]);
    world.send(Msg::Folder(Listing { folder: "~/".to_owned(), entries: entries.clone() }));
    world.type_text("pic");
    let effects = world.key(KeyCode::Tab);
    assert!(effects.contains(&Effect::ListFolder("~/Pictures/".to_owned())), "{effects:?}");
    // what was asked for before and comes late changes nothing
    world.send(Msg::Folder(Listing { folder: "~/".to_owned(), entries }));
    assert!(offered(&world.state).is_empty());
    let entries = Ok(vec![entry("photo.jpg", true)]);
    world.send(Msg::Folder(Listing { folder: "~/Pictures/".to_owned(), entries }));
    let effects = world.key(KeyCode::Enter);
    assert_eq!(effects, [Effect::ChooseFile("~/Pictures/photo.jpg".into())]);
    let large = file("photo.jpg", MediaKind::Image, 6 << 20);
    world.send(Msg::Chosen("~/Pictures/photo.jpg".into(), Ok(large)));
    assert!(matches!(&world.state.panels.overlay, Some(Overlay::Attach { problem: Some(_), .. })), "too large");
    world.send(Msg::Chosen("~/Pictures/photo.jpg".into(), Ok(photo())));
    assert!(world.state.panels.overlay.is_none() && world.state.focus == Focus::Composer);
    world.type_text("look");
    // somebody else is looked at meanwhile: the file stays with its conversation
    world.open(2);
    assert!(world.state.composer.along.is_empty() && world.state.composer.has_draft(key));
    world.open(1);
    world.key(KeyCode::Char('r'));
    let effects = world.key(KeyCode::Enter);
    assert_eq!(sent(&effects), [(key, Outgoing::File { file: photo(), caption: "look".to_owned() }, None)]);
    let enqueued = effects.iter().any(|effect| {
        matches!(effect, Effect::Store(store::Command::Enqueue(row))
        if row.enclosed == Some(Enclosed::File(photo())) && row.text == "look")
    });
    assert!(enqueued, "on disk before it is on the wire");
    assert!(world.state.composer.is_empty());
}

#[test]
fn a_refused_or_stopped_upload_comes_back_with_its_words_and_its_quote() {
    for error in [
        RestError::Withheld { reason: Clean::line("you stopped it") },
        RestError::Refused {
            status: 413,
            code: Some(Clean::line("FILE_TOO_LARGE")),
            reason: Clean::line("no"),
            retry_after: None,
        },
    ] {
        let (mut world, key) = ready();
        world.message(evidence(&oid(1)), "m1", "which one?");
        world.state.focus = Focus::Thread;
        world.key(KeyCode::Char('Q'));
        attach(&mut world, photo());
        world.type_text("this one");
        let effects = world.key(KeyCode::Enter);
        assert_eq!(sent(&effects)[0].2, Some(Id::new("wamid.m1")), "the quote goes along");
        let client = client(&world);
        world.report(Report::Progress { id: client.clone(), done: 10, total: Some(1_000_000) });
        let stop = world.send(Msg::Input(Input::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::CONTROL))));
        assert_eq!(commands(&stop), [&Command::Stop { id: client.clone() }]);
        world.report(Report::Sent { client, key, result: Err(error) });
        let composer = &world.state.composer;
        assert_eq!((composer.text().as_str(), composer.along.file.as_ref()), ("this one", Some(&photo())));
        assert_eq!(composer.along.quote.as_ref().unwrap().words.as_str(), "Customer 1: which one?");
        assert!(world.state.outbox.items().is_empty() && composer.refusal.is_some());
    }
}

#[test]
fn an_upload_whose_answer_was_lost_is_found_by_what_the_backend_has() {
    let (mut world, key) = ready();
    attach(&mut world, photo());
    world.key(KeyCode::Enter);
    let client = client(&world);
    let lost = RestError::Unreachable { reason: Clean::line("broke"), before_sending: false };
    world.report(Report::Sent { client: client.clone(), key, result: Err(lost) });
    let stored = |id: &str, name: &str| Message {
        content: Content::Media(Box::new(Media {
            kind: MediaKind::Image,
            caption: None,
            filename: Some(Clean::line(name)),
            mime: None,
            size: Some(1_000_000),
            url: Some("/x".to_owned()),
        })),
        ..message(id, "", Direction::Outbound, world.now)
    };
    let (other, ours) = (stored("m7", "other.jpg"), stored("m8", "photo.jpg"));
    world.thread(key, Page::Latest, Purpose::Asked, vec![other]);
    assert_eq!(world.state.outbox.items().len(), 1, "another file is not ours");
    world.thread(key, Page::Latest, Purpose::Resync, vec![ours]);
    assert!(world.state.outbox.items().is_empty(), "found, and not sent again");
    let client_of = world.state.threads.get(key).unwrap().thread.iter().filter(|m| m.ids.client.is_some()).count();
    assert_eq!(client_of, 1);
}

#[test]
fn whatsapp_shows_no_words_with_a_sound() {
    let (mut world, _) = ready();
    attach(&mut world, file("a.ogg", MediaKind::Audio, 1_000));
    world.type_text("listen");
    let effects = world.key(KeyCode::Enter);
    assert!(sent(&effects).is_empty() && world.said().contains("shows no text with a sound"));
    assert!(world.state.composer.along.file.is_some(), "nothing is lost");
}

fn templates(world: &mut World) {
    let item = |name: &str, body: &str| Item {
        id: Id::new(name),
        title: Clean::line(name),
        text: Some(Clean::text(body)),
        language: Some(Clean::line("en_US")),
    };
    let items = vec![item("hello", "Hello {{1}}, {{2}}"), item("back", "We are back")];
    world.report(Report::Catalogue { catalogue: Catalogue::Templates, line: None, result: Ok(items) });
}

#[test]
fn after_the_window_a_reply_leads_to_the_templates_and_one_goes_to_the_captured_conversation() {
    let (mut world, key) = ready();
    let old = world.now.checked_sub(jiff::SignedDuration::from_hours(25)).unwrap();
    world.state.inbox.change(key, |row| row.last_inbound_at = Some(old));
    let effects = world.key(KeyCode::Char('r'));
    let fetch = Command::FetchCatalogue { catalogue: Catalogue::Templates, line: None };
    assert!(commands(&effects).contains(&&fetch));
    templates(&mut world);
    world.type_text("hel");
    world.key(KeyCode::Enter);
    world.type_text("Zoë");
    // goes on to what is missing, then says what is
    world.key(KeyCode::Enter);
    world.key(KeyCode::Enter);
    let Some(Overlay::Template(form)) = &world.state.panels.overlay else { panic!("no form") };
    assert_eq!((form.at, form.problem.as_deref()), (1, Some("{{2}} is not filled in")));
    world.type_text("soon");
    let effects = world.key(KeyCode::Enter);
    let template = OutgoingTemplate {
        template: "hello".to_owned(),
        language: Some("en_US".to_owned()),
        parameters: vec!["Zoë".to_owned(), "soon".to_owned()],
    };
    assert_eq!(sent(&effects), [(key, Outgoing::Template { template, text: "Hello Zoë, soon".to_owned() }, None)]);
    // refused: the reason is said, the composer stays as it was, and the values are there the next time
    let client = client(&world);
    let refused = RestError::Refused {
        status: 422,
        code: Some(Clean::line("TEMPLATE_NOT_APPROVED")),
        reason: Clean::line("it is paused"),
        retry_after: None,
    };
    world.report(Report::Sent { client, key, result: Err(refused) });
    assert!(world.said().contains("WhatsApp has not approved this template: it is paused"), "{}", world.said());
    assert!(world.state.composer.is_empty());
    world.key(f(8));
    world.key(KeyCode::Enter);
    let Some(Overlay::Template(form)) = &world.state.panels.overlay else { panic!("no form") };
    assert_eq!(form.values, ["Zoë", "soon"]);
}

#[test]
fn the_end_of_the_window_is_said_once_half_an_hour_before() {
    let (mut world, key) = ready();
    let ago = |minutes| world.now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap();
    let (early, late) = (ago(24 * 60 - 40), ago(24 * 60 - 29));
    world.state.inbox.change(key, |row| row.last_inbound_at = Some(early));
    world.send(Msg::Clock);
    assert_eq!(world.said(), "");
    world.state.inbox.change(key, |row| row.last_inbound_at = Some(late));
    world.send(Msg::Clock);
    assert!(world.said().contains("the window with Customer 1 closes"), "{}", world.said());
    world.state.notice = None;
    world.send(Msg::Clock);
    assert_eq!(world.said(), "", "once");
}

#[test]
fn a_reaction_is_seen_at_once_and_goes_away_when_it_is_refused() {
    let (mut world, key) = ready();
    world.message(evidence(&oid(1)), "m1", "thank you");
    world.state.focus = Focus::Thread;
    world.key(KeyCode::Char('+'));
    world.type_text("tada");
    let effects = world.key(KeyCode::Enter);
    let operation = Operation::React { message: Id::new("wamid.m1"), emoji: "🎉".to_owned() };
    assert!(matches!(commands(&effects)[..], [Command::Operate { operation: asked, .. }] if *asked == operation));
    let reactions = |world: &World| world.state.threads.get(key).unwrap().thread.last().unwrap().reactions.clone();
    let ours = |emoji: &str| vec![Reaction { direction: Direction::Outbound, emoji: Clean::line(emoji) }];
    assert_eq!(reactions(&world), ours("🎉"));
    world.report(Report::Operated { key, operation, result: Ok(Operated::default()) });
    // another one, which the backend refuses: the first stands again
    world.key(KeyCode::Char('+'));
    world.key(KeyCode::Down);
    world.key(KeyCode::Enter);
    assert_eq!(reactions(&world), ours("👍"));
    let operation = Operation::React { message: Id::new("wamid.m1"), emoji: "👍".to_owned() };
    let no = RestError::Refused { status: 400, code: None, reason: Clean::line("no"), retry_after: None };
    world.report(Report::Operated { key, operation, result: Err(no) });
    assert_eq!(reactions(&world), ours("🎉"));
    world.key(KeyCode::Char('+'));
    world.key(KeyCode::Enter);
    assert!(reactions(&world).is_empty(), "taken back");
}

#[test]
fn a_customers_file_is_fetched_once_and_what_may_run_is_not_opened() {
    let (mut world, key) = ready();
    world.state.files.downloads = Some("/d".into());
    let content = Content::Media(Box::new(Media {
        kind: MediaKind::Document,
        caption: None,
        filename: Some(Clean::line("../../setup.exe")),
        mime: None,
        size: Some(10),
        url: Some("/api/media/1".to_owned()),
    }));
    let now = world.now;
    let file = Message { content, ..message("m1", "", Direction::Inbound, now) };
    world.thread(key, Page::Latest, Purpose::Asked, vec![file]);
    world.state.focus = Focus::Thread;
    world.key(KeyCode::Char('w'));
    let effects = world.key(KeyCode::Char('o'));
    let [Command::FetchFile { id, media, folder, name, .. }] = commands(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((media.as_str(), folder.to_str(), name.as_str()), ("/api/media/1", Some("/d"), "setup.exe"));
    let id = id.clone();
    let effects = world.report(Report::Fetched { id, result: Ok("/d/setup.exe".into()) });
    assert!(effects.is_empty() && world.said().contains("can run a program"), "{}", world.said());
    world.key(KeyCode::Char('w'));
    let effects = world.key(KeyCode::Char('s'));
    assert!(commands(&effects).is_empty() && world.said().contains("Kept as /d/setup.exe"));
}
