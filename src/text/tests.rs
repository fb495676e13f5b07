use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

/// What an attack becomes as a text.
const ATTACKS: &[(&str, &str, &str)] = &[
    // CSI
    ("colour", "\x1b[31mred\x1b[0m", "red"),
    ("colour, 8 bit", "\u{9b}31mred\u{9b}0m", "red"),
    ("private mode", "\x1b[?1049hx", "x"),
    ("unended", "a\x1b[31", "a"),
    ("unended before a line", "a\x1b[31\nb", "a\nb"),
    ("control inside", "a\x1b[3\x001\x7fmb", "ab"),
    ("cancelled", "a\x1b[31\x18b", "ab"),
    ("nested", "a\x1b[3\x1b[31mb", "ab"),
    ("doubled ESC", "a\x1b\x1b[31mb", "ab"),
    ("ends at another script", "a\x1b[31ж", "aж"),
    ("device status report", "\x1b[6nx", "x"),
    // strings
    ("title", "\x1b]0;evil\x07x", "x"),
    ("title, ST", "\x1b]0;evil\x1b\\x", "x"),
    ("title, 8 bit", "\u{9d}0;evil\u{9c}x", "x"),
    ("link", "\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\", "here"),
    ("clipboard", "\x1b]52;c;ZXZpbA==\x07x", "x"),
    ("notification", "\x1b]777;notify;a;b\x1b\\x", "x"),
    ("unended", "x\x1b]0;evil", "x"),
    ("unended, next line stays", "x\x1b]0;evil\ny", "x\ny"),
    ("ended on another line", "x\x1bPq\nevil\n\x1b\\y", "xy"),
    ("sixel", "\x1bPq#0;2;0;0;0~~\x1b\\x", "x"),
    ("kitty graphics", "\x1b_Gf=24;AAAA\x1b\\x", "x"),
    ("PM", "\x1b^evil\x1b\\x", "x"),
    ("SOS", "\x1bXevil\x1b\\x", "x"),
    ("DCS, 8 bit", "\u{90}qevil\u{9c}x", "x"),
    ("BEL does not end DCS", "\x1bPq\x07evil\x1b\\x", "x"),
    ("tmux passthrough", "\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\x", "x"),
    ("mis-decoded Windows-1252 keeps its words", "\u{9e}ivot\u{ed}", "ivotí"),
    ("a string in a string", "\x1b]0;a\x1b]0;b\x07x", "x"),
    // short sequences and controls
    ("reset", "\x1bcx", "x"),
    ("character set", "\x1b(0x", "x"),
    ("ESC at the end", "x\x1b", "x"),
    ("bell, backspace, NUL, DEL", "p\x07a\x08s\x00s\x7f", "pass"),
    ("C1", "a\u{84}\u{8d}b", "ab"),
    ("overwriting by CR", "safe\rEVIL", "safe\nEVIL"),
    ("line ends", "a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{b}g", "a\nb\nc\nd\ne\nf\ng"),
    ("CR CR LF", "a\r\r\nb", "a\n\nb"),
    ("tab", "a\tb", "a    b"),
    // direction
    ("override", "\u{202e}evil\u{202c}", "evil"),
    ("isolate", "\u{2067}evil\u{2069}", "evil"),
    ("all of them", "\u{202a}\u{202b}\u{202d}\u{2066}\u{2068}\u{206a}\u{206f}x", "x"),
    ("marks stay", "א\u{200f}!", "א\u{200f}!"),
    ("marks do not pile up", "a\u{200e}\u{200f}\u{61c}b", "a\u{200e}b"),
    // invisible
    ("zero width flood", "a\u{200b}\u{200b}\u{2060}\u{feff}\u{ad}\u{180e}\u{2064}b", "ab"),
    ("joiners in Latin", "a\u{200d}\u{200c}\u{200d}b", "ab"),
    ("joiner flood in Persian", "می\u{200c}\u{200c}\u{200d}\u{200c}خواهم", "می\u{200c}خواهم"),
    ("fillers", "a\u{3164}\u{115f}\u{1160}\u{ffa0}b", "ab"),
    ("interlinear annotation", "a\u{fff9}b\u{fffa}c\u{fffb}", "abc"),
    ("stray tags", "a\u{e0068}\u{e0069}\u{e007f}b", "ab"),
    ("tags that are no region", "🏴\u{e0068}\u{e007f}b", "🏴b"),
    ("selectors on a letter", "a\u{fe0f}\u{fe0f}\u{e0100}b", "ab"),
    ("selectors on a space", "a \u{fe0f}b", "a b"),
    ("quote made wide", "\u{2018}\u{fe01}", "\u{2018}"),
    ("dead emoji joiner", "👩\u{200d}x", "👩x"),
    // marks
    ("mark at the start", "\u{301}a\n\u{301}b", "a\nb"),
    ("enclosing marks", "a\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}", "a\u{20dd}\u{20dd}\u{20dd}\u{20dd}"),
    // no meaning
    ("private use", "a\u{e000}\u{f8ff}\u{f0000}\u{10fffd}b", "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b"),
    ("noncharacters", "\u{fdd0}\u{ffff}\u{1fffe}b", "\u{fffd}\u{fffd}\u{fffd}b"),
    // nothing left
    ("only a sequence", "\x1b[2J", NOTHING_VISIBLE),
    ("only invisible", "\u{200b}\u{200e}\u{2800} ", NOTHING_VISIBLE),
    ("only a filler", "\u{3164}", NOTHING_VISIBLE),
    ("nothing", "", ""),
    ("only spaces", "  \n", "  \n"),
];

#[test]
fn attacks_on_texts() {
    for (name, raw, want) in ATTACKS {
        assert_eq!(Clean::text(raw).as_str(), *want, "{name}: {raw:?}");
    }
}

/// What people write, in the spelling in which it must arrive.
const HONEST: &[(&str, &str)] = &[
    ("plain", "Where is my order #1234? It's 3 days late :("),
    ("Urdu", "میرا آرڈر کہاں ہے؟"),
    ("Arabic with points", "بِسْمِ ٱللَّٰهِ ٱلرَّحْمَٰنِ"),
    ("Persian", "نمی‌خواهم کتاب‌هایم"),
    ("Hindi", "नमस्ते, क्ष्म्य र्त्स्न्य"),
    ("Hindi with a joiner", "क्‍ष"),
    ("Sinhala", "ශ්‍රී ලංකා"),
    ("Bengali", "র‍্যাব বাংলা"),
    ("Malayalam", "അവന്‍ മലയാളം"),
    ("Tamil", "வணக்கம்"),
    ("Thai", "น้ำ ที่นี่ กำลัง"),
    ("Khmer", "សួស្តី"),
    ("Burmese", "မြန်မာ အင်္ဂလိပ်"),
    ("Tibetan", "བསྒྲུབས་ ཧཱུྃ"),
    ("Hebrew with points", "בְּרֵאשִׁ֖ית"),
    ("Vietnamese, decomposed", "Tie\u{302}\u{301}ng Vie\u{323}\u{302}t"),
    ("Japanese", "すみません、ガ ｶﾞ が 注文。"),
    ("Korean", "주문이 어디에 있나요 ㅋㅋㅋㅋ"),
    ("old Korean", "ᄒᆞᆫ글"),
    ("emoji", "👍🏽 ❤️ 😀 1️⃣ ☎︎ ©"),
    ("sequences", "👩‍🚀 👨‍👩‍👧‍👦 👩🏻‍❤️‍💋‍👨🏿 🏴‍☠️ 🏳️‍🌈 🕵🏻‍♂️"),
    ("flags", "🇵🇰🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    ("mathematics", "√2 ≈ 1.41, ≨︀"),
    ("ideographic variant", "葛󠄀飾"),
    ("replacement", "caf\u{fffd}"),
];

#[test]
fn honest_text_stays() {
    for (name, raw) in HONEST {
        assert_eq!(Clean::text(raw).as_str(), *raw, "{name}");
        assert_eq!(Clean::line(raw).as_str(), *raw, "{name}");
    }
}

#[test]
fn lines() {
    for (raw, want) in [
        ("  Maria \t\n López\r\n", "Maria López"),
        ("a\u{a0}\u{3000} b", "a b"),
        ("\x1b[31m", ""),
        ("\u{200f}\u{200e}", ""),
        ("\u{2800}\u{2800}", ""),
        ("\u{202e}nossiM", "nossiM"),
        ("a\x1b]0;x\x07 \x1b[0m b", "a b"),
        (" ", ""),
    ] {
        assert_eq!(Clean::line(raw).as_str(), want, "{raw:?}");
    }
    assert_eq!(Clean::text("\x1b[2J").to_line().as_str(), NOTHING_VISIBLE, "a preview says that something came");
}

#[test]
fn invalid_bytes_are_shown() {
    assert_eq!(Clean::bytes(b"caf\xe9 \xc0\xaf\xed\xa0\x80ok").as_str().replace('\u{fffd}', ""), "caf ok");
    assert!(Clean::bytes(b"caf\xe9").contains('\u{fffd}'));
    assert_eq!(Clean::bytes(b"\xc2\x9b31mred").as_str(), "red", "C1 in its UTF-8 form");
    assert_eq!(Clean::bytes("ok ž".as_bytes()).as_str(), "ok ž");
}

#[test]
fn lengths_are_limited_visibly() {
    let long = "é".repeat(1 << 20);
    let text = Clean::text(&long);
    assert!(text.len() <= TEXT_BYTES && text.len() > TEXT_BYTES - 16 && text.ends_with("é […]"));
    let line = Clean::line(&long);
    assert_eq!(line.graphemes(true).count(), LINE_GRAPHEMES);
    assert!(line.ends_with("é…"));
    assert_eq!(Clean::line_within("abcdef", 3).as_str(), "ab…");
    assert_eq!(Clean::line_within("abc", 3).as_str(), "abc");
    // a cut never falls into a grapheme
    let flags = Clean::text_within(&"👩‍🚀".repeat(100), 100);
    assert!(flags.trim_end_matches(" […]").graphemes(true).all(|g| g == "👩‍🚀"));
}

#[test]
fn towers_and_chains_are_cut() {
    let tower = format!("a{}b", "\u{301}\u{316}".repeat(500));
    assert_eq!(Clean::text(&tower).chars().count(), 2 + 4);
    let hebrew = format!("ב{}", "\u{5b0}".repeat(500));
    assert_eq!(Clean::text(&hebrew).chars().count(), 1 + 8);
    for chain in ["क्", "ᄀ", "\u{600}", "👩\u{200d}", "ำ", "ﾞ", "👍🏽🏽", "کـ\u{200d}"] {
        let clean = Clean::text(&chain.repeat(5000));
        let longest = clean.graphemes(true).map(|g| g.chars().count()).max().unwrap_or(0);
        assert!(longest <= 32, "{chain}: {longest}");
        assert!(clean.graphemes(true).all(|g| grapheme_width(g) <= 64), "{chain}");
    }
}

#[test]
fn a_million_introducers() {
    // each of these would be read again and again by a search that starts over
    for bit in ["\u{9d}", "\x1b]", "\x1b[", "\x1bP\n", "\u{90}x", "\u{9d}0;x\n"] {
        let clean = Clean::text(&bit.repeat(300_000));
        assert!(clean.chars().all(|c| !c.is_control() || c == '\n'), "{bit:?}");
    }
}

#[test]
fn stored_text_is_washed_again() {
    let clean: Clean = serde_json::from_str(r#""a\u001b[31mb\u202e\n""#).unwrap();
    assert_eq!(clean.as_str(), "ab\n");
    assert_eq!(serde_json::to_string(&clean).unwrap(), r#""ab\n""#);
}

#[test]
fn widths_and_fitting() {
    for (text, want) in [("", 0), ("abc", 3), ("注文", 4), ("❤️", 2), ("👩‍🚀", 2), ("🇵🇰", 2), ("e\u{301}", 1), ("لا", 2)]
    {
        assert_eq!(width(text), want, "{text}");
    }
    assert_eq!(fit("abcdef", 4), "abc…");
    assert_eq!(fit("abcd", 4), "abcd");
    assert_eq!(fit("注文注文", 4), "注…");
    assert_eq!(fit("注文", 1), "…");
    assert_eq!(fit("注文", 0), "");
    assert_eq!(pad("注文注文", 4), "注… ");
    assert_eq!(pad("ab", 4), "ab  ");
    assert_eq!(pad_start("ab", 4), "  ab");
    assert_eq!(degrade("👩‍🚀 ❤️ 👍🏽 🇵🇰 می‌خواهم x"), "👩 ❤ 👍 PK می‌خواهم x");
}

fn wrapped(text: &str, columns: usize) -> Vec<&str> {
    wrap(text, columns).into_iter().filter_map(|line| text.get(line)).collect()
}

#[test]
fn lines_break_where_they_may() {
    assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
    assert_eq!(wrapped("the quick     brown", 10), ["the quick", "brown"]);
    assert_eq!(wrapped("exactly ten chars", 7), ["exactly", "ten", "chars"]);
    assert_eq!(wrapped("a\n\nb\n", 10), ["a", "", "b", ""]);
    assert_eq!(wrapped("", 10), [""]);
    assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(wrapped("ab cdefghij", 4), ["ab", "cdef", "ghij"]);
    assert_eq!(wrapped("  indented text", 10), ["  indented", "text"]);
    assert_eq!(wrapped("            x", 4), ["x"]);
    assert_eq!(wrapped("ab    ", 3), ["ab"]);
    assert_eq!(wrapped("注文はどこですか。", 8), ["注文はど", "こです", "か。"]);
    assert_eq!(wrapped("well-known fact", 6), ["well-", "known", "fact"]);
    assert_eq!(wrapped("a\u{a0}b c", 3), ["a\u{a0}b", "c"]);
    assert_eq!(wrapped("注文", 1), ["注", "文"], "wider than the pane: one to a line");
    assert_eq!(wrapped("注文a", 0), ["注", "文", "a"]);
    assert_eq!(wrapped("👩‍🚀👩‍🚀", 2), ["👩‍🚀", "👩‍🚀"]);
    assert_eq!(wrapped("https://x.example/a-b", 12).concat(), "https://x.example/a-b");
}

#[test]
fn one_million_columns_in_one_line() {
    for text in ["x".repeat(1 << 20), "注".repeat(1 << 18), "a ".repeat(1 << 19)] {
        for columns in [1, 2, 80, usize::MAX] {
            let lines = wrap(&text, columns);
            assert!(lines.len() <= text.len());
            assert_eq!(lines.last().map(|line| line.start <= text.len()), Some(true));
        }
    }
}

/// Runs as `look:text`, marks left out.
fn looks(text: &str) -> String {
    let mut shown = Vec::new();
    for run in markup(text).iter().filter(|run| !run.mark) {
        let Emphasis { bold, italic, strike, code } = run.emphasis;
        let look: String = [(bold, 'b'), (italic, 'i'), (strike, 's'), (code, 'c')]
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, c)| c)
            .collect();
        shown.push(format!("{look}:{}", text.get(run.range.clone()).unwrap()));
    }
    shown.join("|")
}

#[test]
fn formatting_is_whatsapps() {
    for (text, want) in [
        ("plain", ":plain"),
        ("*bold* x", "b:bold|: x"),
        ("a _b c_, ~d~!", ":a |i:b c|:, |s:d|:!"),
        ("*_both_*", "bi:both"),
        ("*a _b_ c*", "b:a |bi:b|b: c"),
        ("2*3*4 snake_case_name ~/x", ":2*3*4 snake_case_name ~/x"),
        ("* a *", ":* a *"),
        ("*a\nb*", ":*a\nb*"),
        ("**", ":**"),
        ("*a _b*", "b:a _b"),
        ("`*x*` *y*", "c:*x*|: |b:y"),
        ("```a\n*b*``` _c_", "c:a\n*b*|: |i:c"),
        ("``` open *b*", ":``` open |b:b"),
        ("`open *b*", ":`open |b:b"),
        ("*سلام* 注", "b:سلام|: 注"),
    ] {
        assert_eq!(looks(text), want, "{text:?}");
    }
}

#[test]
fn only_web_and_mail_links() {
    let text = "see https://x.example/a?b=1, HTTP://y.example (http://z.example/(1)) me@x.example javascript://%0aalert(1) \
                file:///etc/passwd www.x.example ssh://host";
    let found = links(text);
    let urls: Vec<&str> = found.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(urls, ["https://x.example/a?b=1", "HTTP://y.example", "http://z.example/(1)", "mailto:me@x.example"]);
    assert_eq!(text.get(found[3].range.clone()), Some("me@x.example"));
    assert!(links(&format!("http://x.example/{}", "a".repeat(9000))).is_empty());
}

#[test]
fn names_fold_shorten_and_align() {
    assert_eq!(search_fold("Ünïcode ŁÓDŹ ﬁne"), "unicode łodz fine");
    assert_eq!(search_fold("MARÍA"), search_fold("Mari\u{301}a"));
    assert_eq!(search_fold("مُحَمَّد"), search_fold("محمد"));
    assert_eq!(search_fold("أحمد"), search_fold("احمد"));
    assert_ne!(search_fold("が"), search_fold("か"));
    assert_eq!(search_fold("ＡＢＣ"), "abc");
    assert_eq!(search_fold("İstanbul"), "istanbul");
    for (name, want) in [
        ("Maria López", "ML"),
        ("ken", "K"),
        ("Ana de la Cruz", "AC"),
        ("(Bo) ★", "B"),
        ("★ !", "?"),
        ("", "?"),
        ("محمد علی", "مع"),
    ] {
        assert_eq!(initials(name), want, "{name}");
    }
    for (text, want) in [
        ("hello", Direction::Ltr),
        ("", Direction::Ltr),
        ("123 שלום abc", Direction::Rtl),
        ("میرا order", Direction::Rtl),
        ("order میرا", Direction::Ltr),
        ("注文 שלום", Direction::Ltr),
    ] {
        assert_eq!(direction(text), want, "{text}");
    }
}

/// Text made of what hurts.
fn hostile() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "a",
        "b ",
        " ",
        "\n",
        "\r",
        "\t",
        "\x1b",
        "[",
        "]",
        "0;",
        "31m",
        "\\",
        "\x07",
        "\x18",
        "P",
        "_",
        "\u{9b}",
        "\u{9d}",
        "\u{9c}",
        "\u{90}",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200e}",
        "\u{200f}",
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{feff}",
        "\u{301}",
        "\u{5b0}",
        "\u{903}",
        "क",
        "्",
        "ي",
        "ل",
        "ا",
        "ᄀ",
        "가",
        "ᅡ",
        "ำ",
        "ﾞ",
        "\u{600}",
        "👩",
        "🚀",
        "❤",
        "\u{fe0f}",
        "\u{fe01}",
        "🏽",
        "🇵",
        "🏴",
        "\u{e0067}",
        "\u{e0062}",
        "\u{e0065}",
        "\u{e007f}",
        "注",
        "。",
        "「",
        "-",
        "\u{a0}",
        "\u{3000}",
        "\u{2800}",
        "\u{3164}",
        "\u{e000}",
        "\u{ffff}",
        "1",
        "\u{20e3}",
        "\u{34f}",
        "葛",
        "\u{e0100}",
        "http://x.example/",
    ]);
    prop_oneof![
        4 => prop::collection::vec(bits, 0..60).prop_map(|bits| bits.concat()),
        1 => any::<String>(),
        1 => prop::collection::vec(any::<char>(), 0..80).prop_map(String::from_iter),
    ]
}

