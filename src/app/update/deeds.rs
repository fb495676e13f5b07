//! What is done to conversations as a whole, one or several marked ones: at once on the screen, told to the backend, put
//! back where that refuses, and undone by one key.

use super::{Effect, State, catalogues, counted, handling, reading, say, target, title_of};
use crate::app::deed::{Change, Deed};
use crate::app::pick::{self, Pick, Picking};
use crate::app::rows::status_word;
use crate::app::snooze;
use crate::app::state::{Focus, Overlay, Sure};
use crate::backend::{Command, RestError};
use crate::chat::{ConversationKey, Status};
use crate::config::{Action, Context};
use crate::text::Clean;
use crate::wire::{Catalogue, Operated, Operation};

/// At most this many changes can be undone.
const UNDOABLE: usize = 50;
/// So many refusals of one change are told one by one.
const TOLD: usize = 2;

/// Opens a choice about the selected, the open, or the marked conversations.
pub(super) fn choose(state: &mut State, what: Picking, out: &mut Vec<Effect>) {
    let keys = handling::subjects(state);
    if keys.is_empty() {
        return say(state, false, "No conversation is selected");
    }
    if let Some(catalogue) = what.catalogue() {
        catalogues::want(state, catalogue, out);
    }
    state.panels.overlay = Some(Overlay::Pick(Box::new(Pick { what, keys, search: String::new(), chosen: 0 })));
}

/// Enter in a choice: the chosen line is done. Labels of one conversation can be changed one after the other.
pub(super) fn take(state: &mut State, pick: Pick, out: &mut Vec<Effect>) {
    let Some(line) = pick::lines(state, &pick).into_iter().nth(pick.chosen) else {
        state.panels.overlay = Some(Overlay::Pick(Box::new(pick)));
        return;
    };
    let stay = pick.what == Picking::Labels && pick.keys.len() == 1;
    ask(state, pick.keys.clone(), line.deed, out);
    if stay && state.panels.overlay.is_none() {
        state.panels.overlay = Some(Overlay::Pick(Box::new(Pick { search: String::new(), ..pick })));
    }
}

/// The agent takes what is selected, open or marked.
pub(super) fn take_over(state: &mut State, out: &mut Vec<Effect>) {
    catalogues::want(state, Catalogue::Agents, out);
    match pick::me(state).filter(|me| me.id.is_some()) {
        Some(me) => of_subjects(state, Deed::Take(me), out),
        None => say(state, true, "The backend has not told who you are to it; nothing was taken"),
    }
}

/// Does something to the selected, the open, or the marked conversations.
pub(super) fn of_subjects(state: &mut State, deed: Deed, out: &mut Vec<Effect>) {
    let keys = handling::subjects(state);
    if keys.is_empty() {
        return say(state, false, "No conversation is selected");
    }
    if deed == Deed::Release {
        // to give it back by undo, the agent's id is needed
        catalogues::want(state, Catalogue::Agents, out);
    }
    ask(state, keys, deed, out);
}

/// Does it; to several conversations only after a question.
fn ask(state: &mut State, keys: Vec<ConversationKey>, deed: Deed, out: &mut Vec<Effect>) {
    if keys.len() == 1 {
        return perform(state, &keys, deed, out);
    }
    let words = Clean::line(&question(state, &deed, &counted(keys.len(), "conversation")));
    state.panels.overlay = Some(Overlay::Sure { sure: Sure::Deed { keys, deed }, words });
}

fn question(state: &State, deed: &Deed, what: &str) -> String {
    let until = |until: &Option<jiff::Timestamp>| match until {
        Some(at) => format!("until {}", snooze::when(*at, state.now, &state.settings.zone)),
        None => "until the customer writes".to_owned(),
    };
    match deed {
        Deed::Status(Status::Open) => format!("Reopen {what}?"),
        Deed::Status(Status::Pending) => format!("Set {what} to pending?"),
        Deed::Status(Status::Resolved) => format!("Resolve {what}?"),
        Deed::Status(status) => format!("Set {what} to {}?", status_word(status)),
        Deed::Snooze(at) => format!("Snooze {what} {}?", until(at)),
        Deed::Assign(agent) if state.inbox.me().is(&agent.name) => format!("Assign {what} to you?"),
        Deed::Assign(agent) => format!("Assign {what} to {}?", agent.name),
        Deed::Take(_) => format!("Take {what}?"),
        Deed::Release => format!("Release {what}?"),
        Deed::Label { label, on: true } => format!("Put the label {label} on {what}?"),
        Deed::Label { label, on: false } => format!("Take the label {label} off {what}?"),
        Deed::Priority(word) => format!("Set the priority of {what} to {word}?"),
        Deed::Unread(_) => format!("Mark {what} as unread?"),
    }
}

