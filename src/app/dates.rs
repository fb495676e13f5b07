//! Dates and times in the language and the order of a locale: names of days and months, the clock of 12 or 24 hours.
//!
//! The names come from the Unicode CLDR (`assets/dates.toml`); only the language in force is read. Without a locale,
//! and in the locales `C` and `POSIX`, dates are English and clocks have 24 hours.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::times;
use crate::text;

/// Names and patterns by language.
const TABLE: &str = include_str!("../../assets/dates.toml");

/// How dates and times are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dates {
    days: Vec<String>,
    short_days: Vec<String>,
    months: Vec<String>,
    short_months: Vec<String>,
    today: String,
    yesterday: String,
    this_year: Vec<Piece>,
    other_year: Vec<Piece>,
    column: Vec<Piece>,
    /// The clock of twelve hours, where it is the one in use.
    twelve: Option<Vec<Piece>>,
    halves: [String; 2],
    clock_columns: usize,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Weekday,
    ShortWeekday,
    Month,
    ShortMonth,
    MonthNumber(usize),
    Day(usize),
    Year,
    Hour(usize),
    Minute,
    Half,
}

/// One language as the table has it.
#[derive(Debug, Deserialize)]
struct Entry {
    region: String,
    days: String,
    short_days: String,
    months: String,
    #[serde(default)]
    short_months: String,
    today: String,
    yesterday: String,
    this_year: String,
    other_year: String,
    column: String,
    twelve_hours: String,
    am: String,
    pm: String,
}

impl Default for Dates {
    fn default() -> Self {
        Self::of(&Entry::plain(), false)
    }
}

impl Entry {
    /// English, the day before the month.
    fn plain() -> Self {
        let own = str::to_owned;
        Self {
            region: String::new(),
            days: own("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"),
            short_days: own("Mon|Tue|Wed|Thu|Fri|Sat|Sun"),
            months: own("January|February|March|April|May|June|July|August|September|October|November|December"),
            short_months: own("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"),
            today: own("Today"),
            yesterday: own("Yesterday"),
            this_year: own("EEEE d MMMM"),
            other_year: own("EEEE d MMMM y"),
            column: own("d MMM"),
            twelve_hours: own("h:mm a"),
            am: own("am"),
            pm: own("pm"),
        }
    }

    /// The section of the table with this name.
    fn find(name: &str) -> Option<Self> {
        let heading = format!("\n[{name}]\n");
        let from = TABLE.find(&heading)? + heading.len();
        let rest = TABLE.get(from..)?;
        toml::from_str(rest.split("\n[").next().unwrap_or(rest)).ok()
    }
}

impl Dates {
    /// The dates of a locale such as `de_DE.UTF-8`; `twelve` overrides its clock. A language that is not known is
    /// written in English, with the clock of its region.
    pub fn for_locale(locale: &str, twelve: Option<bool>) -> Self {
        let bare = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
        let mut parts = bare.split('-');
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let region = parts.next_back().filter(|region| region.len() == 2).map(str::to_ascii_uppercase);
        let latin = locale.contains("@latin") || bare.contains("-Latn");
        let spelled = match (language.as_str(), region.as_deref()) {
            ("no" | "nn", _) => "nb".to_owned(),
            ("iw", _) => "he".to_owned(),
            ("in", _) => "id".to_owned(),
            ("zh", Some("TW" | "HK" | "MO")) => "zh-Hant".to_owned(),
            ("sr", _) if latin => "sr-Latn".to_owned(),
            (_, Some(region)) => format!("{language}-{region}"),
            (_, None) => language.clone(),
        };
        let found = Entry::find(&spelled).or_else(|| Entry::find(&language)).filter(|_| !language.is_empty());
        let counts_to_twelve = |region: &str| {
            let line = TABLE.lines().find_map(|line| line.strip_prefix("twelve = \"")).unwrap_or_default();
            line.trim_end_matches('"').split(' ').any(|one| one == region)
        };
        let of_region = match (&region, &found) {
            (Some(region), _) => counts_to_twelve(region),
            (None, Some(entry)) => counts_to_twelve(&entry.region),
            (None, None) => false,
        };
        Self::of(&found.unwrap_or_else(Entry::plain), twelve.unwrap_or(of_region))
    }

