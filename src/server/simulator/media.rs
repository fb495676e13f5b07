//! The files that the demo's customers send. Their bytes are made when they are asked for: small, valid and always
//! the same for the same name.

use sha2::{Digest, Sha256};

use super::dice::hex;
use super::files;
use super::script::{Content, Demo, Media, MediaForm, Said};

/// The media id of a file, as envelopes carry it and [`find`] takes it.
pub fn id(media: &Media) -> String {
    let mut hash = Sha256::new();
    hash.update(media.kind.word().as_bytes());
    hash.update([0]);
    hash.update(media.name.as_bytes());
    let all = hex(&hash.finalize());
    format!("demo-{}-{}", media.kind.word(), all.get(..16).unwrap_or(&all))
}

/// The file with this media id, wherever in the demo it is sent.
pub fn find(demo: &Demo, wanted: &str) -> Option<Media> {
    said(demo)
        .filter_map(|said| match &said.content {
            Content::Media(media) => Some(media),
            _ => None,
        })
        .find(|media| id(media) == wanted)
        .cloned()
}

/// The bytes of a file.
pub fn bytes(media: &Media) -> Vec<u8> {
    match media.kind {
        MediaForm::Image => files::png(&media.name),
        MediaForm::Sticker => files::webp(),
        MediaForm::Video => files::mp4(),
        MediaForm::Audio => files::ogg(3),
        MediaForm::Voice(seconds) => files::ogg(seconds),
        MediaForm::Document => files::pdf(&media.name),
    }
}

/// Everything that anybody says in the demo.
pub fn said(demo: &Demo) -> impl Iterator<Item = &Said> {
    let scripted = demo.conversations.iter().flat_map(|conversation| {
        let past = conversation.history.iter().map(|past| &past.said);
        past.chain(&conversation.next).chain(&conversation.replies)
    });
    let opens = demo.newcomers.iter().flat_map(|newcomer| &newcomer.opens);
    scripted.chain(opens).chain(demo.small_talk.odd.iter().map(|(_, said)| said))
}
