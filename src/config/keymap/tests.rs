use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

fn press(text: &str) -> Vec<KeyCombination> {
    text.parse::<KeySequence>().expect("keys").keys().to_vec()
}

fn with_user(text: &str) -> Result<Keymap, String> {
    let source = Source::built_in("config.toml", text);
    #[derive(serde::Deserialize)]
    struct File {
        keys: RawKeys,
    }
    let file: File = source.parse().map_err(|error| error.to_string())?;
    Keymap::built_in().expect("default keymap").with_user(&source, &file.keys).map_err(|error| error.to_string())
}

#[test]
fn the_default_keymap_reaches_every_action() {
    let keymap = Keymap::built_in().expect("default keymap");
    for action in Action::ALL {
        let reached = Context::ALL.iter().any(|context| keymap.keys_for(*action, context.stack()).next().is_some());
        assert!(reached, "{action} has no key");
        assert!(!action.description().is_empty() && !action.description().ends_with('.'), "{action}");
    }
}

#[test]
fn names_are_unique_and_lead_back() {
    for action in Action::ALL {
        assert_eq!(Action::from_name(action.name()), Some(*action));
    }
    for context in Context::ALL {
        assert_eq!(Context::from_name(context.name()), Some(context));
        assert_eq!(context.stack().first(), Some(&context));
    }
}

#[test]
fn no_default_key_is_a_letter_with_alt() {
    for binding in Keymap::built_in().expect("default keymap").bindings() {
        for key in binding.keys.keys() {
            let letter = matches!(key.codes.first(), KeyCode::Char(c) if c.is_alphabetic());
            assert!(!(letter && key.modifiers.contains(KeyModifiers::ALT)), "{}", binding.keys);
        }
    }
}

#[test]
fn what_is_shown_can_be_written_in_the_file() {
    for binding in Keymap::built_in().expect("default keymap").bindings() {
        assert_eq!(binding.keys.to_string().parse(), Ok(binding.keys.clone()), "{}", binding.keys);
    }
}

#[test]
fn keys_are_shown_as_people_write_them() {
    for (written, shown) in [
        ("ctrl-g", "Ctrl-G"),
        ("G", "G"),
        ("shift-g", "G"),
        ("alt-enter", "Alt-Enter"),
        ("g g", "g g"),
        ("ctrl-x   k", "Ctrl-X k"),
        ("backtab", "BackTab"),
        ("ctrl--", "Ctrl--"),
        ("-", "-"),
        ("?", "?"),
        ("й", "й"),
        ("f12", "F12"),
        ("shift-f12", "Shift-F12"),
        ("space", "Space"),
        ("pagedown", "PageDown"),
    ] {
        let keys: KeySequence = written.parse().expect(written);
        assert_eq!(keys.to_string(), shown);
    }
}

