//! The simulator as a [`Channel`]: what the server sends goes to the plan, files are made on the spot.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::live::Shared;
use super::media;
use crate::server::channel::{Channel, ChannelError, FetchedMedia, Outbound};

/// The way to the simulated customers.
pub(super) struct SimulatedChannel {
    pub(super) shared: Arc<Shared>,
}

impl Channel for SimulatedChannel {
    fn send(&self, message: Outbound) -> BoxFuture<'_, Result<String, ChannelError>> {
        Box::pin(async move { self.shared.send(&message) })
    }

    fn fetch_media<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<FetchedMedia, ChannelError>> {
        Box::pin(async move {
            let found = media::find(&self.shared.demo, id).ok_or_else(|| ChannelError {
                code: Some(100),
                message: "Unsupported get request".to_owned(),
                details: Some(format!("The demo has no file with the media id {id:?}.")),
            })?;
            Ok(FetchedMedia { bytes: Bytes::from(media::bytes(&found)), mime: found.kind.mime().to_owned() })
        })
    }
}
