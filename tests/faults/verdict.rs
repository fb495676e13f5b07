//! The comparison of what the program holds with the backend's database.

use std::collections::HashMap;

use serde_json::Value;

use crate::house::{Stored, Truth};

/// What is wrong; nothing is when it is empty.
#[derive(Debug, Default)]
pub struct Faulty(pub Vec<String>);

impl Faulty {
    fn add(&mut self, what: String) {
        self.0.push(what);
    }

    pub fn is_right(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether the list is the backend's, and whether every thread that must be complete is: exactly its messages, once,
/// in order, and without a gap. `complete` says which by the customer's phone.
pub fn compare(dump: &Value, truth: &Truth, complete: impl Fn(&str) -> bool) -> Faulty {
    let mut faulty = Faulty::default();
    rows(dump, truth, &mut faulty);
    let texts = homes(truth);
    for thread in array(&dump["threads"]) {
        let phone = thread["phone"].as_str().unwrap_or("?");
        let Some(kept) = truth.get(phone) else {
            faulty.add(format!("a thread of {phone}, whom the backend does not know"));
            continue;
        };
        misrouted(phone, thread, &texts, &mut faulty);
        if complete(phone) {
            whole(phone, thread, &kept.messages, &mut faulty);
        }
    }
    for item in array(&dump["unrouted"]) {
        if item["reason"].as_str().is_none_or(str::is_empty) {
            faulty.add(format!("unrouted without a reason: {item}"));
        } else {
            faulty.add(format!("unrouted although its conversation is known by now: {item}"));
        }
    }
    faulty
}

fn rows(dump: &Value, truth: &Truth, faulty: &mut Faulty) {
    let rows = array(&dump["rows"]);
    for (phone, kept) in truth {
        let mut of_it = rows.iter().filter(|row| row["phone"] == phone.as_str());
        let (row, second) = (of_it.next(), of_it.next());
        let Some(row) = row else {
            faulty.add(format!("{phone} is not in the list"));
            continue;
        };
        if second.is_some() {
            faulty.add(format!("{phone} is in the list twice"));
        }
        // The backend's own list and its thread may differ in which of two messages of one second is the last.
        let last = kept.messages.last().map_or("", |message| &message.text);
        if row["preview"] != kept.preview.as_str() && row["preview"] != last {
            faulty.add(format!("{phone} shows {} in the list, not {:?} nor {last:?}", row["preview"], kept.preview));
        }
    }
}

/// Where each text belongs; texts of a scenario are unique.
fn homes(truth: &Truth) -> HashMap<&str, &str> {
    truth
        .iter()
        .flat_map(|(phone, kept)| kept.messages.iter().map(move |message| (message.text.as_str(), phone.as_str())))
        .collect()
}

fn misrouted(phone: &str, thread: &Value, homes: &HashMap<&str, &str>, faulty: &mut Faulty) {
    for message in array(&thread["messages"]) {
        let text = message["text"].as_str().unwrap_or_default();
        if let Some(home) = homes.get(text)
            && *home != phone
        {
            faulty.add(format!("MISROUTED: {text:?} of {home} stands in the thread of {phone}"));
        }
    }
}

fn whole(phone: &str, thread: &Value, stored: &[Stored], faulty: &mut Faulty) {
    let have: Vec<&Value> = array(&thread["messages"]).iter().filter(|message| message["id"].is_string()).collect();
    let count = |id: &str| have.iter().filter(|message| message["id"] == id).count();
    let mut names = 0;
    for message in stored {
        match count(&message.id) {
            0 => {
                faulty.add(format!("lost: {:?} of {phone} ({})", message.text, message.id));
                names += 1;
            }
            1 => {}
            times => faulty.add(format!("{times} times: {:?} of {phone}", message.text)),
        }
    }
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for message in array(&thread["messages"]) {
        *seen.entry(message["text"].as_str().unwrap_or_default()).or_default() += 1;
    }
    for (text, times) in seen.into_iter().filter(|(_, times)| *times > 1) {
        faulty.add(format!("shown {times} times: {text:?} of {phone}"));
    }
    if names == 0 && faulty.is_right() {
        let order: Vec<&str> = have.iter().filter_map(|message| message["id"].as_str()).collect();
        let wanted: Vec<&str> = stored.iter().map(|message| message.id.as_str()).collect();
        if order != wanted {
            let at = order.iter().zip(&wanted).position(|(one, other)| one != other).unwrap_or(order.len());
            faulty.add(format!(
                "another order in {phone} from {at} of {} on ({} here): {:?} where {:?} belongs",
                wanted.len(),
                order.len(),
                order.get(at),
                wanted.get(at)
            ));
        }
    }
    if thread["gaps"] != 0 {
        faulty.add(format!("{phone} has {} gaps", thread["gaps"]));
    }
    let latest = thread["latest"].as_str().unwrap_or_default();
    if latest != "done" {
        faulty.add(format!("the thread of {phone} is not here: {latest}"));
    }
}

/// A text that the agent sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// To whom.
    pub phone: String,
    /// What.
    pub text: String,
    /// It was on disk before the program was killed, or it was not killed.
    pub certain: bool,
}

/// The drafts that should be there.
pub fn drafts(expected: &HashMap<String, String>, dump: &Value) -> Faulty {
    let mut faulty = Faulty::default();
    for (phone, text) in expected {
        if dump["drafts"][phone] != text.as_str() {
            faulty.add(format!("the draft {text:?} for {phone} is {} now", dump["drafts"][phone]));
        }
    }
    faulty
}

/// What became of the texts that the agent sent: each stands in the backend's database once, waits in the outbox, or came
/// back to the composer. What was handed to the channel was handed over once.
pub fn fates(sent: &[Sent], truth: &Truth, dump: &Value, handed: &HashMap<String, u32>) -> Faulty {
    let mut faulty = Faulty::default();
    let mut waiting: Vec<&str> = array(&dump["outbox"]).iter().filter_map(|item| item["text"].as_str()).collect();
    // what came back stands above what was written meanwhile
    let drafts = dump["drafts"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str());
    waiting.extend(drafts.flat_map(str::lines));
    for Sent { phone, text, certain } in sent {
        let mut places = Vec::new();
        for (home, kept) in truth {
            places.extend(kept.messages.iter().filter(|message| message.text == *text).map(|_| home));
        }
        match places.as_slice() {
            [] if !certain || waiting.contains(&text.as_str()) => {}
            [] => faulty.add(format!("LOST: {text:?} to {phone}")),
            [home] if *home == phone => {}
            [home] => faulty.add(format!("MISROUTED: {text:?} to {phone} went to {home}")),
            more => faulty.add(format!("SENT TWICE: {text:?} to {phone} stands {} times", more.len())),
        }
        if let Some(times) = handed.get(text).filter(|times| **times > 1) {
            faulty.add(format!("SENT TWICE: {text:?} to {phone} was handed over {times} times"));
        }
    }
    faulty
}

/// The elements of an array; none where it is something else.
pub fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
