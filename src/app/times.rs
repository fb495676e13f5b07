//! Times, durations and numbers in words, short enough for a column.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The day of a time, in a zone.
pub fn day(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// `12:04`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let at = zone.to_datetime(at);
    let mut out = String::with_capacity(5);
    two_digits(&mut out, at.hour());
    out.push(':');
    two_digits(&mut out, at.minute());
    out
}

/// `12:04:09`.
pub fn clock_seconds(at: Timestamp, zone: &TimeZone) -> String {
    let second = zone.to_datetime(at).second();
    let mut out = clock(at, zone);
    out.push(':');
    two_digits(&mut out, second);
    out
}

/// `12:04:09.123`.
pub fn clock_millis(at: Timestamp, zone: &TimeZone) -> String {
    format!("{}.{:03}", clock_seconds(at, zone), at.subsec_millisecond().unsigned_abs())
}

/// A duration in at most nine columns: `840 µs`, `12 ms`, `3.2 s`, `14 min`; negative where clocks disagree.
pub fn took(took: SignedDuration) -> String {
    let micros = took.as_micros();
    match micros.unsigned_abs() {
        0..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{}.{} ms", micros / 1_000, micros.unsigned_abs() % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..100_000_000 => format!("{}.{} s", micros / 1_000_000, micros.unsigned_abs() % 1_000_000 / 100_000),
        _ => format!("{} min", micros / 60_000_000),
    }
}

fn two_digits(out: &mut String, number: i8) {
    let number = number.unsigned_abs() % 100;
    out.push(char::from(b'0' + number / 10));
    out.push(char::from(b'0' + number % 10));
}

/// A length of time in one unit, rounded down: `9 s`, `40 min`, `21 h`, `3 d`.
pub fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The same without seconds: it changes once a minute, whatever else is drawn.
pub fn minutes(length: SignedDuration) -> String {
    if length.as_mins() < 1 { "<1 min".to_owned() } else { span(length) }
}

/// A round trip, coarse enough to stand still: the next of 5, 10, 20, 50, … that it stays under.
pub fn round_trip(took: std::time::Duration) -> &'static str {
    match took.as_millis() {
        0..5 => "<5 ms",
        5..10 => "<10 ms",
        10..20 => "<20 ms",
        20..50 => "<50 ms",
        50..100 => "<100 ms",
        100..200 => "<200 ms",
        200..500 => "<500 ms",
        500..1_000 => "<1 s",
        1_000..2_000 => "<2 s",
        2_000..5_000 => "<5 s",
        _ => ">5 s",
    }
}

/// How long somebody waits, in at most three columns, in steps that do not change a screen each minute: nothing under
/// five minutes, then `5m`, `10m`, …, `1h`, `2d`, `9w`.
pub fn waited(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    match minutes {
        0..5 => String::new(),
        5..60 => format!("{}m", minutes / 5 * 5),
        60..1_440 => format!("{}h", minutes / 60),
        1_440..20_160 => format!("{}d", minutes / 1_440),
        _ => format!("{}w", (minutes / 10_080).min(99)),
    }
}

/// What is left of a time, in at most three columns: `21h`, `40m`, `0m`.
pub fn left(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    if minutes < 60 { format!("{minutes}m") } else { format!("{}h", (minutes / 60).min(99)) }
}

/// `1 line`, `2 lines`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A size in bytes as people write it: `812 B`, `120 kB`, `1.4 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_follow_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        assert_eq!(clock(at("2026-11-22T07:04:09Z"), &zone), "12:04");
        assert_eq!(clock_seconds(at("2026-11-22T07:04:09Z"), &zone), "12:04:09");
    }

    #[test]
    fn waits_in_steps_and_counts_in_their_number() {
        let waits: Vec<String> =
            [4, 5, 59, 60, 1_439, 1_440, 30_000].map(|m| waited(SignedDuration::from_mins(m))).into();
        assert_eq!(waits, ["", "5m", "55m", "1h", "23h", "1d", "2w"]);
        assert_eq!(
            (left(SignedDuration::from_mins(61)), left(SignedDuration::from_secs(-5))),
            ("1h".into(), "0m".into())
        );
        assert_eq!([0, 1, 2].map(|n| counted(n, "line")), ["0 lines", "1 line", "2 lines"]);
    }

    #[test]
    fn lengths_and_sizes() {
        assert_eq!(span(SignedDuration::from_secs(-4)), "0 s");
        assert_eq!(span(SignedDuration::from_mins(59)), "59 min");
        assert_eq!(span(SignedDuration::from_hours(21)), "21 h");
        assert_eq!(span(SignedDuration::from_hours(80)), "3 d");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(120_400), "120 kB");
        assert_eq!(size(1_449_000), "1.4 MB");
        assert_eq!(round_trip(std::time::Duration::from_millis(12)), "<20 ms");
    }
}
