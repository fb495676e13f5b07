//! What the program's state says to the rules of [`inspect::diagnose`](mod@crate::inspect::diagnose).

use super::state::State;
use super::threads::Loading;
use crate::chat::{ConversationKey, Id, Verdict};
use crate::inspect::evidence::{Evidence, Listed, Misspelt, Opened};
use crate::inspect::{Kind, Sight};
use crate::text::Clean;

/// So many rows of the list are looked at.
const MOST_ROWS: usize = 20;

/// Everything that is known now. It costs a copy of the last 500 events: once a second at most, not once a frame.
pub fn evidence(state: &State) -> Evidence {
    let rows = state.inbox.all().iter().filter_map(|key| state.inbox.get(*key));
    let mut address = state.address.clone();
    if let Some(line) = state.lines.first() {
        address.list_url = Clean::line(&address.list_url.replace("$LINE", line.id.as_str()));
    }
    Evidence {
        live_since: state.live_since,
        address,
        session: state.session.clone(),
        account: state.identity.account.clone().or_else(|| state.directory.rules().account.clone()),
        list: Listed {
            came: state.list == Loading::Done,
            failed: state.list_failure.clone(),
            rows: state.inbox.len(),
            page_ids: rows.take(MOST_ROWS).map(|row| row.page_id.clone()).collect(),
        },
        open: state.open.and_then(|key| opened(state, key)),
        rooms: state.rooms.rows().cloned().collect(),
        events: state.sightings.iter().cloned().collect(),
        missed: state.missed.found().cloned().collect(),
        misspelt: misspelt(state),
        ..Evidence::nothing(state.now)
    }
}

/// The newest message of an unknown conversation whose id is almost that of a known one.
fn misspelt(state: &State) -> Option<Misspelt> {
    let unknown = |sight: &&Sight| sight.kind == Kind::Message && matches!(sight.verdict, Verdict::Unknown { .. });
    let sights: Vec<&Sight> = state.sightings.iter().filter(unknown).collect();
    sights.into_iter().rev().take(MOST_ROWS).find_map(|sight| {
        let named = sight.says.ids.iter().map(|named| &named.id);
        let (says, (key, why)) = named.filter_map(|id| Some((id, state.directory.misspelt_name(id)?))).next()?;
        let page_id = state.inbox.get(key)?.page_id.clone();
        Some(Misspelt { seq: sight.seq, says: says.clone(), page_id, why: Clean::line(why) })
    })
}

fn opened(state: &State, key: ConversationKey) -> Option<Opened> {
    let row = state.inbox.get(key)?;
    let view = state.threads.get(key);
    let failed = view.and_then(|view| match &view.latest {
        Loading::Failed(reason) => Some(reason.clone()),
        _ => None,
    });
    let aliases = state.directory.declared_ids(key).into_iter().filter(|alias: &Id| *alias != row.id).collect();
    Some(Opened {
        key,
        title: row.title(),
        id: row.id.clone(),
        page_id: row.page_id.clone(),
        aliases,
        account: row.account.clone(),
        line: row.line.clone(),
        phone: row.phone.clone(),
        below: view.map_or(0, |view| view.below),
        filtered_away: state.inbox.index_of(key).is_none(),
        failed,
    })
}
