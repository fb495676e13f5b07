//! Dialect files as their writers meet them: what extends what, conditions, lists, paging, operations; and the
//! documentation that is made of the types.

use super::super::dialect::{markdown, schema};
use super::super::operations::{Catalogue, Operation};
use super::super::{Known, Shelf};
use super::*;
use crate::chat::{Content, Direction, Rank};

const HEAD: &str = "name = \"mine\"\nextends = \"reference\"\nabout = \"x\"\n";

fn mine(rest: &str) -> Dialect {
    Dialect::parse("mine.toml", &format!("{HEAD}{rest}")).unwrap_or_else(|error| panic!("{error}"))
}

fn problem(rest: &str) -> String {
    Dialect::parse("mine.toml", &format!("{HEAD}{rest}")).unwrap_err().to_string()
}

/// Made anew by `switchboard dialect schema` and `… --format md`, or by this test with `SWITCHBOARD_WRITE_DOCS` set.
#[test]
fn the_documentation_is_that_of_the_types() {
    let here = env!("CARGO_MANIFEST_DIR");
    if std::env::var_os("SWITCHBOARD_WRITE_DOCS").is_some() {
        let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        std::fs::write(format!("{here}/assets/dialects/schema.json"), made).unwrap();
        std::fs::write(format!("{here}/docs/dialect-file.md"), markdown()).unwrap();
    }
    let read = |path: &str| std::fs::read_to_string(format!("{here}/{path}")).unwrap_or_default();
    assert!(
        read("docs/dialect-file.md") == markdown(),
        "run `switchboard dialect schema --format md > docs/dialect-file.md`"
    );
    let made = serde_json::to_string_pretty(&schema()).unwrap();
    let written = read("assets/dialects/schema.json");
    assert!(written.trim_end() == made, "run `switchboard dialect schema > assets/dialects/schema.json`");
}

