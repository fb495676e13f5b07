//! What goes to disk and comes from it: the queue, drafts, the cache.

use super::*;
use crate::app::outbox::{Fate, Kept, Waits};
use crate::chat::ConversationKey;
use crate::store::{Command as Store, OutboxRow, Position, Reply, StoredConversation};

impl World {
    fn reply(&mut self, reply: Reply) -> Vec<Effect> {
        self.send(Msg::Store(reply))
    }

    /// A program that has just started, with what an earlier one left.
    fn restarted(conversations: Vec<StoredConversation>, outbox: Vec<OutboxRow>) -> (Self, Vec<Effect>) {
        let mut world = Self::empty();
        world.reply(Reply::Opened { set_aside: None });
        let position = Position::default();
        let effects = world.reply(Reply::Started {
            conversations,
            drafts: Vec::new(),
            notes: Vec::new(),
            outbox,
            position,
            muted: Vec::new(),
        });
        (world, effects)
    }

    /// The session comes up and the list with it.
    fn comes_up(&mut self, rows: Vec<ConversationFacts>) -> Vec<Effect> {
        let page = ListPage { rows, ..ListPage::default() };
        let mut effects = self.report(Report::List { purpose: Purpose::Resync, epoch: 1, result: Ok(page) });
        effects.extend(self.session(SessionState::Live, 1));
        effects
    }

    /// Writes a reply in the open conversation.
    fn writes(&mut self, text: &str) -> Vec<Effect> {
        self.state.focus = Focus::Thread;
        self.key(KeyCode::Char('r'));
        self.type_text(text);
        self.key(KeyCode::Enter)
    }
}

fn stores(effects: &[Effect]) -> Vec<&Store> {
    effects.iter().filter_map(|effect| if let Effect::Store(command) = effect { Some(command) } else { None }).collect()
}

fn sends(effects: &[Effect]) -> usize {
    commands(effects).iter().filter(|command| matches!(command, Command::Send { .. })).count()
}

fn client(world: &World) -> Id {
    world.state.outbox.items()[0].client.clone()
}

fn kept(n: u32) -> StoredConversation {
    let mut row = StoredConversation::named(Id::new(oid(n)));
    row.names = vec![Id::new(oid(n))];
    row.phone = Phone::parse(&phone(n));
    row.account = Some(Id::new(ACCOUNT));
    row.line = Some(Id::new(LINE));
    row.name = Some(Clean::line(&format!("Customer {n}")));
    row.last_at = Timestamp::new(1_790_000_000 - i64::from(n) * 60, 0).ok();
    row
}

fn waiting(world_now: Timestamp, fate: store::Fate, ago: i64) -> OutboxRow {
    let written = world_now.checked_sub(jiff::SignedDuration::from_secs(ago)).unwrap();
    OutboxRow {
        client: Id::new("s1"),
        conversation: Id::new(oid(1)),
        text: "left behind".to_owned(),
        written,
        attempted: (fate != store::Fate::Queued).then_some(written),
        after: None,
        fate,
        note: None,
        enclosed: None,
        reply_to: None,
    }
}

fn start() -> Timestamp {
    World::empty().now
}

#[test]
fn nothing_is_on_the_wire_before_it_is_on_disk_and_claimed() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.disk = false;
    let effects = world.writes("first disk");
    assert!(matches!(stores(&effects).as_slice(), [Store::Enqueue(row)] if row.text == "first disk"), "{effects:?}");
    assert_eq!(sends(&effects), 0);
    let client = client(&world);
    let effects = world.reply(Reply::Enqueued { client: client.clone() });
    let on_disk = stores(&effects);
    assert!(on_disk.iter().any(|command| matches!(command, Store::Claim { .. })));
    assert!(on_disk.iter().any(|c| matches!(c, Store::Draft { text: None, .. })), "the queue has it: {effects:?}");
    assert_eq!(sends(&effects), 0);
    let effects = world.reply(Reply::Claimed { client: client.clone(), ours: true });
    assert_eq!(sends(&effects), 1);
    let result = Ok(Accepted { id: Some(Id::new("m1")), wa: None });
    let effects = world.report(Report::Sent { client: client.clone(), key, result });
    assert!(stores(&effects).contains(&&Store::Settle { client }));
}