/// What a conversation is like now: `is resolved now`.
fn outcome(state: &State, deed: &Deed, several: bool) -> String {
    let (is, has) = if several { ("are", "have") } else { ("is", "has") };
    match deed {
        Deed::Status(status) => format!("{is} {} now", status_word(status)),
        Deed::Snooze(None) => format!("{is} snoozed until the customer writes"),
        Deed::Snooze(Some(at)) => format!("{is} snoozed until {}", snooze::when(*at, state.now, &state.settings.zone)),
        Deed::Assign(agent) | Deed::Take(agent) if state.inbox.me().is(&agent.name) => format!("{is} yours now"),
        Deed::Assign(agent) | Deed::Take(agent) => format!("{is} assigned to {} now", agent.name),
        Deed::Release => format!("{is} nobody's now"),
        Deed::Label { label, on: true } => format!("{has} the label {label} now"),
        Deed::Label { label, on: false } => format!("{has} the label {label} no more"),
        Deed::Priority(word) => format!("{has} {word} priority now"),
        Deed::Unread(0) => format!("{is} read now"),
        Deed::Unread(_) if state.offers.unread => format!("{is} unread now"),
        Deed::Unread(_) => format!("{is} unread here now; the backend is not told"),
    }
}

/// The same without a question.
pub(super) fn perform(state: &mut State, keys: &[ConversationKey], deed: Deed, out: &mut Vec<Effect>) {
    state.refused.clear();
    let (mut back, mut why) = (Vec::new(), None);
    for key in keys {
        let undo = state.inbox.get(*key).and_then(|row| deed.undone_by(row));
        match undo.map(|undo| (undo, put(state, *key, &deed, out))) {
            Some((undo, Ok(()))) => back.push((*key, undo)),
            Some((_, Err(words))) => why = Some(words),
            None => {}
        }
    }
    let undo = state.keymap.keys_for(Action::UndoChange, Context::List.stack()).next();
    let undo = undo.map(|keys| format!(" · {keys} undoes it")).unwrap_or_default();
    match back.as_slice() {
        [] => match why {
            Some(why) => return say(state, true, why),
            None => return say(state, false, "It is like that already"),
        },
        [(key, _)] => {
            let (name, outcome) = (title_of(state, *key), outcome(state, &deed, false));
            say(state, false, format!("{name} {outcome}{undo}"));
        }
        several => {
            let (count, outcome) = (counted(several.len(), "conversation"), outcome(state, &deed, true));
            say(state, false, format!("{count} {outcome}{undo}"));
        }
    }
    state.inbox.clear_marks();
    if matches!(deed, Deed::Unread(1..)) && state.open.is_some_and(|open| back.iter().any(|(key, _)| *key == open)) {
        leave(state, out);
    }
    state.changes.push(Change { done: deed, back });
    if state.changes.len() > UNDOABLE {
        state.changes.remove(0);
    }
}

/// What is marked as unread is not looked at any more, or it would be read at once.
fn leave(state: &mut State, out: &mut Vec<Effect>) {
    state.open = None;
    state.composer.turn_to(None);
    state.focus = Focus::List;
    super::watch(state, out);
}

/// Changes the row, and tells the backend; where that cannot be told, nothing changes, and the answer says why.
fn put(state: &mut State, key: ConversationKey, deed: &Deed, out: &mut Vec<Effect>) -> Result<(), String> {
    let nothing = |why: &str| Err(format!("{why}; nothing was changed"));
    let Some(target) = target(state, key) else { return nothing("It is not in the list any more") };
    let deed = match deed {
        Deed::Assign(agent) if agent.id.is_none() => {
            let Some(agent) = pick::agent_named(state, &agent.name) else {
                return nothing(&format!("Who {} is to the backend is not known here", agent.name));
            };
            Deed::Assign(agent)
        }
        other => other.clone(),
    };
    match (&deed, deed.operation()) {
        (Deed::Status(status), _) => {
            out.push(Effect::Backend(Command::SetStatus { target, status: status.clone() }));
        }
        (Deed::Unread(0), _) => reading::tell(state, key, out),
        (Deed::Unread(_), _) if !state.offers.unread => {}
        (_, Some(operation)) => {
            *state.operating.entry(key).or_default() += 1;
            out.push(Effect::Backend(Command::Operate { target, operation }));
        }
        (_, None) => return nothing("This backend has no word for it"),
    }
    state.inbox.change(key, |row| deed.apply(row));
    state.dirty = true;
    Ok(())
}