    /// The locale that the environment asks for: `LC_ALL`, `LC_TIME`, `LANG`, the first that is not empty.
    pub fn locale(var: impl Fn(&str) -> Option<String>) -> String {
        ["LC_ALL", "LC_TIME", "LANG"]
            .iter()
            .find_map(|name| var(name).filter(|value| !value.is_empty()))
            .unwrap_or_default()
    }

    fn of(entry: &Entry, twelve: bool) -> Self {
        let names = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<String>>();
        let mut dates = Self {
            days: names(&entry.days),
            short_days: names(&entry.short_days),
            months: names(&entry.months),
            short_months: names(&entry.short_months),
            today: entry.today.clone(),
            yesterday: entry.yesterday.clone(),
            this_year: pieces(&entry.this_year),
            other_year: pieces(&entry.other_year),
            column: pieces(&entry.column),
            twelve: twelve.then(|| pieces(&entry.twelve_hours)),
            halves: [entry.am.clone(), entry.pm.clone()],
            clock_columns: 5,
        };
        if twelve {
            let widest = [0, 12].map(|hour| text::width(&dates.clock_at(hour, 59)));
            dates.clock_columns = widest.into_iter().max().unwrap_or(5);
        }
        dates
    }

    /// `12:04`, or `12:04 PM`.
    pub fn clock(&self, at: Timestamp, zone: &TimeZone) -> String {
        match &self.twelve {
            None => times::clock(at, zone),
            Some(_) => {
                let at = zone.to_datetime(at);
                self.clock_at(at.hour(), at.minute())
            }
        }
    }

    fn clock_at(&self, hour: i8, minute: i8) -> String {
        let mut out = String::new();
        for piece in self.twelve.iter().flatten() {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::Hour(digits) => number(&mut out, i16::from((hour + 11) % 12 + 1), *digits),
                Piece::Minute => number(&mut out, i16::from(minute), 2),
                Piece::Half => out.push_str(self.halves.get(usize::from(hour >= 12)).map_or("", String::as_str)),
                _ => {}
            }
        }
        out
    }

    /// Columns of the widest time of day.
    pub fn clock_columns(&self) -> usize {
        self.clock_columns
    }

    /// A day as a heading: `Today`, `Yesterday`, `Monday 16 November`, with the year where it is not this one.
    pub fn day_words(&self, day: Date, today: Date) -> String {
        if day == today {
            return self.today.clone();
        }
        if day.tomorrow().is_ok_and(|next| next == today) {
            return self.yesterday.clone();
        }
        self.written(if day.year() == today.year() { &self.this_year } else { &self.other_year }, day)
    }

    /// How long ago, in at most six columns: `now`, `5m`, `3h`, `Mon`, `12 Nov`, `2024`.
    pub fn ago(&self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let minutes = now.duration_since(at).as_mins();
        match minutes {
            ..1 => "now".to_owned(),
            1..60 => format!("{minutes}m"),
            60..1_440 => format!("{}h", minutes / 60),
            _ => self.long_ago(at, now, zone),
        }
    }

    /// When, in a column of a list: the time of day where it is today's, then as [`ago`](Self::ago) says it.
    pub fn when(&self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        if times::day(at, zone) == times::day(now, zone) { self.clock(at, zone) } else { self.long_ago(at, now, zone) }
    }

    fn long_ago(&self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let day = times::day(at, zone);
        if now.duration_since(at).as_mins() < 6 * 24 * 60 {
            return self.short_days.get(weekday(day)).cloned().unwrap_or_default();
        }
        if day.year() == zone.to_datetime(now).year() {
            self.written(&self.column, day)
        } else {
            day.year().to_string()
        }
    }

    fn written(&self, pattern: &[Piece], day: Date) -> String {
        let name = |names: &[String], nth: usize| names.get(nth).cloned().unwrap_or_default();
        let mut out = String::new();
        for piece in pattern {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::Weekday => out.push_str(&name(&self.days, weekday(day))),
                Piece::ShortWeekday => out.push_str(&name(&self.short_days, weekday(day))),
                Piece::Month => out.push_str(&name(&self.months, month(day))),
                Piece::ShortMonth => out.push_str(&name(&self.short_months, month(day))),
                Piece::MonthNumber(digits) => number(&mut out, i16::from(day.month()), *digits),
                Piece::Day(digits) => number(&mut out, i16::from(day.day()), *digits),
                Piece::Year => number(&mut out, day.year(), 1),
                Piece::Hour(_) | Piece::Minute | Piece::Half => {}
            }
        }
        out
    }
}

