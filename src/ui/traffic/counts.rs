//! Latency, counts and rates.

use ratatui::layout::Rect;

use super::lines::Lines;
use crate::app::times;
use crate::backend::RoomStage;
use crate::inspect::latency::{self, Spread};
use crate::text::Clean;
use crate::ui::Canvas;

/// How long each step of the way takes.
pub(super) fn latency(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let columns = usize::from(area.width).saturating_sub(2);
    let found = latency::latency(&state.timeline);
    let mut lines = Lines::new(canvas, columns);
    lines.push("of the newest events", header(), theme.panel.label);
    let mut row = |label: &'static str, spread: Option<Spread>| {
        let words = spread.map_or_else(|| canvas.glyphs.nothing.to_owned(), |spread| cells(&spread));
        lines.field(label, words);
    };
    row("emitted to received", found.on_the_way);
    row("received to decided", found.deciding);
    row("decided to drawn", found.drawing);
    row("emitted to drawn", found.whole);
    row("statuses, on the way", found.statuses);
    let acks = state.rooms.rows().filter_map(|room| {
        latency::between(
            room.times.get(&RoomStage::Emitted).copied(),
            room.times.get(&RoomStage::Acknowledged).copied(),
        )
    });
    row("a join and its answer", Spread::of(acks.filter(|took| !took.is_negative()).collect()));
    let rest = state.traffic.exchanges.iter().filter(|one| one.status.is_some());
    let rest = rest.filter_map(|one| jiff::SignedDuration::try_from(one.took).ok());
    row("REST, request to answer", Spread::of(rest.collect()));
    lines.blank();
    match found.skew {
        Some(skew) => lines.words(
            &format!(
                "Events come before they were emitted: the backend's clock is at least {} ahead of this one, or this \
                 one is behind. Times that compare both are off by as much.",
                times::took(skew)
            ),
            theme.verdict.warn,
        ),
        None => lines.words("The two clocks agree as far as events can tell.", theme.screen.dim),
    }
    lines.draw(canvas, area, state.traffic.row);
}

fn header() -> String {
    format!("{:>8} {:>10} {:>10} {:>10} {:>10}", "measured", "half", "95 of 100", "99 of 100", "longest")
}

fn cells(spread: &Spread) -> String {
    let took = times::took;
    let (half, p95, p99, most) = (took(spread.p50), took(spread.p95), took(spread.p99), took(spread.most));
    format!("{:>8} {half:>10} {p95:>10} {p99:>10} {most:>10}", spread.count)
}

/// Counts by verdict and by event, and the last minute second by second.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let columns = usize::from(area.width).saturating_sub(2);
    let counters = state.timeline.counters();
    let kept = state.timeline.rows().len();
    let memory = state.timeline.memory() / 1024;
    let mut lines = Lines::new(canvas, columns);
    lines.field(
        "events",
        format!("{} in all, {kept} kept in {memory} KiB, {} shown", counters.total, super::shown_count(canvas)),
    );
    lines.field("bytes", counters.bytes.to_string());
    let rate = counters.rate(state.now);
    lines.field("a second", format!("{rate:.1} over the last ten"));
    let seconds = counters.per_second(state.now);
    let most = seconds.iter().max().copied().unwrap_or(0);
    lines.push(
        "the last minute",
        format!("{}  at most {most}/s", bars(&seconds, state.settings.ascii)),
        theme.verdict.ok,
    );
    let last = counters.last.map_or_else(|| "none yet".to_owned(), |at| times::clock_seconds(at, &state.settings.zone));
    lines.field("last event", last);
    match super::alarm(canvas) {
        Some(words) => lines.push("silence", words, theme.verdict.bad),
        None => lines.field("silence", "no: REST has moved nothing since that no event brought"),
    }
    lines.heading("By verdict");
    let share = |count: u64| format!("{count:>8}  {:>3} %", count.saturating_mul(100) / counters.total.max(1));
    lines.field("rescued", share(counters.rescued));
    for (verdict, count) in &counters.verdicts {
        lines.field(*verdict, share(*count));
    }
    lines.heading("By event");
    let mut names: Vec<_> = counters.names.iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (name, count) in names {
        lines.field(Clean::line(name).to_string(), share(*count));
    }
    lines.draw(canvas, area, state.traffic.row);
}

/// One column a second.
fn bars(counts: &[u32], ascii: bool) -> String {
    const UNICODE: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 9] = [' ', '.', '.', ':', ':', '|', '|', '#', '#'];
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let marks = if ascii { ASCII } else { UNICODE };
    let bar = |count: &u32| {
        let height = (u64::from(*count) * 8).div_ceil(u64::from(most));
        marks.get(usize::try_from(height).unwrap_or(8)).copied().unwrap_or(' ')
    };
    counts.iter().map(bar).collect()
}
