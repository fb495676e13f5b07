//! The program under faults: a proxy of ours cuts, freezes, delays, drops, doubles, reorders and truncates; server and
//! client are killed; clocks jump. Afterwards nothing may be lost, doubled, misrouted or sent twice.
//!
//! The short form runs with all other tests. The long one prints its figures:
//! `cargo test --release --test faults long -- --ignored --nocapture`; `FAULTS_SEEDS=7,8` chooses the seeds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what fails here fails the test"
)]

mod channel;
mod client;
#[path = "../peers/contract.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod contract;
mod disk;
mod dump;
mod figures;
mod frames;
mod house;
#[path = "../peers/mod.rs"]
mod peers;
mod proxy;
#[path = "../inbox/residue.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod residue;
mod roles;
mod scenario;
mod screen;
mod seat;
#[path = "../inbox/terminal.rs"]
#[allow(dead_code, reason = "shared by several test binaries, none of which uses all of it")]
mod terminal;
mod verdict;

use figures::Figures;
use scenario::{Plan, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_against_our_own_server() {
    let plan = Plan { seed: 1, era: None, conversations: 6, faults: 17, actions: 6 };
    println!("{}", run(plan).await.expect("our own server needs nothing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_where_ids_differ() {
    let plan = Plan { seed: 2, era: Some("mismatch"), conversations: 6, faults: 17, actions: 6 };
    if let Some(figures) = run(plan).await {
        println!("{figures}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes many minutes; prints its figures"]
async fn long() {
    let seeds = std::env::var("FAULTS_SEEDS").unwrap_or_else(|_| "11,12,13,14,15,16".to_owned());
    let mut all = Figures::default();
    for seed in seeds.split(',').map(|seed| seed.trim().parse::<u64>().expect("seeds are numbers")) {
        let era = [None, Some("mismatch"), None, Some("current"), None, Some("composite")][(seed % 6) as usize];
        let plan = Plan { seed, era, conversations: 10, faults: 68, actions: 16 };
        println!("seed {seed}, {}", era.unwrap_or("our own server"));
        if let Some(figures) = run(plan).await {
            println!("{figures}");
            all.add(figures);
        }
    }
    println!("all together:\n{all}");
}
