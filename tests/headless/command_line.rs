//! Arguments, exit codes, configuration, keys, completions, man page.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty, starts_with};

use crate::program::{Program, stdout};

#[test]
fn help_and_version_succeed_and_wrong_arguments_are_64() {
    let program = Program::new();
    program.command().arg("--help").assert().success().stdout(contains("Exit codes:")).stderr(is_empty());
    program.command().arg("--version").assert().success().stdout(starts_with("switchboard "));
    program.command().arg("--nonsense").assert().code(64).stdout(is_empty()).stderr(contains("--nonsense"));
    program.command().arg("kyes").assert().code(64).stderr(contains("keys"));
}

#[test]
fn a_mistake_in_the_configuration_has_its_place() {
    let program = Program::new();
    program.configure("theme = \"dark\"\n\n[profile.acme]\nurl = \"https://a.example\"\ntrasport = \"polling\"\n");
    program.command().arg("keys").assert().code(64).stdout(is_empty()).stderr(
        starts_with("switchboard: ")
            .and(contains("config.toml:5:1: unknown key `trasport` in [profile.acme], did you mean `transport`?")),
    );
    program.configure("[keys.list]\nx = \"dwon\"\n");
    program.command().arg("keys").assert().code(64).stderr(contains("config.toml:2:5: unknown action `dwon`"));
    program.configure("theme = \"drak\"\n");
    program.command().args(["config", "check"]).assert().code(64).stderr(contains("did you mean `dark`?"));
    program.configure("[profile.acme]\nurl = \"https://a.example\"\n");
    program.command().args(["config", "check"]).assert().success().stdout(contains("is right; profiles: acme"));
    program.command().args(["--config", "/nowhere/c.toml", "keys"]).assert().code(64).stderr(contains("cannot read"));
}

#[test]
fn the_example_is_a_configuration() {
    let program = Program::new();
    let example = stdout(program.command().args(["config", "example"]));
    assert_eq!(example, switchboard::config::EXAMPLE);
    program.configure(&example);
    program.command().args(["config", "check"]).assert().success();
    program.command().args(["config", "path"]).assert().success().stdout(contains("config.toml"));
}

#[test]
fn keys_are_printed_in_each_format_with_the_users_own() {
    let program = Program::new();
    let text = stdout(program.command().arg("keys"));
    assert!(text.contains("In the composer [keys.composer]\n  Enter                  send "), "{text}");
    program.configure("[keys.browse]\n\"g u\" = \"next-unread\"\n\"g\" = \"unbind\"\nu = \"unbind\"\n");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(program.command().args(["keys", "--format", "json"]))).expect("JSON");
    let browse =
        json.as_array().expect("array").iter().find(|row| row["action"] == "next-unread" && row["context"] == "browse");
    assert_eq!(browse.expect("next-unread")["keys"], serde_json::json!(["g u"]));
    program.command().args(["keys", "--format", "md"]).assert().success().stdout(contains("| `g u` | `next-unread` |"));
}

/// The README shows the keys between two markers; it must show those of the program.
#[test]
fn the_readme_shows_the_keys_of_the_program() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md");
    let shown = readme
        .split_once("<!-- keys -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- /keys -->"))
        .map(|(table, _)| table.trim())
        .expect("the markers");
    let printed = stdout(Program::new().command().args(["keys", "--format", "md"]));
    assert_eq!(shown, printed.trim(), "put the output of `switchboard keys --format md` between the markers");
}

#[test]
fn completions_and_man_pages_are_made() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(program.command().args(["completions", shell]));
        assert!(script.contains("switchboard") && script.contains("login"), "{shell}");
    }
    program.command().arg("man").assert().success().stdout(contains(".TH switchboard").and(contains("login")));
    let directory = program.path("man");
    std::fs::create_dir(&directory).expect("directory");
    program.command().arg("man").arg("--directory").arg(&directory).assert().success();
    assert!(directory.join("switchboard-login.1").is_file());
}

/// What packages install is in `assets`; it must be what the program makes.
#[test]
fn the_package_has_the_man_pages_and_completions_of_the_program() {
    let program = Program::new();
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let read = |folder: &std::path::Path| -> std::collections::BTreeMap<String, String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let name = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        entries.map(|entry| (name(&entry), std::fs::read_to_string(entry.path()).expect("a file"))).collect()
    };
    let made = program.path("pages");
    program.command().arg("man").arg("--directory").arg(&made).assert().success();
    let (made, kept) = (read(&made), read(&assets.join("man")));
    let mend = "run `switchboard man --directory assets/man` (after emptying it)";
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "{mend}");
    for (name, page) in &made {
        assert!(kept[name] == *page, "assets/man/{name} is not what the program writes: {mend}");
    }
    for (shell, file) in [
        ("bash", "switchboard.bash"),
        ("zsh", "_switchboard"),
        ("fish", "switchboard.fish"),
        ("powershell", "_switchboard.ps1"),
    ] {
        let script = stdout(program.command().args(["completions", shell]));
        let kept = std::fs::read_to_string(assets.join("completions").join(file)).unwrap_or_default();
        assert!(script == kept, "run `switchboard completions {shell} > assets/completions/{file}`");
    }
}

/// What is needed to build and to install is in the package, and nothing that is only ours.
#[test]
fn the_package_is_whole() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8_lossy(&listed.stdout).replace('\\', "/");
    let files: Vec<&str> = listed.lines().collect();
    for needed in [
        "Cargo.lock",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "CHANGELOG.md",
        "config.example.toml",
        "assets/keymap.toml",
        "assets/themes/dark.toml",
        "assets/dialects/reference.toml",
        "assets/man/switchboard.1",
        "assets/man/switchboard-config.5",
        "assets/completions/_switchboard",
        "assets/pictures/inbox.svg",
        "src/store/migrations/0001_store.sql",
    ] {
        assert!(files.contains(&needed), "{needed} is not in the package");
    }
    for file in files {
        let ours = [".ci/", "target/", ".github/"].iter().any(|folder| file.starts_with(folder));
        assert!(!ours && !file.contains("node_modules") && !file.ends_with(".snap.new"), "{file} is in the package");
    }
}

#[test]
fn the_log_goes_to_its_file_only() {
    let program = Program::new();
    let log = program.path("logs/run.log");
    program.command().arg("keys").arg("--log").arg(&log).assert().success().stderr(is_empty());
    let written: Vec<_> =
        program.files().into_iter().filter(|(path, _)| path.starts_with(program.path("logs"))).collect();
    assert_eq!(written.len(), 1);
    assert!(written[0].0.to_string_lossy().contains("run.log."), "{:?}", written[0].0);
    assert!(written[0].1.contains("started"), "{}", written[0].1);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let program = Program::new();
    let mut command = Command::new(program.command().get_program());
    for (name, value) in program.command().get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let mut child =
        command.args(["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// The sources below a folder, one after the other.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.push_str(&sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    all
}

#[test]
fn every_test_that_the_page_for_agents_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/inbox.md")).unwrap();
    let all = sources(&root.join("src")) + &sources(&root.join("tests"));
    let is_test =
        |name: &&str| name.matches('_').count() > 2 && name.chars().all(|c| c == '_' || c.is_ascii_lowercase());
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 40, "{}", named.len());
    let missing: Vec<&&str> = named.iter().filter(|name| !all.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "docs/inbox.md names tests that are not there: {missing:?}");
}