#[test]
fn where_the_disk_takes_nothing_it_is_sent_from_memory_and_that_is_said() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    world.disk = false;
    world.writes("no disk");
    let what = Clean::line("The disk is full");
    let effects = world.reply(Reply::Unwritten { client: client(&world), what });
    assert_eq!(sends(&effects), 1);
    assert!(world.state.notice.as_ref().is_some_and(|notice| notice.bad && notice.text.contains("memory only")));
    assert_eq!(world.state.outbox.items()[0].kept, Kept::Memory);
}

#[test]
fn what_another_program_has_is_not_sent_here() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.disk = false;
    world.writes("whose is it");
    let client = client(&world);
    world.reply(Reply::Enqueued { client: client.clone() });
    let effects = world.reply(Reply::Claimed { client: client.clone(), ours: false });
    assert_eq!(sends(&effects), 0);
    world.state.focus = Focus::Thread;
    assert_eq!(sends(&world.key(KeyCode::Char('R'))), 0);
    world.reply(Reply::Settled { client });
    assert!(world.state.outbox.items().is_empty());
    assert!(world.texts(key).is_empty(), "the thread shows what the backend has");
}

#[test]
fn a_text_that_is_taken_back_is_a_draft_on_disk_before_its_row_goes() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    world.disk = false;
    world.writes("too early");
    let client = client(&world);
    world.reply(Reply::Unwritten { client: client.clone(), what: Clean::line("busy") });
    let item = world.state.outbox.get_mut(&client).unwrap();
    (item.kept, item.fate) = (Kept::Disk, Fate::Unconfirmed);
    world.key(KeyCode::Char('x'));
    world.state.focus = Focus::Thread;
    let effects = world.key(KeyCode::Char('e'));
    let expected =
        |commands: &[&Store]| matches!(commands, [Store::Fate { fate: store::Fate::Queued, .. }, Store::Claim { .. }]);
    assert!(expected(&stores(&effects)), "{effects:?}");
    assert_eq!(world.state.composer.text(), "x", "not before it is ours");
    let effects = world.reply(Reply::Claimed { client: client.clone(), ours: true });
    assert_eq!(sends(&effects), 0);
    let on_disk = stores(&effects);
    let draft =
        on_disk.iter().position(|c| matches!(c, Store::Draft { text: Some(text), .. } if text == "too early\nx"));
    let settle = on_disk.iter().position(|c| matches!(c, Store::Settle { .. }));
    assert!(draft.is_some() && draft < settle, "{effects:?}");
    assert_eq!(world.state.composer.text(), "too early\nx");
}

#[test]
fn what_cannot_be_sent_does_not_try_again_at_once() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.writes("nobody there");
    let lost = || RestError::Unreachable { reason: Clean::line("refused"), before_sending: true };
    let effects = world.report(Report::Sent { client: client(&world), key, result: Err(lost()) });
    assert_eq!(sends(&effects), 0);
    assert!(stores(&effects).iter().any(|c| matches!(c, Store::Fate { fate: store::Fate::Queued, .. })));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Wake { timer: Timer::Outbox, .. })));
    assert_eq!(sends(&world.session(SessionState::Live, 1)), 0);
    assert_eq!(sends(&world.send(Msg::Timer(Timer::Outbox))), 1);
    world.report(Report::Sent { client: client(&world), key, result: Err(lost()) });
    let waiting = SessionState::Waiting { retry_at: world.now, attempt: 1, reason: Clean::line("cut") };
    world.session(waiting, 1);
    assert_eq!(sends(&world.send(Msg::Timer(Timer::Outbox))), 0, "not while nobody is there");
    assert_eq!(sends(&world.session(SessionState::Live, 2)), 1, "at once when somebody is");
    let said = |world: &World| world.state.notice.as_ref().map(|notice| notice.text.to_string());
    assert!(said(&world).is_some_and(|said| said.contains("waits until the backend can be reached")));
    let accepted = Accepted { id: Some(Id::new("s1")), wa: None };
    world.report(Report::Sent { client: client(&world), key, result: Ok(accepted) });
    assert_eq!(said(&world), None, "it waits no more");
}

