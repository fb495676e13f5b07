//! What lies over the screen: prompts with what they find, lists, and questions.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{
    Effect, State, actions, attaching, composing, deeds, fetching, handling, panes, profiles, queue, reacting,
    searching, templating, traffic, views, waiting,
};
use crate::app::inbox::View;
use crate::app::state::{Ask, Focus, Overlay, Sure};
use crate::app::{offered, phrases, pick};
use crate::chat::ConversationKey;
use crate::config::Action;
use crate::text::{self, Clean};

/// At most this many lines are offered below a prompt.
const MOST_HITS: usize = 200;

/// The actions that the palette offers for what was typed, best first.
pub fn palette_hits(state: &State, search: &str) -> Vec<Action> {
    let there = Action::ALL.iter().filter(|action| offered(state, **action));
    if search.is_empty() {
        return there.copied().collect();
    }
    let pattern = Pattern::parse(search, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, Action)> = there
        .filter_map(|action| {
            let text = format!("{} {}", action.description(), action.name());
            pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|score| (score, *action))
        })
        .collect();
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().map(|(_, action)| action).collect()
}

/// The views that can be chosen, with how many conversations each has: the built-in ones, the user's, each line where
/// there are several, each label.
pub fn view_hits(state: &State, search: &str) -> Vec<(View, usize)> {
    let inbox = &state.inbox;
    let mut views: Vec<(View, usize)> = inbox.views().map(|(view, count)| (view.clone(), count)).collect();
    let lines: Vec<_> = inbox.lines().collect();
    if lines.len() > 1 {
        views.extend(lines.into_iter().map(|(id, count)| {
            let known = state.lines.iter().find(|line| line.id == *id);
            let name = known.and_then(|line| line.name.as_ref().or(line.phone.as_ref())).cloned();
            (View::of_line(id, &name.unwrap_or_else(|| id.shown())), count)
        }));
    }
    views.extend(inbox.labels().map(|(label, count)| (View::of_label(label), count)));
    let wanted = text::search_fold(search.trim());
    views.retain(|(view, _)| text::search_fold(&view.name).contains(&wanted));
    views
}

/// Looks for the conversations that the overlay offers now. To be called whenever what is typed there changed.
pub fn look_up(state: &mut State) {
    state.panels.hits = match &state.panels.overlay {
        Some(Overlay::GoTo { search, .. } | Overlay::Assign { search, .. } | Overlay::Forward { search, .. }) => {
            conversation_hits(state, search)
        }
        _ => Vec::new(),
    };
}

/// The conversations that a prompt offers for what was typed, best first.
fn conversation_hits(state: &State, search: &str) -> Vec<ConversationKey> {
    if search.is_empty() {
        return state.inbox.all().iter().take(MOST_HITS).copied().collect();
    }
    let pattern = Pattern::parse(search, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut text = String::new();
    let mut hits: Vec<(u32, ConversationKey)> = Vec::new();
    for key in state.inbox.all() {
        let Some(row) = state.inbox.get(*key) else { continue };
        let phone = row.phone.as_ref().map(|phone| phone.digits()).unwrap_or_default();
        text.clear();
        for part in [row.name.as_deref().unwrap_or_default(), " ", phone, " ", row.id.as_str()] {
            text.push_str(part);
        }
        if let Some(score) = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher) {
            hits.push((score, *key));
        }
    }
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().take(MOST_HITS).map(|(_, key)| key).collect()
}

