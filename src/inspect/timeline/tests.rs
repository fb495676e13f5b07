use super::*;

fn at(n: u64) -> Timestamp {
    Timestamp::from_microsecond(1_795_347_000_000_000 + i64::try_from(n).unwrap() * 1_001).unwrap()
}

fn entry(n: u64) -> Entry {
    let key = ConversationKey(u32::try_from(n % 50).unwrap());
    let id = format!("6b02ca344e517f5f5b27{:04x}", n % 50);
    let verdicts = [
        Verdict::Routed { key },
        Verdict::Background { key },
        Verdict::Unknown { id: Id::new(id.as_str()) },
        Verdict::Probable { key },
        Verdict::Foreign,
        Verdict::NoId,
        Verdict::Ambiguous { keys: vec![key, ConversationKey(7)] },
        Verdict::Duplicate { key },
        Verdict::OutOfOrder { key },
        Verdict::NotInDialect,
        Verdict::Undecodable { reason: Clean::line("no message at /message") },
        Verdict::Account,
    ];
    let verdict = verdicts[usize::try_from(n).unwrap() % verdicts.len()].clone();
    Entry {
        epoch: 3,
        routed: at(n).checked_add(std::time::Duration::from_micros(40)).unwrap(),
        about: About {
            kind: Kind::Message,
            message: vec![Id::new(format!("wamid.{n}")), Id::new(format!("m{n}"))],
            created: Some(at(n)),
            rank: (n.is_multiple_of(4)).then_some(Rank::Read),
        },
        raw: format!(
            r#"[{{"conversationId":"{id}","message":{{"accountId":"695a15a5c526dbe7c085ece2","phoneNumberId":"1003427786179738","conversationId":"{id}","waMessageId":"wamid.HBgMOTIzMDAxMjM0NTc0FQIAEhgUM0E{n:08}{:016x}","recipientPhone":"92300{:07}","recipientName":"فاطمہ علی","messageType":"text","content":{{"text":"Salaam 👋 where is my order number {n}?","templateParams":[]}},"status":"delivered","direction":"inbound","campaign":"manual","sentAt":"{}","deliveredAt":"{}","_id":"6b02cdeea7e8{:012x}","statusUpdates":[],"createdAt":"{}","updatedAt":"{}","__v":0}},"timestamp":"{}"}}]"#,
            n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n % 50, at(n), at(n), n.wrapping_mul(0x9e37_79b9) % (1 << 48), at(n), at(n), at(n)
        )
        .into(),
        bytes: 700,
        record: MatchRecord {
            broadcast_conversation_id: Some(Id::new(id.as_str())),
            selected_contact_id: Some(Id::new("6b02ca344e517f5f5b270000")),
            selected_contact_phone: Some(Clean::line("+923000000000")),
            message_from: Some(Clean::line("+923001234567")),
            message_type: Some(Clean::line("text")),
            matched: n.is_multiple_of(50),
            timestamp: Some(at(n)),
        },
        rule: verdict.key().map(|_| Rule::Composite),
        pointer: Some("/conversationId".into()),
        compared: vec![Comparison {
            rule: Rule::Exact,
            theirs: Clean::line(&id),
            ours: Clean::line("6b02ca344e517f5f5b270000"),
            equal: n.is_multiple_of(50),
        }],
        room: Some(Id::new(id.as_str())),
        rescued: n.is_multiple_of(3),
        conversation: verdict.key().or(matches!(verdict, Verdict::Probable { .. }).then_some(key)),
        ack: (n.is_multiple_of(10)).then_some(n),
        verdict,
        ..Entry::new(n, at(n), "new_message")
    }
}

#[test]
fn what_is_unpacked_is_what_was_packed() {
    let mut timeline = Timeline::default();
    for n in 1..=3_000 {
        timeline.push(entry(n));
    }
    for n in (1..=3_000).step_by(7) {
        assert_eq!(timeline.get(n), Some(entry(n)));
    }
    assert_eq!(timeline.last(), Some(entry(3_000)));
    assert_eq!((timeline.get(0), timeline.get(3_001)), (None, None));
    timeline.drawn(at(4_000));
    let drawn = Entry { drawn: Some(at(4_000)), ..entry(5) };
    assert_eq!(timeline.get(5), Some(drawn));
}

#[test]
fn a_hundred_thousand_events_take_bounded_memory() {
    let mut timeline = Timeline::default();
    for n in 1..=110_000 {
        timeline.push(entry(n));
    }
    assert_eq!(timeline.rows().len(), 100_000);
    assert_eq!(timeline.rows().front().map(|row| row.seq), Some(10_001));
    assert!(timeline.memory() < 32 << 20, "{}", timeline.memory());
    // payloads of these events, 700 bytes each, are nearly all here; the oldest may have given way
    let kept = timeline.rows().iter().filter(|row| timeline.blocks.has(row.place)).count();
    assert!(kept > 60_000, "{kept} of {} kept in {}", timeline.rows().len(), timeline.memory());
    let oldest = timeline.get(10_001).unwrap();
    assert!(!oldest.raw.is_empty() || oldest.cut.is_some(), "what gave way says so");
    assert_eq!(timeline.counters().total, 110_000);
}

#[test]
fn a_large_payload_is_kept_in_part_and_says_so() {
    let mut timeline = Timeline::default();
    let raw = format!("[\"{}\"]", "ä".repeat(1 << 20));
    timeline.push(Entry { raw: raw.as_str().into(), ..entry(1) });
    let kept = timeline.get(1).unwrap();
    assert!(raw.starts_with(&*kept.raw) && kept.raw.len() > 60_000 && kept.raw.len() <= packed::MOST_RAW);
    assert_eq!(kept.cut, Some(raw.len()));
}

#[test]
fn a_decision_can_be_corrected() {
    let mut timeline = Timeline::default();
    timeline.push(Entry { verdict: Verdict::Unknown { id: Id::new("x") }, ..entry(3) });
    let key = ConversationKey(9);
    timeline.decide_again(3, Verdict::Background { key }, Some(key), Some(Rule::Exact));
    let entry = timeline.get(3).unwrap();
    assert_eq!(
        (entry.verdict, entry.rule, entry.conversation),
        (Verdict::Background { key }, Some(Rule::Exact), Some(key))
    );
    assert_eq!(timeline.counters().verdicts.iter().collect::<Vec<_>>(), [(&"background", &1)]);
    assert_eq!(timeline.toggle_mark(3), Some(true));
    assert!(timeline.row(3).unwrap().marked);
    assert_eq!(timeline.toggle_mark(4), None);
}

#[test]
fn made_up_names_do_not_fill_the_memory() {
    let mut timeline = Timeline::default();
    for n in 0..5_000 {
        timeline.push(Entry::new(n, at(n), format!("event {n}")));
    }
    assert!(timeline.names().len() <= MOST_NAMES + 1);
    assert_eq!(&*timeline.get(4_999).unwrap().name, "(another name)");
    assert_eq!(&*timeline.get(5).unwrap().name, "event 5");
}