#[test]
fn a_queued_text_of_an_earlier_run_goes_once_its_thread_was_looked_at() {
    let (mut world, _) = World::restarted(vec![kept(1)], vec![waiting(start(), store::Fate::Queued, 30)]);
    let effects = world.comes_up(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    assert_eq!(sends(&effects), 0);
    assert!(commands(&effects).iter().any(|c| matches!(c, Command::FetchThread { target, .. } if target.key == key)));
    let effects = world.thread(key, Page::Latest, Purpose::Asked, Vec::new());
    assert_eq!(sends(&effects), 1);
}

#[test]
fn it_waits_for_the_agent_when_the_customer_has_written_since_or_it_is_old() {
    for (ago, inbound) in [(30, true), (700, false)] {
        let left = waiting(start(), store::Fate::Queued, ago);
        let written = left.written;
        let (mut world, _) = World::restarted(vec![kept(1)], vec![left]);
        world.comes_up(vec![row(1, &oid(1), &[])]);
        let key = world.key_of(1);
        let later = written.checked_add(jiff::SignedDuration::from_secs(5)).unwrap();
        let messages = if inbound { vec![message("m1", "wait!", Direction::Inbound, later)] } else { Vec::new() };
        let effects = world.thread(key, Page::Latest, Purpose::Asked, messages);
        assert_eq!(sends(&effects), 0, "{ago} s");
        let item = &world.state.outbox.items()[0];
        assert!(item.waits == Some(Waits::Agent) && item.note.is_some(), "{item:?}");
        world.state.inbox.select(key);
        world.state.focus = Focus::List;
        world.key(KeyCode::Enter);
        assert!(world.texts(key).contains(&"left behind".to_owned()), "it stands in its thread");
        assert_eq!(sends(&world.key(KeyCode::Char('R'))), 1, "the agent decides");
    }
}

#[test]
fn what_was_known_when_it_was_written_tells_what_came_since_and_not_the_clocks() {
    let now = start();
    let at = |ago: i64| now.checked_sub(jiff::SignedDuration::from_secs(ago)).unwrap();
    // this machine's clock is a minute ahead of the backend's, or a minute behind it
    for (ago, since) in [(40, true), (100, false)] {
        let left = OutboxRow { after: Some(Id::new("m1")), ..waiting(now, store::Fate::Queued, ago) };
        let (mut world, _) = World::restarted(vec![kept(1)], vec![left]);
        world.comes_up(vec![row(1, &oid(1), &[])]);
        let mut page = vec![message("m1", "a question", Direction::Inbound, at(90))];
        page.extend(since.then(|| message("m2", "wait!", Direction::Inbound, at(80))));
        let effects = world.thread(world.key_of(1), Page::Latest, Purpose::Asked, page);
        assert_eq!(sends(&effects), usize::from(!since), "written {ago} s ago");
    }
    // so it is noted with the text
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    let key = world.open(1);
    world.thread(key, Page::Latest, Purpose::Asked, vec![message("m1", "a question", Direction::Inbound, now)]);
    let effects = world.writes("an answer");
    let noted = |command: &&Store| matches!(command, Store::Enqueue(row) if row.after == Some(Id::new("m1")));
    assert!(stores(&effects).iter().any(noted), "{effects:?}");
}

#[test]
fn an_unconfirmed_text_is_looked_for_behind_what_was_known_before_it() {
    let now = start();
    let mut left = waiting(now, store::Fate::Unconfirmed, 5);
    left.after = Some(Id::new("m1"));
    let (mut world, _) = World::restarted(vec![kept(1)], vec![left]);
    world.comes_up(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    let at = |ago: i64| now.checked_sub(jiff::SignedDuration::from_secs(ago)).unwrap();
    let same_text_before = message("m1", "left behind", Direction::Outbound, at(8));
    let effects = world.thread(key, Page::Latest, Purpose::Asked, vec![same_text_before.clone()]);
    assert_eq!(world.state.outbox.items().len(), 1, "that one was known before: {effects:?}");
    assert!(world.state.outbox.items()[0].note.as_deref().is_some_and(|note| note.contains("no such message")));
    let ours = message("m2", "left behind", Direction::Outbound, at(4));
    let effects = world.thread(key, Page::Latest, Purpose::Drift, vec![same_text_before, ours]);
    assert!(world.state.outbox.items().is_empty());
    assert!(stores(&effects).contains(&&Store::Settle { client: Id::new("s1") }));
    assert_eq!(sends(&effects), 0);
}

#[test]
fn two_messages_that_it_may_be_leave_it_to_the_agent() {
    let now = start();
    let (mut world, _) = World::restarted(vec![kept(1)], vec![waiting(now, store::Fate::Unconfirmed, 5)]);
    world.comes_up(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    let twice = ["m1", "m2"].map(|id| message(id, "left behind", Direction::Outbound, now));
    world.thread(key, Page::Latest, Purpose::Asked, twice.to_vec());
    let item = &world.state.outbox.items()[0];
    assert!(
        item.fate == Fate::Unconfirmed && item.note.as_deref().is_some_and(|note| note.starts_with("2 such messages"))
    );
}

#[test]
fn the_cache_is_shown_first_and_then_the_list_is_as_the_backend_has_it() {
    let mut stale = kept(1);
    stale.preview = Some(Clean::line("of yesterday"));
    stale.assignee = Some(Clean::line("Somebody"));
    let (mut world, _) = World::restarted(vec![stale, kept(2), kept(3)], Vec::new());
    assert_eq!(world.state.inbox.len(), 3);
    assert!(world.state.keep.cached_list);
    let mut fresh = row(1, &oid(1), &[&composite(1)]);
    fresh.preview = Some(Clean::line("of today"));
    let effects = world.comes_up(vec![fresh, row(3, &oid(3), &[])]);
    assert!(!world.state.keep.cached_list);
    assert_eq!(world.state.inbox.len(), 2, "the backend does not have the second one");
    assert!(stores(&effects).contains(&&Store::Forget(vec![Id::new(oid(2))])));
    let shown = world.state.inbox.get(world.key_of(1)).unwrap();
    assert_eq!((shown.preview.as_deref(), shown.assignee.as_deref()), (Some("of today"), None));
    let asked = world.message(evidence(&oid(2)), "m9", "still here");
    assert_eq!(commands(&asked), [&Command::FetchConversation { id: Id::new(oid(2)) }], "nothing vanishes");
}

#[test]
fn rows_beyond_what_the_list_reaches_stay() {
    let (mut world, _) = World::restarted(vec![kept(1), kept(9)], Vec::new());
    world.state.settings.list_limit = 1;
    world.comes_up(vec![row(1, &oid(1), &[])]);
    assert_eq!(world.state.inbox.len(), 2);
}

#[test]
fn a_row_that_goes_by_another_id_now_takes_what_was_kept_with_it() {
    let mut old = kept(1);
    old.id = Id::new(composite(1));
    old.names = vec![old.id.clone(), Id::new(oid(1))];
    let (mut world, _) = World::restarted(vec![old], Vec::new());
    let effects = world.comes_up(vec![row(1, &oid(1), &[&composite(1)])]);
    let moved = Store::Merge { gone: Id::new(composite(1)), kept: Id::new(oid(1)) };
    assert!(stores(&effects).contains(&&moved), "{effects:?}");
    assert_eq!(world.state.inbox.len(), 1);
}

#[test]
fn a_thread_of_the_cache_becomes_what_the_backend_has() {
    let (mut world, _) = World::restarted(vec![kept(1)], Vec::new());
    world.comes_up(vec![row(1, &oid(1), &[])]);
    let key = world.key_of(1);
    world.state.inbox.select(key);
    let effects = world.key(KeyCode::Enter);
    assert!(stores(&effects).iter().any(|c| matches!(c, Store::LoadThread { .. })));
    let at = |n: i64| Timestamp::new(1_789_000_000 + n, 0).unwrap();
    let cached = vec![
        message("m1", "long ago", Direction::Inbound, at(1)),
        message("m3", "taken away since", Direction::Inbound, at(3)),
    ];
    world.reply(Reply::Thread { key, conversation: Id::new(oid(1)), messages: cached });
    assert_eq!(world.texts(key), ["long ago", "taken away since"]);
    assert!(world.state.threads.get(key).unwrap().cached);
    world.message(evidence(&oid(1)), "m5", "live");
    let page = vec![
        message("m2", "missed", Direction::Inbound, at(2)),
        message("m4", "missed too", Direction::Inbound, at(4)),
    ];
    world.thread(key, Page::Latest, Purpose::Asked, page);
    assert_eq!(world.texts(key), ["missed", "missed too", "live"]);
    assert!(!world.state.threads.get(key).unwrap().cached);
}

#[test]
fn a_draft_is_given_to_the_store_as_it_is_typed_and_comes_back() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    world.key(KeyCode::Char('r'));
    let effects = world.key(KeyCode::Char('a'));
    let draft =
        |text: Option<&str>| Store::Draft { conversation: Id::new(oid(1)), note: false, text: text.map(str::to_owned) };
    assert!(stores(&effects).contains(&&draft(Some("a"))));
    assert!(stores(&world.key(KeyCode::Left)).is_empty(), "nothing changed");
    assert!(stores(&world.key(KeyCode::Delete)).contains(&&draft(None)));

    let (mut world, _) = World::restarted(vec![kept(1)], Vec::new());
    let drafts =
        vec![(Id::new(oid(1)), "a".to_owned()), (Id::new(oid(7)), "of one that is not in the cache".to_owned())];
    let position = Position { open: Some(Id::new(oid(1))), ..Position::default() };
    world.reply(Reply::Started {
        conversations: vec![kept(1)],
        drafts,
        notes: Vec::new(),
        outbox: Vec::new(),
        position,
        muted: Vec::new(),
    });
    let key = world.key_of(1);
    assert_eq!((world.state.open, world.state.composer.text().as_str()), (Some(key), "a"));
    assert_eq!(world.state.composer.drafts(), 2);
    assert_eq!(world.state.inbox.len(), 2, "its conversation has a row");
    let effects = world.key(KeyCode::Char('q'));
    assert!(effects.contains(&Effect::Quit), "drafts on disk are not asked about");
}

#[test]
fn messages_go_to_the_store_in_batches() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[]), row(2, &oid(2), &[])]);
    let open: ConversationKey = world.open(1);
    world.send(Msg::Timer(Timer::Keep));
    let mut effects = Vec::new();
    for n in 0..20 {
        effects.extend(world.message(evidence(&oid(1 + n % 2)), &format!("m{n}"), "hello"));
    }
    let wakes = effects.iter().filter(|effect| matches!(effect, Effect::Wake { timer: Timer::Keep, .. })).count();
    assert_eq!((wakes, stores(&effects).len()), (1, 0), "one timer and nothing else");
    let effects = world.send(Msg::Timer(Timer::Keep));
    let mut given: Vec<(Id, usize)> = stores(&effects)
        .into_iter()
        .filter_map(|command| match command {
            Store::Messages { conversation, messages } => Some((conversation.clone(), messages.len())),
            _ => None,
        })
        .collect();
    given.sort();
    assert_eq!(given, [(Id::new(oid(1)), 10), (Id::new(oid(2)), 10)]);
    assert!(stores(&effects).iter().any(|command| matches!(command, Store::Conversations(rows) if rows.len() == 2)));
    assert_eq!(world.state.open, Some(open));
}

