//! The file as a whole: the example against the types, mistakes, choice of profile, tokens, writing a profile.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::*;

fn load(text: &str) -> Result<Loaded, String> {
    Loaded::from_source(&Source::built_in("config.toml", text)).map_err(|error| error.to_string())
}

fn wrong(text: &str) -> String {
    load(text).expect_err("a mistake")
}

/// The example with every `# key = value` and `# [table]` made real.
fn example_uncommented() -> String {
    let real = |line: &str| -> bool {
        let name = |text: &str| {
            let text = text.trim().trim_matches('"');
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        (line.starts_with('[') && line.ends_with(']')) || line.split_once(" = ").is_some_and(|(key, _)| name(key))
    };
    EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| real(rest)).unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The keys that a table may have, as its type tells them when it meets an unknown one.
fn keys_of(table: &str) -> Vec<String> {
    let text = if table.is_empty() { "zzzzzzzzzzzz = 0".to_owned() } else { format!("[{table}]\nzzzzzzzzzzzz = 0") };
    let error = toml::from_str::<Config>(&text).expect_err("unknown key").message().to_owned();
    error.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect()
}

#[test]
fn the_example_has_every_key_and_no_other() {
    // At most one token may be set at a time, so each is tried alone.
    let text = example_uncommented();
    for kept in ["token", "token_env", "token_command", "token_file"] {
        let one: Vec<&str> =
            text.lines().filter(|line| !line.starts_with("token") || line.starts_with(&format!("{kept} = "))).collect();
        load(&one.join("\n")).expect("the example is valid");
    }
    let table: toml::Table = text.parse().expect("TOML");
    for name in ["", "notifications", "times", "mark_read", "history", "frames", "log", "view.urgent", "profile.acme"] {
        let keys = keys_of(name);
        assert!(!keys.is_empty(), "no keys are known of [{name}]");
        let here = name.split('.').filter(|part| !part.is_empty()).fold(&table, |table, part| {
            table.get(part).and_then(toml::Value::as_table).unwrap_or_else(|| panic!("[{name}] is not in the example"))
        });
        for key in keys {
            assert!(here.contains_key(&key), "`{key}` of [{name}] is not in the example");
        }
    }
}

#[test]
fn the_example_shows_the_real_defaults() {
    let shown: toml::Table = example_uncommented().parse().expect("TOML");
    let defaults = toml::Table::try_from(Config::default()).expect("TOML");
    let profile = toml::Table::try_from(Profile::new("https://chat.example.com".parse().expect("url"))).expect("TOML");
    let no_default = |key: &str| {
        let lines: Vec<&str> = EXAMPLE.lines().collect();
        let at = lines.iter().position(|line| line.starts_with(&format!("# {key} = "))).expect(key);
        lines[..at]
            .iter()
            .rev()
            .take_while(|line| line.starts_with('#') && !line.contains(" = "))
            .any(|line| line.contains("(no default)"))
    };
    let mut compared = 0;
    let mut compare = |shown: &toml::Table, defaults: &toml::Table, table: &str| {
        for (key, value) in shown {
            let tables = value.as_array().is_some_and(|all| all.iter().all(toml::Value::is_table));
            if (value.is_table() && key != "headers") || tables {
                continue;
            }
            match defaults.get(key) {
                Some(default) if key != "url" => assert_eq!(value, default, "`{key}` in [{table}]"),
                _ => assert!(no_default(key), "`{key}` in [{table}] has no default, and the example does not say so"),
            }
            compared += 1;
        }
    };
    compare(&shown, &defaults, "");
    for (name, value) in &shown {
        let section = name != "keys" && name != "profile";
        let tables = (value.as_table(), defaults.get(name).and_then(toml::Value::as_table));
        if let ((Some(shown), Some(defaults)), true) = (tables, section) {
            compare(shown, defaults, name);
        }
    }
    compare(shown["profile"]["acme"].as_table().expect("table"), &profile, "profile.acme");
    assert!(compared > 30, "{compared}");
}

#[test]
fn a_mistake_names_file_line_key_and_the_nearest() {
    assert_eq!(
        wrong("[profile.acme]\nurl = \"https://a.example\"\ntrasport = \"polling\"\n"),
        "config.toml:3:1: unknown key `trasport` in [profile.acme], did you mean `transport`?"
    );
    assert_eq!(
        wrong("[notifications]\nbell = \"yes\"\n"),
        "config.toml:2:8: `bell` in [notifications] must be a boolean, not string \"yes\""
    );
    assert_eq!(
        wrong("[profile.acme]\nurl = \"https://a.example\"\ntransport = \"ws\"\n"),
        "config.toml:3:13: `transport` in [profile.acme] cannot be \"ws\"; use `auto`, `websocket`, `polling`, `rust_socketio`"
    );
    assert_eq!(wrong("\n[profile.acme]\nline = \"1\"\n"), "config.toml:2:1: `url` is missing in [profile.acme]");
    assert_eq!(
        wrong("default_profile = \"acmee\"\n[profile.acme]\nurl = \"https://a.example\"\n"),
        "config.toml:1:19: there is no profile `acmee`, did you mean `acme`?"
    );
    assert_eq!(wrong("[frames]\nssh = 0\n"), "config.toml:2:7: `ssh` in [frames] must be from 1 to 240, not 0");
    assert!(
        wrong("[profile.acme]\nurl = \"not an address\"\n").starts_with("config.toml:2:7: `url` in [profile.acme]")
    );
    assert!(wrong("theme = \n").starts_with("config.toml:1:"));
}

#[test]
fn rules_of_notifications_are_checked_with_their_place() {
    let rule = |text: &str| {
        wrong(&format!("[notifications]\nbell = false\n[[notifications.rule]]\nview = \"mine\"\n{text}\n"))
    };
    let second = "[[notifications.rule]]";
    assert_eq!(
        rule(&format!("{second}\nview = \"unred\"")),
        "config.toml:6:8: there is no view `unred`, did you mean `unread`?"
    );
    assert_eq!(
        rule(&format!("{second}\nlabels = \"vip\"")),
        "config.toml:6:1: unknown key `labels` in [notifications.rule], did you mean `label`?"
    );
    assert!(rule(&format!("{second}\nprofile = \"acme\"")).starts_with("config.toml:6:11: there is no profile `acme`"));
    let quiet = wrong("[notifications]\nquiet = \"22-7\"\n");
    assert_eq!(
        quiet,
        "config.toml:2:9: `quiet` in [notifications]: \"22-7\" is not from one time of day to another, such as \"22:00-07:00\""
    );
    let loaded = load("[[notifications.rule]]\nview = \"vip\"\neven_quiet = true\n[view.vip]\nlabels = [\"vip\"]\n");
    assert_eq!(loaded.expect("right").config.notifications.rules.len(), 1);
}

#[test]
fn views_are_checked_by_name() {
    assert_eq!(wrong("first_view = \"mien\"\n"), "config.toml:1:14: there is no view `mien`, did you mean `mine`?");
    assert!(wrong("[view.mine]\n").starts_with("config.toml:1:7: `mine` is the name of a view"));
    assert!(wrong("[view.vip]\nlabel = \"x\"\n").contains("did you mean `labels`?"));
    let loaded = load("first_view = \"vip\"\n[view.vip]\nlabels = [\"vip\"]\nsort = \"waiting\"\n").expect("right");
    assert_eq!(loaded.config.views["vip"].sort, ViewSort::Waiting);
}

#[test]
fn plain_http_is_refused_in_words_unless_it_is_allowed() {
    let error = wrong("[profile.acme]\nurl = \"http://chat.example.test\"\n");
    assert!(
        error.starts_with("config.toml:2:7: `url` in [profile.acme]: http://chat.example.test/ is plain http"),
        "{error}"
    );
    load("[profile.acme]\nurl = \"http://chat.example.test\"\nallow_plain_http = true\n").expect("allowed");
}

#[test]
fn a_secret_never_stands_in_an_error() {
    for text in ["token = 12345", "headers = { a = 12345 }", "headers = 12345", "token = [12345]", "tokn = 12345"] {
        let error = wrong(&format!("[profile.acme]\nurl = \"https://a.example\"\n{text}\n"));
        assert!(!error.contains("12345"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_secret_in_a_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().expect("directory");
    let paths = Paths::under(root.path());
    let text = "[profile.acme]\nurl = \"https://a.example\"\ntoken = \"s3cret\"\n";
    write_private(&paths.config_file(), text.as_bytes()).expect("write");
    Loaded::load(&paths, None).expect("private");
    std::fs::set_permissions(paths.config_file(), std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let error = Loaded::load(&paths, None).expect_err("exposed").to_string();
    assert!(error.contains("config.toml:3:1:") && error.contains("644") && !error.contains("s3cret"), "{error}");
}

#[test]
fn without_a_file_everything_has_its_default() {
    let root = tempfile::tempdir().expect("directory");
    let paths = Paths::under(root.path());
    let loaded = Loaded::load(&paths, None).expect("defaults");
    assert_eq!(loaded.file, None);
    assert_eq!(loaded.config.frames, Frames { local: 60, ssh: 30 });
    assert!(loaded.choose(None, None).expect("no profile").is_none());
    let missing = Loaded::load(&paths, Some(Path::new("/nowhere/config.toml"))).expect_err("named, and not there");
    assert!(missing.to_string().starts_with("cannot read /nowhere/config.toml: "), "{missing}");
}

#[test]
fn paths_are_relative_to_the_file_or_to_the_home_directory() {
    let root = tempfile::tempdir().expect("directory");
    let paths = Paths::under(root.path());
    let text = "[log]\nfile = \"run.log\"\n[profile.a]\nurl = \"https://a.example\"\ntoken_file = \"~/secrets/a\"\n\
                ca_file = \"/etc/ca.pem\"\n";
    write_private(&paths.config_file(), text.as_bytes()).expect("write");
    let config = Loaded::load(&paths, None).expect("right").config;
    assert_eq!(config.log.file, Some(paths.config.join("run.log")));
    let profile = &config.profiles["a"];
    assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
    let token_file = profile.token_file.clone().expect("token_file");
    assert!(token_file.is_absolute() && token_file.ends_with("secrets/a"), "{}", token_file.display());
}

#[test]
fn the_profile_is_chosen_by_address_name_default_or_because_it_is_alone() {
    let url = |text: &str| text.parse::<url::Url>().expect(text);
    let name = |loaded: &Loaded, name: Option<&str>, url: Option<&url::Url>| {
        loaded.choose(name, url).map(|chosen| chosen.map(|chosen| chosen.name)).map_err(|error| error.to_string())
    };
    let one = load("[profile.a]\nurl = \"https://a.example\"\n").expect("one");
    assert_eq!(name(&one, None, None), Ok(Some("a".to_owned())));
    assert_eq!(name(&one, Some("b"), None), Err("there is no profile `b`, did you mean `a`?".to_owned()));
    let two =
        "[profile.alpha]\nurl = \"https://a.example\"\n[profile.beta]\nurl = \"https://b.example\"\nline = \"7\"\n";
    let several = load(two).expect("two");
    assert_eq!(
        name(&several, None, None),
        Err("which profile? There is alpha, beta: name one with --profile, or set `default_profile`".to_owned())
    );
    let default = load(&format!("default_profile = \"beta\"\n{two}")).expect("default");
    assert_eq!(name(&default, None, None), Ok(Some("beta".to_owned())));
    assert_eq!(name(&default, Some("alpha"), None), Ok(Some("alpha".to_owned())));
    assert_eq!(name(&default, None, Some(&url("https://a.example"))), Ok(Some("alpha".to_owned())));
    assert_eq!(name(&default, None, Some(&url("http://localhost:5050"))), Ok(Some("local-5050".to_owned())));
    let refused = name(&default, None, Some(&url("http://c.example"))).expect_err("plain http");
    assert!(refused.starts_with("--url: http://c.example/ is plain http"), "{refused}");
}

#[test]
fn another_address_gets_none_of_a_profiles_secrets() {
    let text = "[profile.a]\nurl = \"https://a.example\"\ntoken = \"t\"\nheaders = { k = \"v\" }\n";
    let elsewhere = "https://evil.example".parse().expect("url");
    let chosen = load(text).expect("one").choose(Some("a"), Some(&elsewhere)).expect("chosen").expect("some");
    assert!(chosen.profile.token.is_none() && chosen.profile.headers.is_empty());
    assert_ne!(chosen.name, "a");
}

fn chosen(extra: &str) -> Chosen {
    let text = format!("[profile.acme]\nurl = \"https://a.example\"\n{extra}\n");
    load(&text).expect("profile").choose(None, None).expect("chosen").expect("some")
}

#[tokio::test]
async fn the_token_comes_from_the_first_source_that_has_one() {
    let root = tempfile::tempdir().expect("directory");
    let paths = Paths::under(root.path());
    let nothing = |_: &str| None;
    let text = |token: Token| token.secret.expose_secret().to_owned();
    let missing = find_token(&chosen(""), &paths, None, nothing).await.expect_err("none");
    assert!(missing.to_string().starts_with("no token for the profile `acme`: run `switchboard login`"), "{missing}");
    store_token(&paths, "acme", &"stored".into()).expect("store");
    assert_eq!(text(find_token(&chosen(""), &paths, None, nothing).await.expect("stored")), "stored");
    let file = root.path().join("file");
    write_private(&file, b"Bearer filed\n").expect("write");
    let filed = chosen(&format!("token_file = {:?}", file.display().to_string()));
    assert_eq!(text(find_token(&filed, &paths, None, nothing).await.expect("file")), "filed");
    let command = chosen("token_command = \"echo ' told '\"");
    assert_eq!(text(find_token(&command, &paths, None, nothing).await.expect("command")), "told");
    let var = |name: &str| (name == "ACME").then(|| "own".to_owned());
    let by_env = chosen("token_env = \"ACME\"");
    assert_eq!(text(find_token(&by_env, &paths, None, var).await.expect("env")), "own");
    let var = |name: &str| (name == TOKEN_VARIABLE).then(|| "general".to_owned());
    assert_eq!(text(find_token(&command, &paths, None, var).await.expect("env")), "general");
    assert_eq!(text(find_token(&command, &paths, Some(&file), var).await.expect("argument")), "filed");
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().expect("directory");
    let paths = Paths::under(root.path());
    store_token(&paths, "acme", &"stored".into()).expect("store");
    let file = paths.token_file("acme");
    assert_eq!(std::fs::metadata(&file).expect("metadata").permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o604)).expect("chmod");
    let error = find_token(&chosen(""), &paths, None, |_| None).await.expect_err("exposed").to_string();
    assert!(error.contains("mode 604") && error.contains("chmod 600"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_command_that_fails_is_quoted() {
    let run = |command: &'static str| run_token_command("acme", command, Duration::from_secs(20));
    let error = run("echo locked >&2; exit 3").await.expect_err("fails").to_string();
    assert_eq!(error, "`token_command` of the profile `acme` ended with exit status: 3: locked");
    let error = run("true").await.expect_err("prints nothing").to_string();
    assert_eq!(error, "`token_command` holds no token");
    let slow = run_token_command("acme", "exec sleep 100", Duration::from_millis(1)).await.expect_err("slow");
    assert!(slow.to_string().contains("took longer than"), "{slow}");
}

#[test]
fn a_profile_is_written_and_the_rest_of_the_file_stays() {
    let root = tempfile::tempdir().expect("directory");
    let file = root.path().join("config/config.toml");
    let url: url::Url = "https://chat.example.com/".parse().expect("url");
    save_profile(
        &file,
        "chat-example-com",
        &url,
        "a@example.com",
        Some("77"),
        None,
        &std::collections::BTreeMap::new(),
    )
    .expect("first");
    let text = std::fs::read_to_string(&file).expect("read");
    assert_eq!(
        text,
        "default_profile = \"chat-example-com\"\n\n[profile.chat-example-com]\nurl = \"https://chat.example.com/\"\n\
         email = \"a@example.com\"\naccount = \"77\"\n"
    );
    let mine = "# mine\ntheme = \"dark\" # at night\n\n[profile.acme] # work\nurl = \"https://old.example/\" # old\n\
                line = \"5\"\n\n[frames]\nssh = 10 # slow line\n";
    std::fs::write(&file, mine).expect("write");
    save_profile(&file, "acme", &url, "a@example.com", None, None, &std::collections::BTreeMap::new()).expect("second");
    let text = std::fs::read_to_string(&file).expect("read");
    assert_eq!(
        text,
        "# mine\ntheme = \"dark\" # at night\n\n[profile.acme] # work\nurl = \"https://chat.example.com/\" # old\n\
         line = \"5\"\nemail = \"a@example.com\"\n\n[frames]\nssh = 10 # slow line\n"
    );
}

#[test]
fn a_file_with_a_mistake_is_not_touched() {
    let root = tempfile::tempdir().expect("directory");
    let file = root.path().join("config.toml");
    std::fs::write(&file, "thme = \"dark\"\n").expect("write");
    let url: url::Url = "https://chat.example.com/".parse().expect("url");
    let error = save_profile(&file, "acme", &url, "a@example.com", None, None, &std::collections::BTreeMap::new())
        .expect_err("a mistake");
    assert!(error.to_string().contains("did you mean `theme`?"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "thme = \"dark\"\n");
}