#[test]
fn terminal_events_meet_the_written_keys() {
    for (code, modifiers, written) in [
        (KeyCode::Char('G'), KeyModifiers::SHIFT, "G"),
        (KeyCode::Char('G'), KeyModifiers::NONE, "G"),
        (KeyCode::Char('?'), KeyModifiers::NONE, "?"),
        (KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
        (KeyCode::Char('g'), KeyModifiers::CONTROL, "ctrl-g"),
        (KeyCode::BackTab, KeyModifiers::SHIFT, "backtab"),
        (KeyCode::BackTab, KeyModifiers::NONE, "backtab"),
        (KeyCode::Enter, KeyModifiers::ALT, "alt-enter"),
        (KeyCode::Char('j'), KeyModifiers::CONTROL, "ctrl-j"),
        (KeyCode::F(12), KeyModifiers::NONE, "f12"),
    ] {
        assert_eq!(vec![key_of(KeyEvent::new(code, modifiers))], press(written), "{written}");
    }
}

#[test]
fn the_innermost_context_decides() {
    let keymap = Keymap::built_in().expect("default keymap");
    assert_eq!(keymap.lookup(Context::Composer.stack(), &press("enter")), Match::Action(Action::Send));
    assert_eq!(keymap.lookup(Context::List.stack(), &press("enter")), Match::Action(Action::Open));
    assert_eq!(keymap.lookup(Context::Help.stack(), &press("q")), Match::None);
    assert_eq!(keymap.lookup(Context::Composer.stack(), &press("ctrl-g")), Match::Action(Action::GoTo));
    assert_eq!(keymap.lookup(Context::Composer.stack(), &press("q")), Match::None);
}

#[test]
fn a_sequence_waits_for_its_end_and_takes_the_place_of_its_beginning() {
    let keymap = with_user("[keys.browse]\n\"g g\" = \"top\"\n\"g u\" = \"next-unread\"\n").expect("keys");
    let stack = Context::List.stack();
    assert_eq!(keymap.lookup(stack, &press("g")), Match::Prefix);
    assert_eq!(keymap.lookup(stack, &press("g g")), Match::Action(Action::Top));
    assert_eq!(keymap.lookup(stack, &press("g x")), Match::None);
    assert_eq!(keymap.continuations(stack, &press("g")).len(), 2);
}

#[test]
fn the_user_replaces_and_unbinds() {
    let keymap = with_user("[keys.browse]\nj = \"up\"\n\"G\" = \"unbind\"\n").expect("keys");
    assert_eq!(keymap.lookup(Context::List.stack(), &press("j")), Match::Action(Action::Up));
    assert_eq!(keymap.lookup(Context::List.stack(), &press("G")), Match::None);
    assert_eq!(keymap.lookup(Context::List.stack(), &press("g")), Match::Action(Action::Top));
}

#[test]
fn keys_that_an_inner_context_hides_are_not_shown() {
    let keymap = Keymap::built_in().expect("default keymap");
    let shown = |action, context: Context| -> Vec<String> {
        keymap.keys_for(action, context.stack()).map(ToString::to_string).collect()
    };
    assert_eq!(shown(Action::Palette, Context::Prompt), Vec::<String>::new());
    assert_eq!(shown(Action::Palette, Context::List), [":", "Ctrl-P"]);
    assert_eq!(shown(Action::Help, Context::Composer), ["F1"]);
}

#[test]
fn mistakes_are_placed() {
    for (text, error) in [
        ("[keys.lst]\nj = \"up\"\n", "config.toml:1:7: unknown context `lst` for keys, did you mean `list`?"),
        ("[keys.list]\nj = \"dwon\"\n", "config.toml:2:5: unknown action `dwon`, did you mean `down`?"),
        (
            "[keys.list]\n\n\"ctrl-nope\" = \"down\"\n",
            "config.toml:3:1: `ctrl-nope` is not a key; keys are written like j, G, ctrl-g, alt-enter, f12, space, pagedown",
        ),
        (
            "[keys.composer]\nx = \"send\"\n",
            "config.toml:2:1: `x` types a character, and [keys.composer] holds while text is typed; bind it in \
             [keys.browse] or take a key with Ctrl or a function key",
        ),
        (
            "[keys.list]\n\"ctrl-g\" = \"down\"\n\"Ctrl-G\" = \"up\"\n",
            "config.toml:3:1: `Ctrl-G` and `ctrl-g` (config.toml:2:1) in [keys.list] stand for the same key: \
             one would never be reached",
        ),
        (
            "[keys.list]\n\"g\" = \"down\"\n\"g g\" = \"up\"\n",
            "config.toml:2:1: `g` and `g g` (config.toml:3:1) in [keys.list] stand for the same key: \
             one would never be reached",
        ),
        (
            "[keys.list]\n\"a-b\" = \"down\"\n",
            "config.toml:2:1: `a-b`: most terminals cannot see keys pressed together; for a sequence put a space \
             between them",
        ),
    ] {
        assert_eq!(with_user(text).expect_err("wrong"), error);
    }
    let wrong_type = with_user("[keys.list]\nj = 5\n").expect_err("wrong");
    assert!(wrong_type.starts_with("config.toml:2:5: `j` in [keys.list] must be a string"), "{wrong_type}");
}

#[test]
fn the_table_has_every_binding_in_each_format() {
    let keymap = Keymap::built_in().expect("default keymap");
    let text = keymap.to_table(KeysFormat::Text);
    let markdown = keymap.to_table(KeysFormat::Markdown);
    let json: Vec<serde_json::Value> = serde_json::from_str(&keymap.to_table(KeysFormat::Json)).expect("JSON");
    for binding in keymap.bindings() {
        assert!(text.contains(&binding.keys.to_string()));
        assert!(markdown.contains(&format!("`{}`", binding.keys)));
        assert!(json.iter().any(|row| {
            row["context"] == binding.context.name()
                && row["action"] == binding.action.name()
                && row["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| *key == binding.keys.to_string()))
        }));
    }
}

#[test]
fn unbinding_a_key_leaves_sequences_that_begin_with_it() {
    let keymap = with_user("[keys.browse]\n\"g\" = \"unbind\"\n\"g u\" = \"next-unread\"\n").expect("keys");
    assert_eq!(keymap.lookup(Context::List.stack(), &press("g")), Match::Prefix);
    assert_eq!(keymap.lookup(Context::List.stack(), &press("g u")), Match::Action(Action::NextUnread));
}