/// Lets an overlay have an action; `false` when it is none of its business.
pub(super) fn perform(state: &mut State, action: Action, out: &mut Vec<Effect>) -> bool {
    let unrouted = state.unrouted.len();
    if state.panels.overlay == Some(Overlay::Welcome) {
        // it goes with the first key, and any other than Enter and Esc does what it does
        state.panels.overlay = None;
        out.extend(state.files.welcomed.take().map(Effect::Welcomed));
        return matches!(action, Action::Open | Action::Back);
    }
    match action {
        Action::Down | Action::SearchNext => choose(state, 1),
        Action::Up | Action::SearchPrevious => choose(state, -1),
        Action::PageDown | Action::HalfPageDown => choose(state, 10),
        Action::PageUp | Action::HalfPageUp => choose(state, -10),
        Action::Top => choose(state, isize::MIN),
        Action::Bottom => choose(state, isize::MAX),
        Action::FocusNext | Action::Complete | Action::FocusPrevious => {
            if let Some(Overlay::Template(form)) = &mut state.panels.overlay {
                form.step(if action == Action::FocusPrevious { -1 } else { 1 });
            } else {
                attaching::complete(state, out);
            }
        }
        Action::Open => take(state, out),
        Action::Confirm => actions::answer(state, true, out),
        Action::Decline => actions::answer(state, false, out),
        Action::Back => close(state),
        Action::RetrySend | Action::TakeBack | Action::DiscardSend
            if matches!(state.panels.overlay, Some(Overlay::Queue { .. })) =>
        {
            match action {
                Action::RetrySend => queue::retry(state, out),
                Action::TakeBack => queue::take_back(state, out),
                _ => queue::ask_to_discard(state),
            }
        }
        Action::BelongsHere => {
            if let Some(Overlay::Unrouted { chosen }) = state.panels.overlay {
                let index = chosen.min(unrouted.saturating_sub(1));
                state.panels.overlay = Some(Overlay::Assign { index, search: String::new(), chosen: 0 });
                look_up(state);
            }
        }
        Action::Editor => composing::editor(state, out),
        Action::Delete => {
            if let Some(Overlay::Replies { search, chosen }) = &state.panels.overlay
                && let Some(phrase) = phrases::matching(&phrases::all(state), search).get(*chosen).copied().cloned()
            {
                let name = phrase.name;
                if phrase.shared {
                    super::say(state, false, format!("/{name} is the team's: it is changed at the backend"));
                    return true;
                }
                let words = Clean::line(&format!("Delete the canned reply /{name}?"));
                let sure = Sure::ForgetReply(name);
                state.panels.overlay = Some(Overlay::Sure { sure, words });
            }
        }
        Action::LineStart
        | Action::LineEnd
        | Action::DeleteWord
        | Action::DeleteToLineStart
        | Action::DeleteToLineEnd => edit(state, action),
        Action::Quit | Action::Help | Action::Palette if matches!(state.panels.overlay, Some(Overlay::Help { .. })) => {
            state.panels.overlay = None;
        }
        Action::Quit if matches!(state.panels.overlay, Some(Overlay::Quit { .. })) => actions::answer(state, true, out),
        Action::Quit
        | Action::Suspend
        | Action::Redraw
        | Action::Reconnect
        | Action::Traffic
        | Action::TrafficFullScreen => {
            close(state);
            return false;
        }
        _ => {}
    }
    true
}

/// Closes the overlay; what it only tried is undone.
fn close(state: &mut State) {
    if let Some(Overlay::Themes { before, .. }) = state.panels.overlay.take() {
        state.theme = before;
    }
}

/// What was typed into the prompt that is open.
fn search(state: &mut State) -> Option<(&mut String, &mut usize)> {
    match state.panels.overlay.as_mut()? {
        Overlay::Palette { search, chosen }
        | Overlay::Views { search, chosen }
        | Overlay::Profiles { search, chosen }
        | Overlay::Replies { search, chosen }
        | Overlay::GoTo { search, chosen }
        | Overlay::Search { search, chosen, .. }
        | Overlay::Assign { search, chosen, .. }
        | Overlay::FilterEvents { search, chosen } => Some((search, chosen)),
        Overlay::Attach { typed, chosen, .. } => Some((typed, chosen)),
        Overlay::Templates { search, chosen, .. }
        | Overlay::React { search, chosen, .. }
        | Overlay::Forward { search, chosen, .. } => Some((search, chosen)),
        Overlay::Help { search, scroll } => Some((search, scroll)),
        Overlay::Pick(pick) => Some((&mut pick.search, &mut pick.chosen)),
        Overlay::Welcome
        | Overlay::Paste { .. }
        | Overlay::Unrouted { .. }
        | Overlay::Menu { .. }
        | Overlay::TryJoin { .. }
        | Overlay::Queue { .. }
        | Overlay::Themes { .. }
        | Overlay::Discard { .. }
        | Overlay::Links { .. }
        | Overlay::Files { .. }
        | Overlay::Template(_)
        | Overlay::Picture { .. }
        | Overlay::Ask { .. }
        | Overlay::Sure { .. }
        | Overlay::Quit { .. } => None,
    }
}

