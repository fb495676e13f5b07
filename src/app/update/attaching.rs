//! Files that go out: the prompt that finds one, what is checked before it goes, and how far it is on its way.

use std::path::PathBuf;

use super::{Effect, State, say, title_of};
use crate::app::composer::Mode;
use crate::app::files::{Entry, Listing, completed, folder_of, matching, parts, plain_path};
use crate::app::outbox::Fate;
use crate::app::state::{Focus, Overlay};
use crate::backend::{Command, OutgoingFile};
use crate::chat::Id;
use crate::text::Clean;

/// Opens the prompt that finds a file for the open conversation.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    if state.open.is_none() || state.composer.target.is_none() {
        return say(state, false, "Open a conversation first (Enter)");
    }
    if !state.offers.upload {
        return say(state, false, "This backend takes no files");
    }
    if state.composer.mode == Mode::Note {
        return say(state, false, "A note to the team carries no file; press Esc and write a reply");
    }
    if !state.media.asked {
        state.media.asked = true;
        out.push(Effect::Backend(Command::FetchLimits));
    }
    let typed = state.media.folder.clone().unwrap_or_else(|| "~/".to_owned());
    state.panels.overlay = Some(Overlay::Attach { typed, chosen: 0, listing: None, problem: None });
    look(state, out);
}

/// Looks at the folder that is typed, unless that is the one which is shown.
pub(super) fn look(state: &State, out: &mut Vec<Effect>) {
    let Some(Overlay::Attach { typed, listing, .. }) = &state.panels.overlay else { return };
    let folder = folder_of(typed);
    if listing.as_ref().is_none_or(|listing| listing.folder != folder) {
        out.push(Effect::ListFolder(folder));
    }
}

/// A folder was looked at.
pub(super) fn listed(state: &mut State, looked: Listing) {
    if let Some(Overlay::Attach { typed, listing, .. }) = &mut state.panels.overlay
        && folder_of(typed) == looked.folder
    {
        *listing = Some(looked);
        state.dirty = true;
    }
}

/// What the prompt offers.
pub fn offered(state: &State) -> Vec<&Entry> {
    match &state.panels.overlay {
        Some(Overlay::Attach { typed, listing: Some(Listing { folder, entries: Ok(entries) }), .. })
            if *folder == folder_of(typed) =>
        {
            matching(entries, typed)
        }
        _ => Vec::new(),
    }
}

fn chosen(state: &State) -> Option<Entry> {
    let Some(Overlay::Attach { chosen, .. }) = &state.panels.overlay else { return None };
    offered(state).get(*chosen).map(|entry| (*entry).clone())
}

/// Tab: what is chosen is typed.
pub(super) fn complete(state: &mut State, out: &mut Vec<Effect>) {
    let Some(entry) = chosen(state) else { return };
    type_entry(state, &entry, out);
}

fn type_entry(state: &mut State, entry: &Entry, out: &mut Vec<Effect>) {
    if let Some(Overlay::Attach { typed, chosen, problem, .. }) = &mut state.panels.overlay {
        *typed = completed(typed, entry);
        (*chosen, *problem) = (0, None);
    }
    look(state, out);
}

/// Enter: goes into a folder, or takes a file. What is typed whole is taken as it is.
pub(super) fn take(state: &mut State, out: &mut Vec<Effect>) {
    let Some(Overlay::Attach { typed, .. }) = &state.panels.overlay else { return };
    let plain = plain_path(typed);
    let path = match chosen(state) {
        Some(entry) if plain == *typed => {
            if !entry.file {
                return type_entry(state, &entry, out);
            }
            completed(typed, &entry)
        }
        _ => plain,
    };
    if !parts(&path).1.is_empty() {
        out.push(Effect::ChooseFile(PathBuf::from(path)));
    }
}

/// The file was looked at: it goes along with what is written, or it cannot be sent.
pub(super) fn taken(state: &mut State, path: PathBuf, file: Result<OutgoingFile, Clean>) {
    let Some(Overlay::Attach { problem, .. }) = &mut state.panels.overlay else { return };
    state.dirty = true;
    let checked = file.and_then(|file| match state.media.limits.check(file.kind, file.size) {
        Ok(()) => Ok(file),
        Err(why) => Err(Clean::line(&format!("{} cannot be sent: {why}", file.name))),
    });
    match checked {
        Ok(file) => {
            state.panels.overlay = None;
            state.media.folder = Some(parts(&path.to_string_lossy()).0.to_owned());
            state.composer.along.file = Some(file);
            state.composer.refusal = None;
            state.composer.touch();
            state.focus = Focus::Composer;
        }
        Err(why) => *problem = Some(why),
    }
}

/// Takes the file, then the quote out of what is written; where there is neither, stops what is on its way.
pub(super) fn drop_or_stop(state: &mut State, out: &mut Vec<Effect>) {
    let along = &mut state.composer.along;
    let in_composer = state.focus == Focus::Composer;
    if in_composer && let Some(file) = along.file.take() {
        state.composer.touch();
        return say(state, false, format!("{} is not sent along; the text stays", file.name));
    }
    if in_composer && along.quote.take().is_some() {
        return say(state, false, "No message is quoted now; the text stays");
    }
    stop(state, out);
}

/// Stops the upload of the open conversation, else any, else a download.
fn stop(state: &mut State, out: &mut Vec<Effect>) {
    let sending = |item: &&crate::app::outbox::Outgoing| item.fate == Fate::Sending && item.progress.is_some();
    let items = state.outbox.items();
    let here = items.iter().filter(sending).find(|item| Some(item.key) == state.open);
    if let Some(item) = here.or_else(|| items.iter().find(sending)) {
        let name = title_of(state, item.key);
        if item.progress.is_some_and(|(done, total)| Some(done) == total) {
            return say(state, false, format!("All of it has gone out to {name}; it cannot be called back"));
        }
        let id = item.client.clone();
        return out.push(Effect::Backend(Command::Stop { id }));
    }
    match state.media.fetching.last() {
        Some(fetch) => out.push(Effect::Backend(Command::Stop { id: fetch.id.clone() })),
        None => say(state, false, "Nothing is on its way that could be stopped"),
    }
}

/// So much of a file has passed.
pub(super) fn progress(state: &mut State, id: &Id, done: u64, total: Option<u64>) {
    state.dirty = true;
    if let Some(fetch) = state.media.fetching.iter_mut().find(|fetch| fetch.id == *id) {
        fetch.done = (done, total);
        return;
    }
    let Some(item) = state.outbox.get_mut(id) else { return };
    let first = item.progress.replace((done, total)).is_none();
    let key = item.key;
    if first && let Some(view) = state.threads.get_mut(key) {
        // its message has a row more now
        view.change(|_| ());
    }
}