#[test]
fn a_file_says_only_what_differs() {
    let dialect = mine("[list]\narray = \"/result/rows\"\n[conversation]\nphone = \"/msisdn\"\n");
    let page = dialect.list_page(br#"{"result":{"rows":[{"_id":"a","msisdn":"923001234574"}]}}"#, None).unwrap();
    assert!(page.rows[0].phone.is_some());
    assert!(dialect.decode_event("new_message", "[]").event.is_err(), "the events of the base are there");
    let without = mine("login = false\n");
    assert!(without.login_request("a", &"b".into()).is_none(), "a table can be taken away");
}

#[test]
fn events_of_the_same_name_are_replaced_and_others_added() {
    let dialect = mine(
        "[[events]]\nnames = [\"new_message\"]\nkind = \"account\"\n\
         [[events]]\nnames = [\"chat.*\"]\nkind = \"message\"\nids = [\"/c\"]\n",
    );
    assert_eq!(dialect.decode_event("new_message", "[{}]").event, Ok(Event::Account));
    let args = r#"[{"c":"x","direction":"inbound","messageType":"text","content":{"text":"hi"}}]"#;
    assert!(matches!(dialect.decode_event("chat.anything", args).event, Ok(Event::Message { .. })));
    assert!(matches!(dialect.decode_event("typing", r#"[{"isTyping":true}]"#).event, Ok(Event::Typing { .. })));
}

#[test]
fn an_event_may_bring_several_and_depend_on_a_word() {
    let dialect = mine(
        "[[events]]\nnames = [\"batch\"]\nkind = \"message\"\nwhen = { \"/type\" = [\"notify\"] }\neach = \"/messages\"\nids = [\"/to\"]\n\
         [[events]]\nnames = [\"batch\"]\nkind = \"account\"\n\
         [[events]]\nnames = [\"joined\"]\nkind = \"merged\"\nids = [\"/into\"]\ngone = [\"/from\"]\n",
    );
    let message =
        |n: u8| format!(r#"{{"to":"c{n}","direction":"inbound","messageType":"text","content":{{"text":"{n}"}}}}"#);
    let args = format!(r#"[{{"type":"notify","messages":[{},{},7]}}]"#, message(1), message(2));
    let decoded = dialect.decode_event("batch", &args);
    assert_eq!(decoded.more.len(), 2);
    assert!(
        decoded.event.is_ok() && decoded.more[0].is_ok() && decoded.more[1].is_err(),
        "one bad one spoils no other"
    );
    assert_eq!(dialect.decode_event("batch", r#"[{"type":"append"}]"#).event, Ok(Event::Account));
    assert_eq!(dialect.decode_event("batch", r#"[{"type":"notify","messages":[]}]"#).event, Ok(Event::Account));
    let Ok(Event::Merged { evidence, gone }) = dialect.decode_event("joined", r#"[{"into":"a","from":"b"}]"#).event
    else {
        panic!()
    };
    assert_eq!((evidence.ids[0].id.as_str(), gone[0].id.as_str()), ("a", "b"));
}

#[test]
fn directions_are_told_in_many_ways() {
    let reading = |message: &str, json: &str| {
        let dialect = mine(&format!("[message]\n{message}\n"));
        let body = format!(r#"{{"messages":[{json}]}}"#);
        dialect.thread_page(body.as_bytes(), None).unwrap().messages.first().map(|message| message.direction)
    };
    let by_sender =
        "direction = \"/sender\"\ndirections = { agent = \"outbound\", null = \"note\", absent = \"inbound\" }";
    assert_eq!(reading(by_sender, r#"{"sender":"AGENT"}"#), Some(Direction::Outbound));
    assert_eq!(reading(by_sender, r#"{"sender":null}"#), Some(Direction::Note));
    assert_eq!(reading(by_sender, "{}"), Some(Direction::Inbound));
    let number =
        "direction = \"/message_type\"\ndirections = { 0 = \"inbound\", 1 = \"outbound\" }\nnote = \"/private\"";
    assert_eq!(reading(number, r#"{"message_type":1}"#), Some(Direction::Outbound));
    assert_eq!(reading(number, r#"{"message_type":1,"private":true}"#), Some(Direction::Note));
    let own = "direction = false\nown = { sender = \"/from\", is = [\"{line}\", \"me\"] }";
    assert!(problem(&format!("[message]\n{own}\n")).contains("/message/direction"), "a value is not taken away so");
    let own = "direction = \"/nowhere\"\nown = { sender = \"/from\", is = [\"me\"] }";
    assert_eq!(reading(own, r#"{"from":"me"}"#), Some(Direction::Outbound));
    assert_eq!(reading(own, r#"{"from":"you"}"#), Some(Direction::Inbound));
}

#[test]
fn pages_turn_as_the_dialect_says() {
    let next = |paging: &str, query: &str, answer: &str, place: Option<&str>| {
        let dialect = mine(&format!("[list]\nquery = {{ x = \"{{{query}}}\" }}\npaging = {{ {paging} }}\n"));
        let place = place.map(Id::from);
        let page = dialect.list_page(answer.as_bytes(), place.as_ref()).unwrap();
        page.next.map(|next| next.as_str().to_owned())
    };
    let one = r#""conversations":[{"_id":"a"}]"#;
    let yes = format!(r#"{{{one},"more":true,"total":3,"pages":2,"next":"c9"}}"#);
    let no = format!(r#"{{{one},"more":false,"total":1,"pages":1,"next":null}}"#);
    for (paging, query, place, wanted) in [
        ("kind = \"page\", more = \"/more\"", "page", None, Some("2")),
        ("kind = \"page\", pages = \"/pages\"", "page", None, Some("2")),
        ("kind = \"page\", pages = \"/pages\"", "page", Some("2"), None),
        ("kind = \"page\", total = \"/total\", size = 1, first = 0", "page", None, Some("1")),
        ("kind = \"page\", size = 1", "page", Some("4"), Some("5")),
        ("kind = \"page\", size = 2", "page", None, None),
        ("kind = \"offset\", total = \"/total\"", "offset", None, Some("1")),
        ("kind = \"offset\", total = \"/total\"", "offset", Some("2"), None),
        ("kind = \"cursor\", next = \"/next\"", "cursor", None, Some("c9")),
        ("kind = \"before\", more = \"/more\"", "before", None, Some("a")),
    ] {
        assert_eq!(next(paging, query, &yes, place).as_deref(), wanted, "{paging} {place:?}");
        if paging.contains('/') {
            assert_eq!(next(paging, query, &no, place), None, "{paging}");
        }
    }
    assert_eq!(
        next("kind = \"page\", more = \"/more\"", "page", r#"{"conversations":[],"more":true}"#, None),
        None,
        "an empty page is the last"
    );
    assert!(problem("[list]\npaging = { kind = \"page\" }\n").contains("needs `{page}`"));
    assert!(problem("[list]\nquery = { c = \"{cursor}\" }\npaging = { kind = \"cursor\" }\n").contains("needs `next`"));
}

#[test]
fn a_thread_whose_first_page_is_the_oldest() {
    let dialect = mine(
        "[thread]\nquery = { page = \"{page}\" }\npaging = { kind = \"page\", size = 2, total = \"/total\", oldest_first = true }\n",
    );
    let answer = br#"{"messages":[],"total":5}"#;
    let page = |place: Option<&str>| dialect.thread_page(answer, place.map(Id::from).as_ref()).unwrap();
    assert_eq!(page(None).newest, Some("3".into()));
    assert_eq!((page(Some("3")).next, page(Some("3")).start), (Some("2".into()), Some(false)));
    assert_eq!((page(Some("1")).next, page(Some("1")).start), (None, Some(true)));
    let short = dialect.thread_page(br#"{"messages":[],"total":2}"#, None).unwrap();
    assert_eq!((short.newest, short.start), (None, Some(true)));
}

#[test]
fn values_of_the_session_fill_paths_headers_and_names() {
    let text = format!(
        "{HEAD}[variables]\ncompanyId = {{ claim = \"/companyId\", about = \"the company\" }}\nregion = {{ default = \"eu\" }}\n\
         [connection]\nprefix = \"/{{region}}/c/{{companyId}}\"\nnamespace = \"/{{companyId}}\"\n\
         [auth]\nheaders = {{ X-Company = \"{{companyId}}\" }}\n\
         [socket]\nsubscribe = {{ event = \"sub-{{companyId}}\", argument = \"{{companyId:number}}\" }}\n\
         [[events]]\nnames = [\"company-{{companyId}}-news\"]\nkind = \"account\"\n"
    );
    let dialect = Dialect::parse("mine.toml", &text).unwrap();
    assert_eq!(dialect.bound(Known::default()).missing(), [("companyId", "the company")]);
    assert!(dialect.bound(Known::default()).list_request(1, None, None).is_none(), "a path with a hole is never asked");
    let bound = dialect.bound(Known { token: Some("x.eyJjb21wYW55SWQiOjd9.y"), ..Known::default() });
    assert_eq!(bound.list_request(1, None, None).unwrap().path, "/eu/c/7/api/conversations");
    assert_eq!(bound.namespace().as_deref(), Some("/7"));
    assert_eq!(bound.subscriptions()[0].shown().to_string(), "sub-7 7");
    assert_eq!(bound.standing_headers().len(), 1);
    assert_eq!(bound.decode_event("company-7-news", "[{}]").event, Ok(Event::Account));
    assert_eq!(bound.decode_event("company-8-news", "[{}]").event, Ok(Event::NotInDialect));
    let given = [("companyId".to_owned(), "8".to_owned())].into();
    let own = dialect.bound(Known { given: Some(&given), token: Some("x.eyJjb21wYW55SWQiOjd9.y"), ..Known::default() });
    assert_eq!(own.namespace().as_deref(), Some("/8"), "the profile goes first");
}

#[test]
fn a_token_may_go_by_the_first_event() {
    let dialect = mine(
        "[socket]\nauth = false\nauthenticate = { event = \"auth\", argument = { token = \"{token}\" }, success = \"ok\", failure = \"no\" }\n",
    );
    assert_eq!(dialect.authenticate(Some("t0p")).unwrap().args, [serde_json::json!({ "token": "t0p" })]);
    assert_eq!(dialect.authenticate(None), None);
    assert_eq!((dialect.ready_event(), dialect.token_refusal_event()), (Some("ok"), Some("no")));
}

#[test]
fn operations_are_data_and_absent_ones_are_not_offered() {
    let bare = Shelf::shipped().dialect("phone-dashboard").unwrap().unwrap();
    let nothing = bare.offers();
    assert!(!nothing.assign && !nothing.notes && !nothing.resolve && !nothing.templates);
    assert_eq!(bare.operation_request(&target(), &Operation::Release), None);
    let dialect = mine(
        "[operations.assign]\npath = \"/api/conversations/{id}/assign\"\nbody = { agentId = \"{agent}\" }\n\
         [operations.labels]\nmethod = \"PUT\"\npath = \"/api/conversations/{id}/tags\"\nbody = { tags = \"{labels}\" }\n\
         [operations.note]\npath = \"/api/conversations/{id}/notes\"\nbody = { text = \"{text}\" }\n\
         [replies]\npath = \"/api/replies\"\narray = \"/rows\"\nid = \"/id\"\ntitle = \"/short\"\ntext = \"/text\"\n\
         [templates]\npath = \"/api/templates\"\narray = \".\"\nid = \"/name\"\nstate = \"/status\"\nusable = [\"APPROVED\"]\n\
         [search]\npath = \"/api/search\"\nquery = { q = \"{query}\" }\narray = \"/messages\"\n\
         [media]\ndownload = \"/api/media/{media}\"\nauthenticated = true\n\
         [media.upload]\npath = \"/api/conversations/{id}/media\"\nfile = \"file\"\nfields = { caption = \"{caption}\", to = \"{phone}\" }\n",
    );
    let offers = dialect.offers();
    assert!(offers.assign && offers.labels && offers.notes && offers.replies && offers.search && offers.upload);
    let body = |operation: Operation| dialect.operation_request(&target(), &operation).unwrap().body.unwrap();
    assert_eq!(body(Operation::Assign { agent: "7".into() }), serde_json::json!({ "agentId": "7" }));
    assert_eq!(
        body(Operation::Labels { labels: vec!["a".into(), "b".into()] }),
        serde_json::json!({ "tags": ["a", "b"] })
    );
    let note = Operation::Note { text: "call back".into(), client: "c1".into() };
    assert_eq!(body(note), serde_json::json!({ "text": "call back" }));
    let replies =
        dialect.catalogue(Catalogue::Replies, br#"{"rows":[{"id":1,"short":"hi","text":"Hello there"}]}"#).unwrap();
    assert_eq!((replies[0].title.as_str(), replies[0].text.as_deref()), ("hi", Some("Hello there")));
    let templates = br#"[{"name":"a","status":"APPROVED"},{"name":"b","status":"REJECTED"},{"name":"c"}]"#;
    let usable = dialect.catalogue(Catalogue::Templates, templates).unwrap();
    assert_eq!(usable.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    let found = dialect
        .found(br#"{"messages":[{"_id":"m","conversationId":"c","direction":"inbound","messageType":"text","content":{"text":"hit"}}]}"#)
        .unwrap();
    assert_eq!((found[0].ids[0].id.as_str(), found[0].message.preview().as_str()), ("c", "hit"));
    assert_eq!(dialect.media_address("abc/1"), Some(("/api/media/abc%2F1".into(), true)));
    assert_eq!(
        dialect.media_address("https://elsewhere.test/a.png"),
        Some(("https://elsewhere.test/a.png".into(), false))
    );
    let upload = dialect.upload(&target(), None, "image", &"c1".into(), None).unwrap();
    assert_eq!(upload.file, "file");
    assert!(upload.fields.contains(&("to".to_owned(), "923001234574".to_owned())), "{:?}", upload.fields);
    assert!(!upload.fields.iter().any(|(name, _)| name == "caption"), "what is not known is left out");
}

#[test]
fn a_success_that_says_no_is_a_refusal_where_the_dialect_knows_it() {
    let dialect = mine("[refusal]\nsuccess = \"/success\"\nmeanings = { WINDOW_CLOSED = \"window\" }\n");
    assert!(dialect.says_no(br#"{"success":false,"error":"WINDOW_CLOSED"}"#));
    assert!(!dialect.says_no(br#"{"success":true}"#) && !dialect.says_no(b"[]") && !dialect.says_no(b""));
    assert!(!Dialect::reference().says_no(br#"{"success":false}"#));
    assert!(dialect.meaning_of("WINDOW_CLOSED").is_some() && dialect.meaning_of("OTHER").is_none());
}

#[test]
fn statuses_are_words_or_numbers() {
    let dialect = Shelf::shipped().dialect("whaticket").unwrap().unwrap();
    let rank = |ack: &str| {
        let body = format!(r#"{{"messages":[{{"id":"m","fromMe":true,"body":"x","mediaType":"chat","ack":{ack}}}]}}"#);
        let page = dialect.thread_page(body.as_bytes(), None).unwrap();
        (page.messages[0].delivery.rank, page.messages[0].delivery.failure.is_some())
    };
    assert_eq!(
        [rank("0").0, rank("1").0, rank("3").0, rank("\"4\"").0],
        [Rank::Queued, Rank::Sent, Rank::Read, Rank::Played]
    );
    assert!(rank("-1").1, "failed");
}

#[test]
fn a_file_that_cannot_be_named_by_address_is_still_a_file() {
    let dialect = Shelf::shipped().dialect("lead-crm").unwrap().unwrap();
    let body = br#"{"data":[{"id":"m","direction":"INBOUND","type":"IMAGE","content":"Photo","mediaUrl":"1000000000000008"}],"total":1}"#;
    let page = dialect.thread_page(body, None).unwrap();
    let Content::Media(media) = &page.messages[0].content else { panic!("{:?}", page.messages[0].content) };
    assert_eq!(media.caption.as_deref(), Some("Photo"));
}

#[test]
fn a_dialect_cannot_extend_itself_or_nobody() {
    let own = Shelf::shipped().with("a", "a.toml", "name = \"a\"\nextends = \"b\"\n").with(
        "b",
        "b.toml",
        "name = \"b\"\nextends = \"a\"\n",
    );
    let problem = own.dialect("a").unwrap().unwrap_err().to_string();
    assert!(problem.contains("`a`") && problem.contains("b.toml:2:1"), "{problem}");
    let over = format!("{HEAD}[connection]\nprefix = \"/p\"\n").replace("mine", "reference");
    let shelf = Shelf::shipped().with("reference", "own.toml", &over);
    let dialect = shelf.dialect("reference").unwrap().unwrap();
    assert_eq!(
        dialect.list_request(1, None, None).unwrap().path,
        "/p/api/conversations",
        "one's own goes over the shipped one of its name"
    );
}
