use ratatui::style::{Color, Modifier, Style};

use super::*;

fn load(text: &str) -> Result<Theme, String> {
    let directory = tempfile::tempdir().expect("directory");
    std::fs::write(directory.path().join("mine.toml"), text).expect("write");
    Theme::load("mine", directory.path())
        .map_err(|error| error.to_string().replace(&format!("{}/", directory.path().display()), ""))
}

#[test]
fn every_built_in_theme_names_every_style() {
    for (name, text) in BUILT_IN_THEMES {
        Theme::built_in(name).expect(name);
        let table: toml::Table = text.parse().expect(name);
        for (group, style, _) in Theme::NAMES {
            let named = table.get(*group).and_then(|group| group.get(*style)).is_some();
            assert!(named, "{name}: [{group}] {style}");
        }
    }
}

#[test]
fn the_theme_without_colour_has_none_and_still_tells_things_apart() {
    let theme = Theme::built_in("none").expect("none");
    assert_eq!(theme, theme.for_depth(ColourDepth::None));
    assert_ne!(theme.list.selected, theme.list.name);
    assert_ne!(theme.list.name_unread, theme.list.name);
    assert_ne!(theme.screen.border_focused, theme.screen.border);
}

#[test]
fn without_colours_only_attributes_remain() {
    let theme = Theme::built_in("dark").expect("dark").for_depth(ColourDepth::None);
    theme
        .try_map(|group, name, style| {
            assert!(style.fg.is_none() && style.bg.is_none(), "{group}.{name}");
            Ok::<Style, ()>(style)
        })
        .expect("all");
}

#[test]
fn sixteen_colours_have_no_others() {
    for (name, _) in BUILT_IN_THEMES {
        Theme::built_in(name)
            .expect(name)
            .for_depth(ColourDepth::Ansi16)
            .try_map(|group, style_name, style| {
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(16..)), "{name} {group}.{style_name}");
                }
                Ok::<Style, ()>(style)
            })
            .expect("all");
    }
}

#[test]
fn colours_are_brought_to_the_nearest() {
    let red = Color::Rgb(250, 5, 5);
    assert_eq!(ColourDepth::True.nearest(red), Some(red));
    assert_eq!(ColourDepth::Indexed256.nearest(red), Some(Color::Indexed(196)));
    assert_eq!(ColourDepth::Ansi16.nearest(red), Some(Color::LightRed));
    assert_eq!(ColourDepth::Ansi16.nearest(Color::Indexed(196)), Some(Color::LightRed));
    assert_eq!(ColourDepth::Ansi16.nearest(Color::Indexed(3)), Some(Color::Indexed(3)));
    assert_eq!(ColourDepth::Indexed256.nearest(Color::Rgb(128, 128, 128)), Some(Color::Indexed(244)));
    assert_eq!(ColourDepth::None.nearest(Color::Red), None);
}

#[test]
fn the_environment_tells_the_depth() {
    let depth = |pairs: &[(&str, &str)]| {
        ColourDepth::from_environment(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(depth(&[("TERM", "xterm-256color")]), ColourDepth::Indexed256);
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), ColourDepth::True);
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), ColourDepth::None);
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), ColourDepth::Indexed256);
    assert_eq!(depth(&[("TERM", "linux")]), ColourDepth::Ansi16);
    assert_eq!(depth(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), ColourDepth::None);
}

#[test]
fn an_own_theme_changes_what_it_names() {
    let theme = load("base = \"dark\"\n[colours]\nmine = \"#010203\"\n[list]\nname = { fg = \"mine\", bold = true }\n")
        .expect("theme");
    let dark = Theme::built_in("dark").expect("dark");
    assert_eq!(theme.list.name, Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::BOLD));
    assert_eq!(theme.thread, dark.thread);
}

#[test]
fn mistakes_are_placed() {
    for (text, error) in [
        ("base = \"drak\"\n", "mine.toml:1:8: unknown theme `drak`, did you mean `dark`?"),
        ("[lits]\n", "mine.toml:1:2: unknown group of styles `lits`, did you mean `list`?"),
        ("[list]\nnmae = {}\n", "mine.toml:2:1: unknown style `nmae` in [list], did you mean `name`?"),
        (
            "[list]\nname = { fg = \"reddish\" }\n",
            "mine.toml:2:8: `reddish` is no colour; write a name of [colours], an ANSI name (red, light-red, \
             dark-gray), an index (142) or #rrggbb",
        ),
    ] {
        assert_eq!(load(text).expect_err("wrong"), error);
    }
    assert!(
        load("[list]\nname = { fgg = \"red\" }\n").expect_err("wrong").starts_with("mine.toml:2:8: `name` in [list]")
    );
    let unknown = Theme::load("drak", std::path::Path::new("/nowhere")).expect_err("wrong").to_string();
    assert_eq!(unknown, "unknown theme `drak`, did you mean `dark`?");
}