/// Changes what was typed, whichever line takes it now, and starts again at the first hit.
fn change(state: &mut State, with: impl FnOnce(&mut String)) {
    if let Some(Overlay::Ask { typed, .. }) = &mut state.panels.overlay {
        with(typed);
    } else if let Some(Overlay::Template(form)) = &mut state.panels.overlay {
        form.problem = None;
        if let Some(value) = form.values.get_mut(form.at) {
            with(value);
        }
    } else if let Some((search, chosen)) = search(state) {
        with(search);
        *chosen = 0;
        if let Some(Overlay::Attach { problem, .. }) = &mut state.panels.overlay {
            *problem = None;
        }
        look_up(state);
    } else if state.panels.overlay.is_none() && state.focus == Focus::Filter {
        let mut text = state.inbox.filter().unwrap_or_default().to_owned();
        with(&mut text);
        state.inbox.set_filter(&text);
    }
}

/// A character was typed into a prompt.
pub(super) fn type_char(state: &mut State, c: char) {
    change(state, |text| text.push(c));
}

/// The last character goes.
pub(super) fn rub_out(state: &mut State) {
    change(state, |text| {
        let keep = unicode_segmentation::UnicodeSegmentation::grapheme_indices(text.as_str(), true).next_back();
        text.truncate(keep.map_or(0, |(at, _)| at));
    });
}

/// The editing keys that a one-line prompt knows.
pub(super) fn edit(state: &mut State, action: Action) {
    match action {
        Action::DeleteToLineStart => change(state, String::clear),
        Action::DeleteWord => change(state, |text| {
            let kept = text.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1);
            text.truncate(kept);
        }),
        _ => {}
    }
}

/// Moves the choice by so many lines.
pub(super) fn choose(state: &mut State, by: isize) {
    let last = match &state.panels.overlay {
        Some(Overlay::Palette { search, .. }) => palette_hits(state, search).len(),
        Some(Overlay::Pick(pick)) => pick::lines(state, pick).len(),
        Some(Overlay::Views { search, .. }) => view_hits(state, search).len(),
        Some(Overlay::Profiles { search, .. }) => crate::app::profiles::hits(state, search).len(),
        Some(Overlay::GoTo { .. } | Overlay::Assign { .. }) => state.panels.hits.len(),
        Some(Overlay::Replies { search, .. }) => phrases::matching(&phrases::all(state), search).len(),
        Some(Overlay::Links { links, .. }) => links.len(),
        Some(Overlay::Attach { .. }) => attaching::offered(state).len(),
        Some(Overlay::Templates { search, .. }) => templating::found(state, search).len(),
        Some(Overlay::React { key, message, search, .. }) => reacting::offered(state, *key, message, search).len(),
        Some(Overlay::Forward { .. }) => state.panels.hits.len(),
        Some(Overlay::Files { then, .. }) => fetching::of_thread(state, *then).len(),
        Some(Overlay::Themes { choices, .. }) => choices.len(),
        Some(Overlay::Unrouted { .. }) => state.unrouted.len(),
        Some(Overlay::Queue { .. }) => state.outbox.items().len(),
        Some(Overlay::Search { found, .. }) => found.as_ref().map_or(0, |found| found.hits.len()),
        Some(Overlay::Menu { menu, .. }) => traffic::menu_lines(state, menu).len(),
        Some(Overlay::Help { .. }) => crate::app::help::lines(state).len(),
        _ => 0,
    }
    .saturating_sub(1);
    let move_it = |at: &mut usize| *at = at.saturating_add_signed(by).min(last);
    match state.panels.overlay.as_mut() {
        Some(Overlay::Template(form)) => form.step(by.signum()),
        Some(
            Overlay::Unrouted { chosen }
            | Overlay::Queue { chosen }
            | Overlay::Links { chosen, .. }
            | Overlay::Files { chosen, .. }
            | Overlay::Themes { chosen, .. }
            | Overlay::Menu { chosen, .. },
        ) => move_it(chosen),
        Some(_) => {
            if let Some((_, chosen)) = search(state) {
                move_it(chosen);
            }
        }
        None => {}
    }
    panes::preview(state);
}

