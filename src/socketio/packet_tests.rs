use super::*;

fn packet(text: &str) -> Result<Packet, PacketError> {
    decode(&Utf8Bytes::from(text), "/")
}

#[track_caller]
fn event_of(text: &str) -> (Name, Args, Option<u64>, usize) {
    match packet(text) {
        Ok(Packet { body: Body::Event { name, args, ack }, attachments }) => (name, args, ack, attachments),
        other => panic!("{other:?}"),
    }
}

#[test]
fn events_keep_their_raw_text() {
    let (name, args, ack, _) = event_of(r#"42["new_message", {"id":12345678901234567890123,"x":[1, 2]} ,"two",3]"#);
    assert_eq!(&*name, "new_message");
    assert_eq!(ack, None);
    assert_eq!(args.len(), 3);
    assert_eq!(args.text(0), Some(r#"{"id":12345678901234567890123,"x":[1, 2]}"#));
    assert_eq!(args.text(1), Some("\"two\""));
    assert_eq!(args.parse::<u8>(2).unwrap(), 3);
    assert_eq!(args.arg(2).unwrap().get(), "3");
    assert_eq!(args.text(3), None);
    assert_eq!(args.parse::<Option<u8>>(3).unwrap(), None);
    assert!(args.whole().starts_with("[\"new_message\""));
}

#[test]
fn ids_attachments_and_names() {
    let (name, args, ack, attachments) = event_of(r#"421["ping"]"#);
    assert_eq!((&*name, args.is_empty(), ack, attachments), ("ping", true, Some(1), 0));
    let (.., ack, attachments) = event_of(r#"452-17["f",{"_placeholder":true,"num":0}]"#);
    assert_eq!((ack, attachments), (Some(17), 2));
    assert_eq!(&*event_of("42[7,1]").0, "7");
    assert_eq!(&*event_of(r#"42["\u00e9\n"]"#).0, "é\n");
    assert_eq!(&*event_of(r#"42["error"]"#).0, "error");
}

#[test]
fn lone_surrogates_survive_as_replacement_characters() {
    let (name, args, ..) = event_of(r#"42["a\ud83d",{"text":"cut \ud83d"},"\ud83d\ude00"]"#);
    assert_eq!(&*name, "a\u{fffd}");
    assert_eq!(args.parse::<serde_json::Value>(0).unwrap()["text"], "cut \u{fffd}");
    assert_eq!(args.parse::<String>(1).unwrap(), "😀");
}

#[test]
fn namespaces() {
    let decoded = decode(&Utf8Bytes::from(r#"42/admin,5["x",1]"#), "/admin").unwrap();
    assert!(matches!(decoded.body, Body::Event { ack: Some(5), .. }));
    assert!(matches!(decode(&Utf8Bytes::from("41/admin"), "/admin").unwrap().body, Body::Disconnect));
    assert!(matches!(packet(r#"42/admin,["x"]"#), Err(PacketError::Namespace)));
    assert!(matches!(decode(&Utf8Bytes::from(r#"42["x"]"#), "/admin"), Err(PacketError::Namespace)));
}

#[test]
fn joined_and_refused() {
    assert!(matches!(packet(r#"40{"sid":"s","pid":"p"}"#).unwrap().body,
        Body::Connect(Some(Joined { sid, pid: Some(pid) })) if sid == "s" && pid == "p"));
    assert!(matches!(packet("40").unwrap().body, Body::Connect(None)));
    let Body::Refused(refusal) = packet(r#"44{"message":"no \ud83d","data":{"code":7}}"#).unwrap().body else {
        panic!()
    };
    assert_eq!(refusal.message, "no \u{fffd}");
    assert_eq!(refusal.data.unwrap().get(), r#"{"code":7}"#);
    let Body::Refused(refusal) = packet(r#"44"Invalid namespace""#).unwrap().body else { panic!() };
    assert_eq!(refusal.message, "Invalid namespace");
}

#[test]
fn malformed_packets_are_errors() {
    for (text, error) in [
        ("4", PacketError::SocketType),
        ("47[]", PacketError::SocketType),
        ("4é", PacketError::SocketType),
        ("45[\"x\"]", PacketError::Attachments),
        ("4599999999999999999999-[\"x\"]", PacketError::Attachments),
        ("451001-[\"x\"]", PacketError::Attachments),
        ("4299999999999999999999[\"x\"]", PacketError::AckId),
        ("43[1]", PacketError::AckId),
    ] {
        assert_eq!(packet(text).map(|_| ()), Err(error), "{text}");
    }
    for text in [
        "42",
        "42[]",
        "42{}",
        "42[\"x\"",
        "42[\"x\"] 1",
        "42[null]",
        "42[\"x\"1]",
        "42[\"x]",
        "42[]]",
        "40[",
        "44",
        "431",
    ] {
        assert!(matches!(packet(text), Err(PacketError::Json(_))), "{text}");
    }
}

#[test]
fn arguments_that_are_no_json_are_errors_where_they_are_read() {
    for text in [
        "[\"x\",]",
        "[\"x\",nul]",
        "[\"x\",1 2]",
        "[\"x\",{]",
        "[\"x\",,1]",
        "[\"x\",]]",
        "[\"x\",1]]",
        "[\"x\",\"\\u12\"]",
    ] {
        let (_, args, ..) = event_of(&format!("42{text}"));
        assert!(args.parse::<serde_json::Value>(0).is_err(), "{text}");
        assert!(matches!(args.check(), Err(PacketError::Json(_))), "{text}");
        assert_eq!((args.len(), args.is_empty(), args.whole()), (0, false, text));
        assert!(args.arg(0).is_none() && args.text(0).is_none());
    }
    // What stands behind an argument is not its affair.
    let (_, args, ..) = event_of("42[\"x\", 1 ,nul]");
    assert_eq!(args.parse::<u8>(0).unwrap(), 1);
    assert!(args.check().is_err());
}

#[test]
fn arguments_without_the_name() {
    for (text, list, none) in [
        ("42[\"x\"]", "[]", true),
        ("42 [ \"x\" ] ", "[]", true),
        ("42[\"x\" , 1, {} ]", "[ 1, {} ]", false),
        ("42[7,null]", "[null]", false),
    ] {
        let (_, args, ..) = event_of(text);
        assert_eq!((args.list().as_str(), args.is_empty()), (list, none), "{text}");
        assert_eq!(args.parse::<Option<u8>>(0).unwrap(), if list.contains('1') { Some(1) } else { None });
    }
    for (text, list, len) in
        [("430[]", "[]", 0), ("430[ ]", "[ ]", 0), ("430[null]", "[null]", 1), ("430[1,2]", "[1,2]", 2)]
    {
        let Body::Ack { args, .. } = packet(text).unwrap().body else { panic!("{text}") };
        assert_eq!((args.list().as_str(), args.len(), args.is_empty()), (list, len, len == 0), "{text}");
        assert_eq!(args.arg(0).is_some(), len > 0);
    }
}

#[test]
fn encoding_is_read_back() {
    assert_eq!(event("/", None, "join", &[serde_json::json!({"a": 1})], 0).unwrap(), r#"42["join",{"a":1}]"#);
    assert_eq!(event("/n", Some(3), "é\"", &[1, 2], 0).unwrap(), r#"42/n,3["é\"",1,2]"#);
    assert_eq!(event("/", None, "x", crate::socketio::NO_ARGS, 0).unwrap(), r#"42["x"]"#);
    let file = event("/", Some(1), "f", &[crate::socketio::placeholder(0)], 1).unwrap();
    assert_eq!(file, r#"451-1["f",{"_placeholder":true,"num":0}]"#);
    assert_eq!(ack("/", 9, &["ok"], 0).unwrap(), r#"439["ok"]"#);
    assert_eq!(ack("/n", 9, crate::socketio::NO_ARGS, 2).unwrap(), "462-/n,9[]");
    assert_eq!(connect("/", Some("{}")), "40{}");
    assert_eq!(connect("/n", None), "40/n,");
    assert_eq!(disconnect("/n"), "41/n,");
    assert!(matches!(event("/", None, "disconnect", crate::socketio::NO_ARGS, 0), Err(EmitError::Reserved(_))));
}

/// Parts that packets are made of, to be put together in every way.
const PARTS: [&str; 20] = [
    "42",
    "43",
    "45",
    "461-",
    "40",
    "44",
    "41",
    "/",
    "/ns,",
    ",",
    "17",
    "99999999999999999999",
    "1-",
    "[",
    "]",
    "\"x\"",
    "{\"sid\":\"s\"}",
    "\\ud83d",
    "\"\\ud83d\\u\"",
    "é",
];

proptest::proptest! {
    #[test]
    fn any_text_decodes_or_is_an_error(
        parts in proptest::collection::vec(0..PARTS.len(), 0..12), noise in ".{0,6}", namespace in "/(ns)?",
    ) {
        let text: String = parts.iter().map(|part| PARTS[*part]).chain([noise.as_str()]).collect();
        let Ok(Packet { body, attachments }) = decode(&Utf8Bytes::from(text.clone()), &namespace) else { return Ok(()) };
        proptest::prop_assert!(attachments <= MAX_ATTACHMENTS);
        if let Body::Event { args, .. } | Body::Ack { args, .. } = body {
            let whole = serde_json::from_str::<Vec<serde_json::Value>>(args.whole());
            proptest::prop_assert_eq!(whole.is_ok(), args.check().is_ok(), "{}", text);
            let list = serde_json::from_str::<Vec<serde_json::Value>>(&args.list());
            proptest::prop_assert_eq!(whole.is_ok(), list.is_ok(), "{}", text);
            let Ok(whole) = whole else { return Ok(()) };
            let cut: Vec<serde_json::Value> = (0..args.len()).map(|i| args.parse(i).unwrap()).collect();
            proptest::prop_assert!(whole.ends_with(&cut), "{text}");
            proptest::prop_assert_eq!(args.is_empty(), cut.is_empty(), "{}", text);
            let raw: Vec<&str> = (0..args.len()).map(|i| args.arg(i).unwrap().get()).collect();
            let text: Vec<&str> = (0..args.len()).map(|i| args.text(i).unwrap()).collect();
            proptest::prop_assert_eq!(raw, text);
        }
    }

    #[test]
    fn what_is_emitted_is_what_is_read(name in ".{0,8}", args in proptest::collection::vec(".{0,8}", 0..4), id: Option<u64>) {
        let Ok(text) = event("/ns", id, &name, &args, 0) else { return Ok(()) };
        let Ok(Packet { body: Body::Event { name: read, args: cut, ack }, .. }) = decode(&text.into(), "/ns") else { panic!() };
        proptest::prop_assert_eq!((&*read, ack, cut.len()), (name.as_str(), id, args.len()));
        for (i, arg) in args.iter().enumerate() {
            proptest::prop_assert_eq!(&cut.parse::<String>(i).unwrap(), arg);
        }
    }
}