#[test]
fn a_new_token_is_looked_for_while_rest_alone_refuses_the_old_one() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    let refused = Session { token_refused: true, ..world.state.session.clone() };
    let effects = world.send(Msg::Backend(Report::Session(Box::new(refused.clone()))));
    assert!(effects.contains(&Effect::LookForToken), "{effects:?}");
    // A timer runs already.
    assert!(!world.send(Msg::Backend(Report::Session(Box::new(refused.clone())))).contains(&Effect::LookForToken));
    assert!(world.send(Msg::Timer(Timer::Token)).contains(&Effect::LookForToken));
    assert_eq!(commands(&world.send(Msg::TokenChanged)), [&Command::Reconnect]);
    let taken = Session { token_refused: false, ..refused };
    world.send(Msg::Backend(Report::Session(Box::new(taken))));
    assert!(world.send(Msg::Timer(Timer::Token)).is_empty());
    assert!(commands(&world.send(Msg::TokenChanged)).is_empty());
}

#[test]
fn a_new_token_is_tried_and_looked_for_only_while_signed_out() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.open(1);
    let effects = world.session(SessionState::SignedOut { reason: Clean::line("jwt expired") }, 1);
    assert!(effects.contains(&Effect::LookForToken));
    assert!(world.send(Msg::Timer(Timer::Token)).contains(&Effect::LookForToken));
    assert_eq!(commands(&world.send(Msg::TokenChanged)), [&Command::Reconnect]);
    assert!(world.state.notice.is_some());
    world.session(SessionState::Live, 2);
    assert!(world.state.notice.is_none(), "it has signed in");
    assert!(world.send(Msg::Timer(Timer::Token)).is_empty());
}

