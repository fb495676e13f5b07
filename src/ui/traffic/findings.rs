//! The diagnosis in words.

use ratatui::layout::Rect;

use super::lines::Lines;
use crate::config::{Action, Context};
use crate::inspect::diagnose::{Certainty, Severity};
use crate::text::Clean;
use crate::ui::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let theme = canvas.theme;
    let findings = &state.traffic.findings;
    if findings.is_empty() {
        return super::empty(canvas, area, "Nothing to say yet: no rule has found anything, good or bad.");
    }
    let columns = usize::from(area.width).saturating_sub(2);
    let mut lines = Lines::new(canvas, columns);
    for finding in findings {
        let (word, style) = match finding.severity {
            Severity::Fault => ("fault", theme.verdict.bad),
            Severity::Warning => ("warning", theme.verdict.warn),
            Severity::Note => ("note", theme.panel.value),
            Severity::Good => ("good", theme.verdict.ok),
        };
        let sure = match finding.certainty {
            Certainty::Certain => "certain",
            Certainty::Likely => "likely",
            Certainty::Possible => "possible",
        };
        lines.heading(finding.rule);
        lines.push("", format!("{word}, {sure}"), style);
        lines.wrapped("seen", &finding.saw, theme.panel.value);
        lines.wrapped("means", &finding.means, theme.panel.value);
        if let Some(side) = finding.mend {
            lines.field("to mend", side.name());
        }
        if let Some(ids) = &finding.ids {
            lines.field("the event says", ids.event.shown().to_string());
            lines.field("the list says", ids.list.shown().to_string());
            lines.wrapped("they differ", &ids.differ, theme.screen.warning);
        }
        if let Some(id) = &finding.should_send {
            lines.field("it should send", id.shown().to_string());
        }
        for (nth, todo) in finding.todo.iter().enumerate() {
            lines.wrapped(if nth == 0 { "what to do" } else { " " }, todo, theme.panel.value);
        }
        if let Some(command) = &finding.command {
            lines.wrapped("to look yourself", command, theme.panel.key);
        }
        if let (Some(first), many) = (finding.events.first(), finding.events.len()) {
            let more = if many > 1 { format!(" and {} more", many - 1) } else { String::new() };
            lines.field("shown by", format!("event {first}{more}"));
        }
    }
    lines.blank();
    let again = canvas.hint_in(Context::Traffic, Action::Reconnect, "connects anew and tests again");
    lines.words(&Clean::line(&again), theme.screen.dim);
    lines.draw(canvas, area, state.traffic.row);
}
