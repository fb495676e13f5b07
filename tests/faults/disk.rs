//! A disk that is full: the cache stops growing, which is said, and everything else goes on.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::house::{House, phone};
use crate::seat::{PATIENCE, Seat};
use crate::verdict::{Sent, array, compare, fates};

/// Pages of 4 KiB that the disk has room for: more than the empty store, less than what will be written.
const PAGES: u32 = 80;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_costs_no_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(house) = House::contract("current", 3) else { return };
    let url = format!("http://127.0.0.1:{}", house.port());
    let mut seat = Seat::start_with(&url, &house.token(), folder.path(), Some(PAGES));
    seat.live().await;
    seat.ask(json!({ "do": "open", "phone": phone(0) })).await;
    let until = Instant::now() + PATIENCE;
    let mut written = 0;
    while seat.troubles().is_empty() {
        assert!(Instant::now() < until, "{written} long messages fit on {PAGES} pages");
        written += 1;
        let text = format!("in {written} {}", "x".repeat(3_000));
        house.inbound(&phone(written % 3), &format!("wamid.FULL.{written}"), &text).await;
        seat.dump().await;
    }
    let said = seat.troubles().join("; ");
    assert!(said.contains("full"), "{said}");
    let mut sent = Vec::new();
    for number in 0..9 {
        let (phone, text) = (phone(number % 3), format!("out {number}"));
        let answer = seat.ask(json!({ "do": "send", "phone": phone, "text": text })).await;
        assert_eq!(answer["taken"], true);
        sent.push(Sent { phone, text, certain: true });
    }
    loop {
        let (truth, dump) = (house.truth().await, seat.dump().await);
        let open = dump["open"].as_str().map(str::to_owned);
        let stored = |sent: &Sent| truth[&sent.phone].messages.iter().any(|message| message.text == sent.text);
        let all = sent.iter().all(stored) && array(&dump["outbox"]).is_empty();
        let wrong = fates(&sent, &truth, &dump, &house.handed());
        let shown = compare(&dump, &truth, |_| false);
        if all && wrong.is_right() && shown.is_right() && open.is_some() {
            return;
        }
        assert!(Instant::now() < until + PATIENCE, "{wrong:#?} {shown:#?} {:#}", dump["outbox"]);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