fn number(out: &mut String, number: i16, digits: usize) {
    // writing to a string cannot fail
    let _ = write!(out, "{number:0digits$}");
}

fn weekday(day: Date) -> usize {
    usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default()
}

fn month(day: Date) -> usize {
    usize::try_from(day.month() - 1).unwrap_or_default()
}

/// A pattern of CLDR: letters in a row are a field, what stands between apostrophes is itself.
fn pieces(pattern: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut words = String::new();
    let mut quoted = false;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            quoted = !quoted;
            continue;
        }
        let mut count = 1;
        if !quoted && c.is_ascii_alphabetic() {
            while rest.next_if_eq(&c).is_some() {
                count += 1;
            }
        }
        let piece = match (c, count) {
            _ if quoted => None,
            ('E', 4..) => Some(Piece::Weekday),
            ('E', _) => Some(Piece::ShortWeekday),
            ('M', 4..) => Some(Piece::Month),
            ('M', 3) => Some(Piece::ShortMonth),
            ('M', digits) => Some(Piece::MonthNumber(digits)),
            ('d', digits) => Some(Piece::Day(digits)),
            ('y', _) => Some(Piece::Year),
            ('h', digits) => Some(Piece::Hour(digits)),
            ('m', _) => Some(Piece::Minute),
            ('a', _) => Some(Piece::Half),
            _ => None,
        };
        match piece {
            Some(piece) => {
                if !words.is_empty() {
                    out.push(Piece::Words(std::mem::take(&mut words)));
                }
                out.push(piece);
            }
            None => words.push(c),
        }
    }
    if !words.is_empty() {
        out.push(Piece::Words(words));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn without_a_locale_dates_are_plain_english() {
        let dates = Dates::default();
        assert_eq!(dates, Dates::for_locale("C.UTF-8", None));
        assert_eq!(dates, Dates::for_locale("", None));
        let today = day("2026-11-22");
        assert_eq!(dates.day_words(today, today), "Today");
        assert_eq!(dates.day_words(day("2026-11-21"), today), "Yesterday");
        assert_eq!(dates.day_words(day("2026-11-16"), today), "Monday 16 November");
        assert_eq!(dates.day_words(day("2025-12-31"), today), "Wednesday 31 December 2025");
        let now = at("2026-11-22T12:00:00Z");
        let words = |text| dates.ago(at(text), now, &TimeZone::UTC);
        assert_eq!(words("2026-11-22T12:00:30Z"), "now");
        assert_eq!(words("2026-11-22T11:59:01Z"), "now");
        assert_eq!(words("2026-11-22T11:55:00Z"), "5m");
        assert_eq!(words("2026-11-22T02:00:00Z"), "10h");
        assert_eq!(words("2026-11-20T12:00:00Z"), "Fri");
        assert_eq!(words("2026-11-02T12:00:00Z"), "2 Nov");
        assert_eq!(words("2024-11-02T12:00:00Z"), "2024");
        let when = |text| dates.when(at(text), now, &TimeZone::UTC);
        assert_eq!(when("2026-11-22T02:04:00Z"), "02:04");
        assert_eq!(when("2026-11-21T23:04:00Z"), "Sat");
    }

    #[test]
    fn a_locale_has_its_own_words_order_and_clock() {
        let today = day("2026-11-22");
        for (locale, heading, older, clock, column) in [
            ("de_DE.UTF-8", "Montag, 16. November", "Mittwoch, 31. Dezember 2025", "15:04", "2.11."),
            ("en_US.UTF-8", "Monday, November 16", "Wednesday, December 31, 2025", "3:04 PM", "Nov 2"),
            ("en_GB", "Monday 16 November", "Wednesday 31 December 2025", "15:04", "2/11"),
            ("es_ES@euro", "lunes, 16 de noviembre", "miércoles, 31 de diciembre de 2025", "15:04", "2/11"),
            ("ja_JP.UTF-8", "11月16日(月曜日)", "2025年12月31日水曜日", "15:04", "11/2"),
            ("ru_RU", "понедельник, 16 ноября", "среда, 31 декабря 2025 г.", "15:04", "2.11"),
            ("zh_TW.UTF-8", "11月16日 星期一", "2025年12月31日 星期三", "下午3:04", "11/2"),
            // a language that is not in the table, in a region that is
            ("qu_PE", "Monday 16 November", "Wednesday 31 December 2025", "3:04 pm", "2 Nov"),
        ] {
            let dates = Dates::for_locale(locale, None);
            assert_eq!(dates.day_words(day("2026-11-16"), today), heading, "{locale}");
            assert_eq!(dates.day_words(day("2025-12-31"), today), older, "{locale}");
            assert_eq!(dates.clock(at("2026-11-22T15:04:00Z"), &TimeZone::UTC), clock, "{locale}");
            assert_eq!(dates.ago(at("2026-11-02T12:00:00Z"), at("2026-11-22T12:00:00Z"), &TimeZone::UTC), column);
        }
        assert_eq!(Dates::for_locale("fr_FR", None).day_words(today, today), "Aujourd’hui");
        assert_eq!(
            Dates::for_locale("de_DE", Some(true)).clock(at("2026-11-22T00:04:00Z"), &TimeZone::UTC),
            "12:04 AM"
        );
        assert_eq!(Dates::for_locale("en_US", Some(false)).clock(at("2026-11-22T15:04:00Z"), &TimeZone::UTC), "15:04");
    }

    #[test]
    fn the_zone_decides_which_day_it_is() {
        let dates = Dates::for_locale("de_DE", None);
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        assert_eq!(dates.clock(at("2026-11-22T20:04:09Z"), &zone), "01:04");
        assert_eq!(dates.when(at("2026-11-22T20:04:00Z"), at("2026-11-23T03:00:00Z"), &zone), "01:04");
    }

    #[test]
    fn every_language_of_the_table_fits_its_columns() {
        let now = at("2026-12-31T12:00:00Z");
        let mut count = 0;
        for name in TABLE.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')) {
            let entry = Entry::find(name).unwrap_or_else(|| panic!("{name} cannot be read"));
            let dates = Dates::of(&entry, true);
            assert_eq!((dates.days.len(), dates.short_days.len(), dates.months.len()), (7, 7, 12), "{name}");
            for days in 1..=364 {
                let at = now - jiff::SignedDuration::from_hours(24 * days);
                let words = dates.ago(at, now, &TimeZone::UTC);
                assert!(!words.is_empty() && text::width(&words) <= 6, "{name}: {words}");
                let heading = dates.day_words(times::day(at, &TimeZone::UTC), day("2026-12-31"));
                assert!(!heading.contains("EEE") && !heading.is_empty(), "{name}: {heading}");
            }
            assert!((5..=16).contains(&dates.clock_columns()), "{name}: {}", dates.clock(now, &TimeZone::UTC));
            count += 1;
        }
        assert!(count > 60, "{count}");
    }

    #[test]
    fn the_environment_is_asked_in_order() {
        let from = |pairs: &[(&str, &str)]| {
            Dates::locale(|name| pairs.iter().find(|(had, _)| *had == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(from(&[("LANG", "de_DE"), ("LC_TIME", "fr_FR"), ("LC_ALL", "")]), "fr_FR");
        assert_eq!(from(&[("LANG", "de_DE"), ("LC_ALL", "C")]), "C");
        assert_eq!(from(&[]), "");
    }
}