fn assert_harmless(clean: &str, newlines: bool) {
    for c in clean.chars() {
        let bad = (c.is_control() && !(newlines && c == '\n'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{200b}' | '\u{feff}' | '\u{2028}' | '\u{2029}');
        assert!(!bad, "{c:?} in {clean:?}");
    }
    for cluster in clean.graphemes(true) {
        assert!(cluster.chars().count() <= 32, "{cluster:?}");
    }
}

proptest! {
    #[test]
    fn clean_is_harmless_and_stays(raw in hostile()) {
        let text = Clean::text(&raw);
        assert_harmless(&text, true);
        let again = Clean::text(&text);
        prop_assert_eq!(again.as_str(), text.as_str());
        prop_assert!(raw.is_empty() || !text.is_empty() || raw.trim().is_empty(), "a message never vanishes");

        let line = Clean::line(&raw);
        assert_harmless(&line, false);
        let again = Clean::line(&line);
        prop_assert_eq!(again.as_str(), line.as_str());
        prop_assert_eq!(line.trim(), line.as_str());
        prop_assert!(!line.contains("  "));
    }

    #[test]
    fn limits_hold(raw in hostile(), bytes in 16..80_usize, graphemes in 1..20_usize) {
        let text = Clean::text_within(&raw, bytes);
        prop_assert!(text.len() <= bytes);
        let again = Clean::text_within(&text, bytes);
        prop_assert_eq!(again.as_str(), text.as_str());
        let line = Clean::line_within(&raw, graphemes);
        prop_assert!(line.graphemes(true).count() <= graphemes);
        assert_harmless(&line, false);
    }

    #[test]
    fn the_quick_way_agrees(raw in hostile()) {
        for form in [sanitize::Form::Text(TEXT_BYTES), sanitize::Form::Line(LINE_GRAPHEMES)] {
            if sanitize::is_clean(&raw, form) {
                prop_assert_eq!(sanitize::sanitize(&raw, form), raw.as_str());
            }
        }
    }

    #[test]
    fn width_is_what_ratatui_draws(raw in hostile()) {
        for text in [Clean::line(&raw).as_str(), raw.as_str()] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 2000, 1));
            let (end, _) = buffer.set_stringn(0, 0, text, usize::MAX, Style::default());
            prop_assert_eq!(usize::from(end), width(text));
        }
    }

    #[test]
    fn fitted_text_fits(raw in hostile(), columns in 0..30_usize) {
        let line = Clean::line(&raw);
        let fitted = fit(&line, columns);
        prop_assert!(width(&fitted) <= columns);
        prop_assert_eq!(width(&line) <= columns, fitted == line.as_str());
        prop_assert_eq!(width(&pad(&line, columns)), columns);
        prop_assert_eq!(width(&pad_start(&line, columns)), columns);
        assert_harmless(&degrade(&line), false);
    }

    #[test]
    fn wrapping_keeps_all_and_fits(raw in hostile(), columns in 0..24_usize) {
        let text = Clean::text(&raw);
        let lines = wrap(&text, columns);
        prop_assert!(!lines.is_empty());
        let mut kept = String::new();
        let mut end = 0;
        for line in lines {
            prop_assert!(line.start >= end, "in order");
            let shown = text.get(line.clone());
            prop_assert!(shown.is_some());
            let shown = shown.unwrap_or_default();
            prop_assert!(!shown.contains('\n'));
            let fits = width(shown) <= columns.max(1);
            let one = shown.graphemes(true).filter(|g| grapheme_width(g) > 0).count() <= 1;
            prop_assert!(fits || one, "{shown:?} in {columns}");
            kept.push_str(shown);
            end = line.end;
        }
        let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(solid(&kept), solid(&text));
    }

    #[test]
    fn runs_have_no_gaps(text in "[a *_~`\n注]{0,40}") {
        let mut end = 0;
        for run in markup(&text) {
            prop_assert_eq!(run.range.start, end);
            prop_assert!(text.get(run.range.clone()).is_some());
            prop_assert!(!run.mark || run.emphasis != Emphasis::default());
            end = run.range.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn nothing_panics_on_raw_text(raw in hostile(), columns in 0..10_usize) {
        let _ = (wrap(&raw, columns), links(&raw), initials(&raw), search_fold(&raw), direction(&raw), degrade(&raw));
        let _ = (fit(&raw, columns), pad(&raw, columns));
    }
}