#[test]
fn a_search_is_asked_as_it_is_typed_and_an_old_answer_counts_no_more() {
    let mut world = World::with_list(vec![row(1, &oid(1), &[])]);
    world.key(KeyCode::Char('s'));
    let effects = world.key(KeyCode::Char('z'));
    assert!(stores(&effects).iter().any(|c| matches!(c, Store::Search { query, within: None, .. } if query == "z")));
    world.key(KeyCode::Char('e'));
    let hit = store::Hit {
        conversation: Id::new(oid(1)),
        row: None,
        ids: MessageIds { id: Some(Id::new("m1")), ..MessageIds::default() },
        direction: Direction::Inbound,
        at: Some(world.now),
        snippet: Clean::line("zebra"),
    };
    let found = |query: &str| Reply::Found { query: query.to_owned(), within: None, hits: vec![hit.clone()] };
    world.reply(found("z"));
    assert!(matches!(&world.state.panels.overlay, Some(Overlay::Search { found: None, .. })));
    world.reply(found("ze"));
    let effects = world.key(KeyCode::Enter);
    let key = world.key_of(1);
    assert_eq!(world.state.open, Some(key));
    assert!(stores(&effects).iter().any(|c| matches!(c, Store::LoadAround { .. })), "it is not in memory");
    let messages = vec![message("m1", "a zebra", Direction::Inbound, world.now)];
    let ids = hit.ids.clone();
    world.reply(Reply::Around { key, ids, messages });
    assert_eq!(world.state.threads.get(key).unwrap().cursor, Some(0));
    assert_eq!(crate::app::update::marked(&world.state), ["ze"]);
}
