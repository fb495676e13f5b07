//! Dialects on the command line: listed, shown, checked with their place, found by probing.

use std::fs;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::backend::Backend;
use crate::program::{Program, stdout};

#[test]
fn dialects_are_listed_and_shown_and_ones_own_go_before() {
    let program = Program::new();
    let list = stdout(program.command().args(["dialect", "list"]));
    for name in ["reference", "whaticket", "evolution-api"] {
        assert!(list.lines().any(|line| line.starts_with(name)), "{list}");
    }
    let shown = stdout(program.command().args(["dialect", "show", "ticketz"]));
    assert!(shown.contains("extends = \"whaticket\""), "{shown}");
    program.command().args(["dialect", "show", "nonsense"]).assert().code(64).stderr(contains("there is reference"));

    fs::create_dir_all(program.path("config/dialects")).unwrap();
    let own = "name = \"reference\"\nextends = \"reference\"\nabout = \"ours, with a proxy\"\n[connection]\nprefix = \"/chat\"\n";
    fs::write(program.path("config/dialects/reference.toml"), own).unwrap();
    let list = stdout(program.command().args(["dialect", "list"]));
    assert!(list.contains("ours, with a proxy") && list.contains("reference.toml"), "{list}");
    assert_eq!(list.matches("\nreference").count() + usize::from(list.starts_with("reference")), 1, "{list}");
}

#[test]
fn a_mistake_has_its_line_and_its_pointer() {
    let program = Program::new();
    let file = program.path("mine.toml");
    let check = |text: &str| {
        fs::write(&file, text).unwrap();
        let mut command = program.command();
        command.args(["dialect", "check"]).arg(&file);
        command
    };
    let good = "name = \"mine\"\nextends = \"reference\"\nabout = \"x\"\n";
    check(good).assert().success().stdout(contains("mine.toml is right"));
    check("name = \n").assert().code(64).stderr(contains("mine.toml:1:"));
    let pointer = format!("{good}[conversation]\n# the name\ncustomer = \"userName\"\n");
    check(&pointer)
        .assert()
        .code(64)
        .stderr(contains("mine.toml:6:1").and(contains("no JSON pointer")).and(contains("/conversation/customer")));
    let unknown = format!("{good}[thread]\nordre = \"ascending\"\n");
    check(&unknown).assert().code(64).stderr(contains("mine.toml:5:1").and(contains("did you mean `order`?")));
    let variable = format!("{good}[list]\npath = \"/api/{{tenant}}/conversations\"\n");
    check(&variable)
        .assert()
        .code(64)
        .stderr(contains("mine.toml:5:1").and(contains("{tenant}")).and(contains("/list/path")));
    let join = format!("{good}[socket]\njoin = {{ event = \"join\" }}\n[connection]\nengine = 3\n");
    check(&join).assert().code(64).stderr(contains("engine").and(contains("3")));
    let status = format!("{good}[[events]]\nnames = [\"ack\"]\nkind = \"status\"\n");
    check(&status).assert().code(64).stderr(contains("/events/0").and(contains("message_ids")));
    check("name = \"a\"\nextends = \"b\"\n").assert().code(64).stderr(contains("`b` is not known; there is"));
    let asks = "name = \"mine\"\nextends = \"ticketz\"\nabout = \"x\"\n";
    check(asks).assert().success().stdout(contains("it asks for the variable `companyId`"));
}

#[test]
fn what_a_file_may_say_is_printed() {
    let program = Program::new();
    let schema = stdout(program.command().args(["dialect", "schema"]));
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["title"], "Switchboard dialect");
    assert!(schema["properties"]["conversation"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn probing_finds_the_dialect_and_proposes_one() {
    let backend = Backend::start().await;
    let mut command = backend.command();
    command.args(["dialect", "probe", &backend.server.url(), "--listen", "2"]);
    let found = stdout(&mut command);
    assert!(found.contains("switchboard fits best"), "{found}");
    assert!(found.contains("the socket: live"), "{found}");
    let (_, proposed) = found.split_once("# A dialect to begin with").expect("a proposal");
    let file = backend.program.path("proposed.toml");
    fs::write(&file, format!("# {proposed}")).unwrap();
    backend.command().args(["dialect", "check"]).arg(&file).assert().success();
}

#[test]
fn an_address_where_nobody_answers_is_told() {
    let program = Program::new();
    program.configure("[profile.gone]\nurl = \"http://127.0.0.1:9/\"\ntoken_env = \"THE_TOKEN\"\n");
    program
        .command()
        .env("THE_TOKEN", "x")
        .args(["dialect", "probe", "http://127.0.0.1:9/", "--listen", "0"])
        .assert()
        .code(5)
        .stderr(contains("127.0.0.1:9"));
}
