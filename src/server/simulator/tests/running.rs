use std::collections::BTreeSet;

use super::super::event::Incoming;
use super::super::script::Content;
use super::*;

fn messages(events: &[(Duration, Event)]) -> Vec<(Duration, &Incoming)> {
    events
        .iter()
        .filter_map(|(at, event)| match event {
            Event::Message(message) => Some((*at, message.as_ref())),
            _ => None,
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another_one() {
    let one = events(&mut plan(7, 1.0), 2000);
    assert_eq!(one, events(&mut plan(7, 1.0), 2000));
    assert_ne!(one, events(&mut plan(8, 1.0), 2000));
}

#[test]
fn a_run_after_another_says_the_same_under_other_ids() {
    let (mut first, mut second) = (plan(7, 1.0), plan(7, 1.0));
    second.resume(500);
    let (first, second) = (events(&mut first, 500), events(&mut second, 500));
    let (first, second) = (messages(&first), messages(&second));
    let ids: BTreeSet<_> = first.iter().chain(&second).map(|(_, message)| &message.wamid).collect();
    assert_eq!(ids.len(), first.len() + second.len());
    assert!(first.iter().map(|(at, one)| (at, &one.content)).eq(second.iter().map(|(at, one)| (at, &one.content))));
}

#[test]
fn events_come_in_order_and_no_id_comes_twice() {
    let run = events(&mut plan(3, 1.0), 6000);
    assert!(run.is_sorted_by_key(|(at, _)| *at));
    let messages = messages(&run);
    let ids: BTreeSet<_> = messages.iter().map(|(_, message)| &message.wamid).collect();
    assert_eq!(ids.len(), messages.len());
}

#[test]
fn every_type_that_customers_send_comes_by_itself() {
    let run = events(&mut plan(1, 1.0), 12_000);
    let kinds: BTreeSet<_> = messages(&run).iter().map(|(_, message)| message.content.kind()).collect();
    let scripted: BTreeSet<_> = media::said(&demo()).map(|said| said.content.kind()).collect();
    let missing: Vec<_> = scripted.difference(&kinds).copied().collect();
    // A change of number would end the conversation that it comes in: history only. Templates are the agents'.
    assert_eq!(missing, ["system", "template"]);
}

#[test]
fn the_rate_is_a_message_every_four_seconds_times_the_factor() {
    for (rate, least, most) in [(1.0, 200, 360), (10.0, 2000, 3600), (0.5, 100, 180)] {
        let mut plan = plan(5, rate);
        let mut count = 0;
        while let Some((_, event)) = plan.pop(Duration::from_secs(1000)) {
            count += usize::from(matches!(event, Event::Message(_)));
        }
        assert!((least..most).contains(&count), "rate {rate}: {count}");
    }
}

#[test]
fn at_rate_nought_nothing_is_due() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut plan = plan(1, rate);
        assert_eq!((plan.due(), plan.pop(Duration::MAX)), (None, None));
    }
}

#[test]
fn what_is_due_is_popped_at_that_time_and_not_before() {
    let mut plan = plan(2, 1.0);
    for _ in 0..200 {
        let due = plan.due().unwrap();
        assert_eq!(plan.pop(due - Duration::from_nanos(1)), None);
        // A wave may only announce an event for a little later.
        if let Some((at, _)) = plan.pop(due) {
            assert_eq!(at, due);
        }
    }
}

#[test]
fn a_quiet_start_is_quiet() {
    let mut plan = Plan::new(demo(), Dice(1), 10.0, true);
    assert_eq!(plan.pop(Duration::from_secs(29)), None);
    assert!(plan.pop(Duration::from_secs(40)).is_some());
}

#[test]
fn strangers_appear_and_one_came_by_an_advertisement_but_not_without_end() {
    let mut plan = plan(4, 1.0);
    let before = plan.population();
    let run = events(&mut plan, 30_000);
    let newcomers = demo().newcomers.len();
    assert!(plan.population() > before + newcomers, "{}", plan.population());
    assert!(plan.population() <= before + newcomers + 60);
    assert_eq!(messages(&run).iter().filter(|(_, message)| message.referral.is_some()).count(), 1);
}

#[test]
fn typing_comes_before_the_text_and_ends_with_it() {
    let run = events(&mut plan(6, 1.0), 3000);
    let mut typing = BTreeSet::new();
    let mut seen = 0;
    for (_, event) in &run {
        match event {
            Event::Typing { customer, typing: true } => assert!(typing.insert(customer.address.clone())),
            Event::Typing { customer, typing: false } => assert!(typing.remove(&customer.address)),
            Event::Message(message) => {
                assert!(!typing.contains(&message.customer.address));
                seen += usize::from(matches!(message.content, Content::Text(_)));
            }
            Event::Status(_) => {}
        }
    }
    assert!(seen > 500, "{seen}");
}