/// Undoes the last change.
pub(super) fn undo(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Change { back, .. }) = state.changes.pop() else {
        return say(state, false, "Nothing to undo");
    };
    state.refused.clear();
    let (mut done, mut why) = (Vec::new(), None);
    for (key, deed) in back {
        match put(state, key, &deed, out) {
            Ok(()) => done.push((key, deed)),
            Err(words) => why = Some(words),
        }
    }
    match done.as_slice() {
        [] => say(state, true, why.unwrap_or_default()),
        [(key, deed)] => {
            let (name, outcome) = (title_of(state, *key), outcome(state, deed, false));
            say(state, false, format!("Undone: {name} {outcome}"));
        }
        several => say(state, false, format!("Undone for {}", counted(several.len(), "conversation"))),
    }
}

/// The backend answered a change of status; where it refused, the row is as it was.
pub(super) fn status_set(
    state: &mut State,
    key: ConversationKey,
    result: Result<(), RestError>,
    out: &mut Vec<Effect>,
) {
    if let Err(error) = result {
        put_back(state, key, |deed| matches!(deed, Deed::Status(_)), out);
        tell_refusal(state, key, "its status was not changed", &error);
    }
}

/// The backend answered an operation: what it says of the conversation now is what the row says, unless more is on the
/// way. Where it refused, the row is as it was.
pub(super) fn operated(
    state: &mut State,
    key: ConversationKey,
    operation: &Operation,
    result: Result<Operated, RestError>,
    out: &mut Vec<Effect>,
) {
    let left = state.operating.get(&key).copied().unwrap_or(1).saturating_sub(1);
    if left == 0 {
        state.operating.remove(&key);
    } else {
        state.operating.insert(key, left);
    }
    match result {
        Ok(Operated { facts, .. }) => {
            if let Some(mut facts) = facts.filter(|_| left == 0) {
                // what is unread is counted here
                facts.unread = None;
                state.inbox.change(key, |row| row.absorb(&facts));
                state.dirty = true;
            }
            if let Operation::AddLabel { .. } = operation {
                catalogues::changed(state, Catalogue::Labels, out);
            }
        }
        Err(error) => {
            put_back(state, key, |deed| deed.operation().as_ref() == Some(operation), out);
            tell_refusal(state, key, what_not(operation), &error);
        }
    }
}

/// The row of a refused change is as it was, unless it says something newer by now.
fn put_back(state: &mut State, key: ConversationKey, is_it: impl Fn(&Deed) -> bool, out: &mut Vec<Effect>) {
    let of_it = |change: &Change| is_it(&change.done) && change.back.iter().any(|(changed, _)| *changed == key);
    let Some(at) = state.changes.iter().rposition(of_it) else {
        // it was an undo: only the backend knows how it stands
        let (limit, purpose) = (state.settings.list_limit, crate::backend::Purpose::Asked);
        return out.push(Effect::Backend(Command::FetchList { limit, purpose }));
    };
    let Some(change) = state.changes.get_mut(at) else { return };
    let place = change.back.iter().position(|(changed, _)| *changed == key);
    let back = place.map(|place| change.back.remove(place).1);
    let done = change.done.clone();
    state.changes.retain(|change| !change.back.is_empty());
    if let Some(back) = back
        && state.inbox.get(key).is_some_and(|row| done.shown_by(row))
    {
        state.inbox.change(key, |row| back.apply(row));
    }
    state.dirty = true;
}

/// Says who was refused what; of many the first ones, and how many there were.
fn tell_refusal(state: &mut State, key: ConversationKey, what: &str, error: &RestError) {
    let why = match error {
        RestError::Refused { code: Some(code), reason, .. } if &**code == "ALREADY_ASSIGNED" => reason.to_string(),
        other => other.to_string(),
    };
    state.refused.push(Clean::line(&format!("{}: {what}: {why}", title_of(state, key))));
    let told: Vec<&str> = state.refused.iter().take(TOLD).map(|words| &**words).collect();
    let words = match state.refused.len() {
        count if count > TOLD => format!("{count} were refused. {}; …", told.join("; ")),
        _ => told.join("; "),
    };
    say(state, true, words);
}

/// What was not done, in words.
fn what_not(operation: &Operation) -> &'static str {
    match operation {
        Operation::Assign { .. } => "not assigned",
        Operation::Take { .. } => "not taken",
        Operation::Release => "not released",
        Operation::Labels { .. } | Operation::AddLabel { .. } | Operation::RemoveLabel { .. } => {
            "its labels were not changed"
        }
        Operation::Note { .. } => "the note was not kept",
        Operation::Priority { .. } => "its priority was not changed",
        Operation::Unread => "not marked as unread",
        Operation::Snooze { .. } => "not snoozed",
        Operation::Template { .. } => "the template was not sent",
        Operation::React { .. } => "the reaction was not sent",
    }
}
