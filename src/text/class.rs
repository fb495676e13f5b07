//! What a character is, as far as the sanitiser cares.

use icu_properties::props::{
    DefaultIgnorableCodePoint, Emoji, ExtendedPictographic, GeneralCategory, GraphemeClusterBreak,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The jobs that a character can have in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Draws by itself and pulls nothing onto it.
    Plain,
    /// Draws by itself, but can pull its neighbours into one endless cluster: conjoining jamo, prepended marks.
    Joining,
    /// A horizontal space.
    Blank,
    /// A tabulator.
    Tab,
    /// Ends a line.
    Newline,
    /// A carriage return.
    Return,
    /// Opens a terminal sequence: ESC, and the C1 forms of CSI, OSC, DCS, APC, PM and SOS.
    Escape,
    /// Sits on the character before it.
    Mark(Mark),
    /// ZWNJ or ZWJ.
    Joiner,
    /// A variation selector.
    Selector,
    /// LRM, RLM or ALM: an invisible mark with a direction and no reach.
    Direction,
    /// Not shown and not wanted: controls, bidirectional overrides, fillers, stray tags, annotations.
    Hidden,
    /// Means nothing outside its maker's house: private use and noncharacters.
    Foreign,
}

/// Kinds of marks: they differ in how many of them a real text has on one base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A mark for any script, such as U+0301. These make the towers of "zalgo" text.
    Generic,
    /// A vowel sign, tone, point or stacked letter of one script.
    Script,
    /// A mark that takes a column of its own and can stand without a base.
    Spacing,
}

/// The class of `c`. Ranges first: what most messages consist of never reaches the property tables.
pub(super) fn class(c: char) -> Class {
    match c {
        ' ' | '\u{a0}' => Class::Blank,
        '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Newline,
        '\r' => Class::Return,
        '\t' => Class::Tab,
        '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => Class::Escape,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' => Class::Hidden,
        // ASCII, Latin, Greek, Cyrillic
        '!'..='~' | '\u{a1}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}'
        // Hebrew and Arabic letters and digits
        | '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{660}'..='\u{66f}' | '\u{671}'..='\u{6d5}'
        | '\u{6ee}'..='\u{6ff}'
        // Devanagari letters and digits
        | '\u{904}'..='\u{939}' | '\u{958}'..='\u{961}' | '\u{964}'..='\u{980}'
        // punctuation, currency, letterlike, arrows, mathematics, symbols
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{2070}'..='\u{20cf}' | '\u{2100}'..='\u{2bff}'
        // kana, Han, Hangul syllables, full and half width
        | '\u{3001}'..='\u{3029}' | '\u{3030}'..='\u{3096}' | '\u{309b}'..='\u{3163}' | '\u{3165}'..='\u{a48c}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{fad9}' | '\u{ff01}'..='\u{ff9d}' | '\u{20000}'..='\u{2fa1d}'
        // emoji without the skin tones
        | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}' | '\u{fffc}' | '\u{fffd}' => Class::Plain,
        '\u{200c}' | '\u{200d}' => Class::Joiner,
        '\u{200e}' | '\u{200f}' | '\u{61c}' => Class::Direction,
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => Class::Selector,
        // joins nothing, but Hebrew scholars' texts have it between marks
        '\u{34f}' => Class::Mark(Mark::Generic),
        _ => looked_up(c),
    }
}

fn looked_up(c: char) -> Class {
    if c as u32 & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}') {
        return Class::Foreign;
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) {
        return Class::Hidden;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    match category {
        GeneralCategory::PrivateUse => return Class::Foreign,
        GeneralCategory::SpaceSeparator => return Class::Blank,
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => {
            return Class::Mark(if is_generic(c) { Mark::Generic } else { Mark::Script });
        }
        GeneralCategory::SpacingMark => return Class::Mark(Mark::Spacing),
        _ => {}
    }
    match CodePointMapData::<GraphemeClusterBreak>::new().get(c) {
        // a skin tone without its emoji, a half-width voiced sound mark, Thai SARA AM: they attach and have a width
        GraphemeClusterBreak::Extend | GraphemeClusterBreak::SpacingMark => Class::Mark(Mark::Spacing),
        GraphemeClusterBreak::Prepend | GraphemeClusterBreak::L | GraphemeClusterBreak::V | GraphemeClusterBreak::T => {
            Class::Joining
        }
        GraphemeClusterBreak::Control => Class::Hidden,
        _ if category == GeneralCategory::Format => Class::Hidden,
        _ => Class::Plain,
    }
}

fn is_generic(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{483}'..='\u{489}')
}

/// Whether `c` may be an element of an emoji sequence.
pub(super) fn is_pictographic(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// Whether `c` is a skin tone.
pub(super) fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether the variation selector `selector` says something about `base`. (FE00–FE02 on quotation marks are left out:
/// terminals disagree about their width.)
pub(super) fn selector_fits(base: char, selector: char) -> bool {
    let letter = || CodePointMapData::<GeneralCategory>::new().get(base) == GeneralCategory::OtherLetter;
    match selector {
        '\u{fe0e}' | '\u{fe0f}' => CodePointSetData::new::<Emoji>().contains(base),
        '\u{180b}'..='\u{180f}' => matches!(base, '\u{1820}'..='\u{18aa}'),
        '\u{e0100}'..='\u{e01ef}' => letter(),
        _ => {
            letter()
                || matches!(
                    CodePointMapData::<GeneralCategory>::new().get(base),
                    GeneralCategory::MathSymbol | GeneralCategory::OtherSymbol
                )
        }
    }
}

/// Whether `c` belongs to a script in which ZWNJ and ZWJ spell something: Arabic and its relatives, the scripts of
/// India and South-East Asia, Mongolian. The blocks are those in which RFC 5892 (appendix A) allows a joiner at all.
pub(super) fn needs_joiner(c: char) -> bool {
    matches!(c,
        '\u{620}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1a20}'..='\u{1aaf}'
        | '\u{1b00}'..='\u{1c7f}' | '\u{a840}'..='\u{a87f}' | '\u{a8e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aaff}'
        | '\u{abc0}'..='\u{abff}' | '\u{fb50}'..='\u{fdcf}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{10fff}'
        | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}
