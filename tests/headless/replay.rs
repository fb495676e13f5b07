//! `tail --record` and `replay`: the same verdicts, offline; a private file without tokens; damage named with its line.

use std::collections::BTreeMap;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use crate::program::{Program, stdout};

/// What was decided about each event, by its number.
fn verdicts(lines: &str) -> BTreeMap<u64, (Value, Value, Value)> {
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines
        .filter(|line| line["event"].is_string())
        .map(|line| {
            (
                line["seq"].as_u64().expect("a number"),
                (line["event"].clone(), line["verdict"].clone(), line["rule"].clone()),
            )
        })
        .collect()
}

#[test]
fn a_recorded_run_replays_to_the_same_verdicts() {
    let program = Program::new();
    let file = program.path("run.ndjson");
    let tail = ["tail", "--demo", "--seed", "3", "--rate", "60", "--json", "--count", "40", "--record"];
    let live = verdicts(&stdout(program.command().args(tail).arg(&file)));
    assert!(live.len() >= 30, "{}", live.len());
    let replayed = verdicts(&stdout(program.command().arg("replay").arg(&file).arg("--headless")));
    for (seq, verdict) in &live {
        assert_eq!(replayed.get(seq), Some(verdict), "event {seq}");
    }
    let text = std::fs::read_to_string(&file).expect("the recording");
    assert!(!text.contains("eyJ"), "no token stands in it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).expect("the recording").permissions().mode() & 0o777, 0o600);
    }
    let cut: String = text.lines().take(20).map(|line| format!("{line}\n")).collect::<String>() + "{\"frame\":{";
    std::fs::write(&file, cut).expect("write");
    let damaged = program.command().arg("replay").arg(&file).arg("--headless").assert().code(1);
    damaged.stderr(contains("line 21").and(contains("was read")));
    program.command().args(["replay", "/nowhere", "--headless"]).assert().code(1).stderr(contains("/nowhere"));
}
