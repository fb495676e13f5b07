//! Files that came: which one is meant, fetching it, and what is done with it then.

use std::path::PathBuf;

use super::{Effect, State, say, title_of};
use crate::app::files::{Fetch, Then};
use crate::app::rows;
use crate::app::state::Overlay;
use crate::backend::{Command, RestError};
use crate::chat::attachment::{may_run, safe_name};
use crate::chat::{Content, Direction, Id, Media, MediaKind, Message};
use crate::text::Clean;

/// Does something with the file of the selected message; where that has none, the files of the conversation are
/// offered.
pub(super) fn begin(state: &mut State, then: Then, out: &mut Vec<Effect>) {
    let Some(view) = state.open_thread() else {
        return say(state, false, "Open a conversation first (Enter)");
    };
    let selected = rows::current(state, view);
    let meant = selected.filter(|index| view.thread.get(*index).is_some_and(|message| fits(message, then)));
    if let Some(index) = meant {
        return fetch(state, index, then, out);
    }
    let files = of_thread(state, then);
    match files.as_slice() {
        [] if then == Then::View => say(state, false, "There is no picture in this conversation"),
        [] => say(state, false, "There is no file in this conversation"),
        _ => state.panels.overlay = Some(Overlay::Files { then, chosen: 0 }),
    }
}

fn media(message: &Message) -> Option<&Media> {
    match &message.content {
        Content::Media(media) => Some(media),
        _ => None,
    }
}

fn fits(message: &Message, then: Then) -> bool {
    media(message)
        .is_some_and(|media| then != Then::View || matches!(media.kind, MediaKind::Image | MediaKind::Sticker))
}

/// The messages of the open thread that carry a file, the newest first, by their index.
pub fn of_thread(state: &State, then: Then) -> Vec<usize> {
    let Some(view) = state.open_thread() else { return Vec::new() };
    (0..view.thread.len()).rev().filter(|index| view.thread.get(*index).is_some_and(|m| fits(m, then))).collect()
}

/// The one that was chosen in the list of files.
pub(super) fn take(state: &mut State, then: Then, chosen: usize, out: &mut Vec<Effect>) {
    if let Some(index) = of_thread(state, then).get(chosen).copied() {
        fetch(state, index, then, out);
    }
}

fn fetch(state: &mut State, index: usize, then: Then, out: &mut Vec<Effect>) {
    let Some(key) = state.open else { return };
    let message = state.threads.get(key).and_then(|view| view.thread.get(index)).cloned();
    let Some((message, file)) = message.and_then(|message| media(&message).cloned().map(|file| (message, file))) else {
        return;
    };
    let Some(address) = file.url.clone() else {
        let words = if message.direction == Direction::Outbound {
            "The backend does not give back what was sent: the file is where it was sent from"
        } else {
            "The backend does not say where this file is"
        };
        return say(state, false, words);
    };
    if then == Then::View && !state.settings.pictures {
        let words = if state.settings.ascii || state.settings.ssh {
            "Pictures are not shown in this terminal (over SSH or in ASCII); [media] pictures in the configuration changes that"
        } else {
            "Pictures are not shown in this terminal; open it instead, or see [media] pictures in the configuration"
        };
        return say(state, false, words);
    }
    if let Some(path) = state.media.fetched.get(&(address.clone(), then == Then::View)) {
        let path = path.clone();
        return done_with(state, then, path, &file, out);
    }
    if let Some(fetch) = state.media.fetching.iter_mut().find(|fetch| fetch.media == address) {
        fetch.then = if then == Then::Keep { fetch.then } else { then };
        return say(state, false, "It is on its way already");
    }
    let folder = if then == Then::View { state.files.pictures.clone() } else { state.files.downloads.clone() };
    let Some(folder) = folder else {
        return say(state, true, "There is no folder for files; set [media] downloads in the configuration");
    };
    let name = name_of(state, &message, &file);
    state.media.count += 1;
    let id = Id::new(format!("file-{}", state.media.count));
    let limit = state.settings.largest_file;
    out.push(Effect::Backend(Command::FetchFile {
        id: id.clone(),
        media: address.clone(),
        folder,
        name: name.clone(),
        limit,
    }));
    let fetch = Fetch { id, key, message: message.ids, media: address, name, done: (0, file.size), then };
    state.media.fetching.push(fetch);
    if let Some(view) = state.threads.get_mut(key) {
        view.change(|_| ());
    }
    state.dirty = true;
}

/// The name under which a file is kept.
fn name_of(state: &State, message: &Message, file: &Media) -> String {
    let at = message.created_at.or(message.sent_at).unwrap_or(state.now);
    let at = at.to_zoned(state.settings.zone.clone()).strftime("%Y-%m-%d %H.%M").to_string();
    let otherwise = format!("{} {at}", file.kind.name());
    safe_name(file.filename.as_deref(), file.mime.as_deref(), &otherwise)
}

/// A file is here, or is not.
pub(super) fn fetched(state: &mut State, id: &Id, result: Result<PathBuf, RestError>, out: &mut Vec<Effect>) {
    let Some(at) = state.media.fetching.iter().position(|fetch| fetch.id == *id) else { return };
    let fetch = state.media.fetching.remove(at);
    if let Some(view) = state.threads.get_mut(fetch.key) {
        view.change(|_| ());
    }
    state.dirty = true;
    match result {
        Ok(path) => {
            state.media.fetched.insert((fetch.media, fetch.then == Then::View), path.clone());
            let index = state.threads.get(fetch.key).and_then(|view| {
                let index = fetch.message.iter().find_map(|id| view.thread.index_of(id))?;
                view.thread.get(index)
            });
            let file = index.and_then(media).cloned();
            let kind = file.unwrap_or_else(|| Media {
                kind: MediaKind::Document,
                caption: None,
                filename: Some(Clean::line(&fetch.name)),
                mime: None,
                size: None,
                url: None,
            });
            done_with(state, fetch.then, path, &kind, out);
        }
        Err(error) => {
            let name = title_of(state, fetch.key);
            say(state, true, format!("{} of {name} was not fetched: {error}", fetch.name));
        }
    }
}

fn done_with(state: &mut State, then: Then, path: PathBuf, file: &Media, out: &mut Vec<Effect>) {
    let shown = path.display().to_string();
    match then {
        Then::Keep => say(state, false, format!("Kept as {shown}")),
        Then::Open if may_run(&shown) => {
            let words = format!("Kept as {shown}, and not opened: a file of this kind can run a program");
            say(state, true, words);
        }
        Then::Open => out.push(Effect::OpenFile(path)),
        Then::View => {
            let title = file.caption.clone().or_else(|| file.filename.clone());
            let title = title.unwrap_or_else(|| Clean::line(file.kind.name()));
            let (columns, rows) = crate::app::picture::room(state);
            state.panels.overlay = Some(Overlay::Picture { title, shown: None });
            out.push(Effect::ShowPicture { path, columns, rows });
        }
    }
}

/// A file that was fetched is not there any more: the next time it is fetched again.
pub(super) fn gone(state: &mut State, path: &std::path::Path) {
    state.media.fetched.retain(|_, kept| kept != path);
    say(state, true, format!("{} is not there any more; once more fetches it again", path.display()));
}
