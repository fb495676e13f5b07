//! What a socket is told has exactly the shape of its dialect, for every shipped dialect and any id: never null, never
//! missing, a number only where the dialect says so. And an id that arrives in no shape of an id is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Known, Shelf, Target};
use super::*;

fn all() -> Vec<Dialect> {
    let shelf = Shelf::shipped();
    let names: Vec<String> = shelf.names().into_iter().map(|(name, _)| name.to_owned()).collect();
    names
        .iter()
        .map(|name| {
            let dialect = shelf.dialect(name).unwrap().unwrap_or_else(|error| panic!("{error}"));
            let given = dialect.missing().into_iter().map(|(name, _)| (name.to_owned(), "7".to_owned())).collect();
            dialect.bound(Known { given: Some(&given), ..Known::default() })
        })
        .collect()
}

#[test]
fn a_null_is_for_bodies_alone() {
    let text = "name = \"mine\"\nextends = \"reference\"\nabout = \"x\"\n[socket]\njoin = { event = \"j\", argument = { id = \"{id}\", a = \"{null}\" } }\n";
    assert!(Dialect::parse("mine.toml", text).unwrap_err().to_string().contains("nothing is called {null}"));
    let release = super::super::operations::Operation::Release;
    let dialect = Shelf::shipped().dialect("whaticket").unwrap().unwrap();
    let body = dialect.operation_request(&target(), &release).unwrap().body;
    assert_eq!(body, Some(json!({ "userId": null, "status": "pending" })));
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().any(holds_null),
        Value::Object(members) => members.values().any(holds_null),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_emitted_is_null_or_missing_and_no_path_gains_a_segment(id in "[ -~é]{1,30}") {
        for dialect in all() {
            let target = Target { id: Id::from(id.as_str()), aliases: vec![], ..target() };
            let about = [dialect.join(&target.id), dialect.leave(&target.id), dialect.typing(&target, true), dialect.typing(&target, false)];
            for emission in about.into_iter().flatten() {
                prop_assert!(!emission.args.is_empty(), "{}: {}", dialect.name, emission.event);
                prop_assert!(!emission.args.iter().any(holds_null), "{}: {:?}", dialect.name, emission.args);
                prop_assert!(!emission.args.iter().any(|arg| arg == ""), "{}: an empty argument", dialect.name);
            }
            let plain = Target { id: Id::from("1|2"), ..target.clone() };
            let path = |target: &Target| dialect.thread_request_at(target, None, 10).map(|request| request.path);
            if let (Some(ours), Some(usual)) = (path(&target), path(&plain)) {
                prop_assert_eq!(ours.matches('/').count(), usual.matches('/').count(), "{}: {}", dialect.name, ours);
                prop_assert!(!ours.contains(['?', '#', ' ']), "{}: {}", dialect.name, ours);
            }
        }
    }
}

#[test]
fn a_room_is_joined_by_a_string_or_a_number_as_the_dialect_says() {
    let with = |argument: &str| {
        let text = format!(
            "name = \"mine\"\nextends = \"reference\"\nabout = \"x\"\n[socket]\njoin = {{ event = \"join\", argument = {argument} }}\n"
        );
        Dialect::parse("mine.toml", &text).unwrap()
    };
    let args = |dialect: &Dialect, id: &str| dialect.join(&id.into()).map(|emission| emission.args);
    assert_eq!(args(&with("\"{id}\""), "3"), Some(vec![json!("3")]));
    assert_eq!(args(&with("\"{id:number}\""), "3"), Some(vec![json!(3)]));
    assert_eq!(
        args(&with("{ id = \"{id:number}\" }"), "9007199254740993"),
        Some(vec![json!({ "id": 9_007_199_254_740_993_u64 })])
    );
    assert_eq!(args(&with("\"{id:number}\""), "6b02"), None, "what is no number is not sent as one, nor as null");
}

#[test]
fn an_id_in_no_shape_of_an_id_is_none() {
    for odd in [
        r#"{"_placeholder":true,"num":0}"#,
        r#"{"type":"Buffer","data":[107,2]}"#,
        "null",
        "true",
        "1.5",
        "[]",
        r#""""#,
    ] {
        let args = format!(
            r#"[{{"conversationId":{odd},"message":{{"_id":"m","direction":"inbound","messageType":"text","content":{{"text":"x"}}}}}}]"#
        );
        let Ok(Event::Message { evidence, .. }) = dialect().decode_event("new_message", &args).event else {
            panic!("{odd}")
        };
        assert_eq!(evidence.ids, [], "{odd}");
    }
}
