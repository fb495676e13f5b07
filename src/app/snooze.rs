//! Until when a conversation can be put off: the usual choices, and what is typed.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::times;

/// The hour at which a working day begins.
const MORNING: Time = Time::constant(9, 0, 0, 0);

/// One choice: its words, and the time; without one, until the customer writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// In words.
    pub words: String,
    /// Until then.
    pub until: Option<Timestamp>,
}

/// What is offered for what was typed, best first.
pub fn choices(now: Timestamp, zone: &TimeZone, typed: &str) -> Vec<Choice> {
    let today = times::day(now, zone);
    let later = |hours: i64| now.checked_add(SignedDuration::from_hours(hours)).ok();
    let morning = |day: Option<Date>| at(day?, MORNING, zone);
    let usual = [
        ("1 hour", later(1)),
        ("3 hours", later(3)),
        ("tomorrow", morning(today.tomorrow().ok())),
        ("next Monday", morning(today.nth_weekday(1, Weekday::Monday).ok())),
    ];
    let usual =
        usual.into_iter().filter_map(|(words, until)| Some(Choice { words: words.to_owned(), until: Some(until?) }));
    let usual = usual.chain([Choice { words: "until the customer writes".to_owned(), until: None }]);
    let typed = typed.trim().to_lowercase();
    let own = read(now, zone, &typed).map(|until| Choice { words: typed.clone(), until: Some(until) });
    own.into_iter().chain(usual.filter(|choice| choice.words.to_lowercase().contains(&typed))).collect()
}

/// A time to come, in few words: `14:32`, `tomorrow 09:00`, `Mon 30 Nov 09:00`.
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (day, today) = (times::day(at, zone), times::day(now, zone));
    let clock = times::clock(at, zone);
    if day == today {
        clock
    } else if today.tomorrow().is_ok_and(|tomorrow| tomorrow == day) {
        format!("tomorrow {clock}")
    } else {
        format!("{} {clock}", day.strftime("%a %-d %b"))
    }
}

/// The same to the second, for what is over soon.
pub fn when_exactly(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    if times::day(at, zone) == times::day(now, zone) {
        at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
    } else {
        when(at, now, zone)
    }
}

/// What was typed as a time to come: `45m`, `2h`, `3d`, `17:30`, `tomorrow 8:30`, `fri 10`, `2026-12-01 9:00`.
pub fn read(now: Timestamp, zone: &TimeZone, typed: &str) -> Option<Timestamp> {
    let words: Vec<&str> = typed.split_whitespace().filter(|word| *word != "at").collect();
    let until = match words.as_slice() {
        [one] if length(one).is_some() => now.checked_add(length(one)?).ok()?,
        [number, unit] if length(&format!("{number}{unit}")).is_some() => {
            now.checked_add(length(&format!("{number}{unit}"))?).ok()?
        }
        [one] => match (clock(one), day(now, zone, one)) {
            (Some(time), _) => next(now, zone, time)?,
            (None, day) => at(day?, MORNING, zone)?,
        },
        [first, second] => at(day(now, zone, first)?, clock(second)?, zone)?,
        _ => return None,
    };
    (until > now).then_some(until)
}

fn length(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
    let number: i64 = number.parse().ok().filter(|number| (1..=10_000).contains(number))?;
    match unit {
        "m" | "min" | "mins" | "minute" | "minutes" => Some(SignedDuration::from_mins(number)),
        "h" | "hour" | "hours" => Some(SignedDuration::from_hours(number)),
        "d" | "day" | "days" => Some(SignedDuration::from_hours(number * 24)),
        "w" | "week" | "weeks" => Some(SignedDuration::from_hours(number * 24 * 7)),
        _ => None,
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    if hour.len() > 2 || minute.len() > 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn day(now: Timestamp, zone: &TimeZone, text: &str) -> Option<Date> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let today = times::day(now, zone);
    match text {
        "today" => Some(today),
        "tomorrow" => today.tomorrow().ok(),
        _ if text.len() >= 3 && text.is_ascii() && DAYS.iter().any(|(name, _)| name.starts_with(text)) => {
            let (_, weekday) = DAYS.iter().find(|(name, _)| name.starts_with(text))?;
            today.nth_weekday(1, *weekday).ok()
        }
        _ => text.parse().ok(),
    }
}

/// The next time that the clock shows this.
fn next(now: Timestamp, zone: &TimeZone, time: Time) -> Option<Timestamp> {
    let today = times::day(now, zone);
    let here = at(today, time, zone)?;
    if here > now { Some(here) } else { at(today.checked_add(1.day()).ok()?, time, zone) }
}

fn at(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Saturday evening in Madrid: 18:20 there.
    fn now() -> Timestamp {
        "2026-11-28T17:20:00Z".parse().unwrap()
    }

    fn madrid() -> TimeZone {
        TimeZone::get("Europe/Madrid").unwrap()
    }

    #[test]
    fn the_usual_choices_are_in_the_users_zone() {
        let zone = madrid();
        let shown: Vec<(String, String)> = choices(now(), &zone, "")
            .into_iter()
            .map(|choice| (choice.words, choice.until.map(|at| at.to_string()).unwrap_or_default()))
            .collect();
        let expected = [
            ("1 hour", "2026-11-28T18:20:00Z"),
            ("3 hours", "2026-11-28T20:20:00Z"),
            ("tomorrow", "2026-11-29T08:00:00Z"),
            ("next Monday", "2026-11-30T08:00:00Z"),
            ("until the customer writes", ""),
        ];
        assert_eq!(shown, expected.map(|(words, until)| (words.to_owned(), until.to_owned())));
    }

    #[test]
    fn what_is_typed_is_a_time_to_come_or_nothing() {
        let zone = madrid();
        for (typed, expected) in [
            ("45m", Some("2026-11-28T18:05:00Z")),
            ("2 hours", Some("2026-11-28T19:20:00Z")),
            ("3d", Some("2026-12-01T17:20:00Z")),
            ("19:30", Some("2026-11-28T18:30:00Z")),
            ("8", Some("2026-11-29T07:00:00Z")),
            ("tomorrow 8:30", Some("2026-11-29T07:30:00Z")),
            ("fri at 10", Some("2026-12-04T09:00:00Z")),
            ("sat", Some("2026-12-05T08:00:00Z")),
            ("2026-12-24 12:00", Some("2026-12-24T11:00:00Z")),
            ("today 9:00", None),
            ("2020-01-01", None),
            ("25:00", None),
            ("soon", None),
            ("", None),
        ] {
            let read = read(now(), &zone, typed).map(|at| at.to_string());
            assert_eq!(read.as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_typed_time_stands_first_and_words_choose() {
        let zone = madrid();
        let words =
            |typed: &str| -> Vec<String> { choices(now(), &zone, typed).into_iter().map(|c| c.words).collect() };
        assert_eq!(words("3h"), ["3h"]);
        assert_eq!(words("mon"), ["mon", "next Monday"]);
        assert_eq!(words("cust"), ["until the customer writes"]);
        assert_eq!(
            when(choices(now(), &zone, "mon").first().unwrap().until.unwrap(), now(), &zone),
            "Mon 30 Nov 09:00"
        );
    }
}
