mod assets;
mod envelopes;
mod live;
mod running;
mod sending;
mod whole;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::dice::Dice;
use super::event::Event;
use super::plan::Plan;
use super::script::{Conversation, Demo};
use super::{media, parse};

fn demo() -> Arc<Demo> {
    static DEMO: LazyLock<Arc<Demo>> = LazyLock::new(|| Arc::new(parse::embedded().unwrap()));
    Arc::clone(&DEMO)
}

fn plan(seed: u64, rate: f64) -> Plan {
    Plan::new(demo(), Dice(seed), rate, false)
}

/// The first `count` events, whenever they happen.
fn events(plan: &mut Plan, count: usize) -> Vec<(Duration, Event)> {
    std::iter::from_fn(|| plan.pop(Duration::MAX)).take(count).collect()
}

/// The conversation with this customer.
fn with<'a>(demo: &'a Demo, name: &str) -> &'a Conversation {
    demo.conversations.iter().find(|conversation| conversation.customer.name == name).unwrap()
}
