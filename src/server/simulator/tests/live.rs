use super::super::event::Step;
use super::super::live::Shared;
use super::*;
use crate::server::channel::{Outbound, OutboundContent};
use crate::server::db::status::DeliveryStatus;

#[tokio::test(start_paused = true)]
async fn nothing_is_due_until_something_is_sent_and_then_it_comes_at_its_time() {
    let demo = demo();
    let shared = Shared::new(Arc::clone(&demo), plan(1, 0.0));
    assert!(shared.next_due().is_none() && shared.take_due().is_none());

    let customer = &with(&demo, "Zoe").customer;
    let content = OutboundContent::Text { body: "Hello".to_owned() };
    let (line, to) = (demo.lines[customer.line].id.clone(), customer.address.clone());
    let wamid = shared.send(&Outbound { line, to, content, context: None }).unwrap();
    let mut reached = Vec::new();
    while let Some(due) = shared.next_due() {
        assert!(shared.take_due().is_none(), "before its time");
        tokio::time::sleep_until(due).await;
        match shared.take_due() {
            Some(Event::Status(progress)) if progress.wamid == wamid => reached.push(progress.step),
            other => panic!("{other:?}"),
        }
    }
    use DeliveryStatus::{Delivered, Read, Sent};
    assert_eq!(reached, [Sent, Delivered, Read].map(Step::Reached));
}