/// Enter: takes the chosen line.
fn take(state: &mut State, out: &mut Vec<Effect>) {
    if matches!(state.panels.overlay, Some(Overlay::Search { .. })) {
        return searching::take(state, out);
    }
    match &state.panels.overlay {
        Some(Overlay::Attach { .. }) => return attaching::take(state, out),
        Some(Overlay::Template(_)) => return templating::send(state, out),
        _ => {}
    }
    match state.panels.overlay.take() {
        Some(Overlay::Queue { chosen }) => {
            if let Some(key) = state.outbox.items().get(chosen).map(|item| item.key) {
                actions::enter(state, key, out);
            }
        }
        Some(Overlay::Palette { search, chosen }) => {
            if let Some(action) = palette_hits(state, &search).get(chosen) {
                actions::perform(state, *action, out);
            }
        }
        Some(Overlay::Views { search, chosen }) => {
            if let Some((view, _)) = view_hits(state, &search).into_iter().nth(chosen) {
                views::show(state, view);
            }
        }
        Some(Overlay::Profiles { search, chosen }) => profiles::take(state, &search, chosen, out),
        Some(Overlay::GoTo { chosen, .. }) => {
            if let Some(key) = state.panels.hits.get(chosen).copied() {
                actions::enter(state, key, out);
            }
        }
        Some(Overlay::Replies { search, chosen }) => {
            let text = phrases::matching(&phrases::all(state), &search).get(chosen).map(|phrase| phrase.text.clone());
            if let Some(text) = text {
                composing::put_in(state, &text, out);
            }
        }
        Some(Overlay::Pick(pick)) => deeds::take(state, *pick, out),
        Some(Overlay::Templates { key, search, chosen }) => templating::choose(state, key, &search, chosen),
        Some(Overlay::React { key, message, search, chosen }) => {
            let emoji = reacting::offered(state, key, &message, &search).get(chosen).map(|(emoji, _)| *emoji);
            if let Some(emoji) = emoji {
                reacting::react(state, key, message, emoji, out);
            }
        }
        Some(Overlay::Forward { text, chosen, .. }) => {
            if let Some(key) = state.panels.hits.get(chosen).copied() {
                reacting::forward(state, key, &text, out);
            }
        }
        Some(Overlay::Files { then, chosen }) => fetching::take(state, then, chosen, out),
        Some(Overlay::Picture { .. }) => {}
        Some(Overlay::Links { links, chosen }) => {
            if let Some(link) = links.into_iter().nth(chosen) {
                out.push(Effect::OpenLink(link));
            }
        }
        Some(Overlay::Themes { choices, chosen, .. }) => panes::take_theme(state, &choices, chosen),
        Some(Overlay::Ask { ask, typed }) => match ask {
            Ask::ReplyName { text } => composing::keep(state, &typed, &text, out),
            Ask::ExportPath => handling::export(state, typed.trim(), out),
        },
        Some(Overlay::Assign { index, chosen, .. }) => {
            if let Some(key) = state.panels.hits.get(chosen).copied() {
                waiting::belongs(state, index, key, out);
            }
        }
        Some(Overlay::Unrouted { chosen }) => {
            state.panels.overlay = Some(Overlay::Assign { index: chosen, search: String::new(), chosen: 0 });
            look_up(state);
        }
        Some(Overlay::Menu { menu, chosen }) => traffic::take(state, menu, chosen, out),
        Some(Overlay::FilterEvents { search, .. }) => traffic::set_filter(state, &search, out),
        other => state.panels.overlay = other,
    }
}
