//! The profiles behind the one in front: those that run, those that are being opened, and those that nobody asked for.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::seat::{Came, Seat};
use crate::app::profiles::{Profile, Standing};
use crate::text::Clean;

/// A seat on its way, or why there is none.
pub type Opening = Pin<Box<dyn Future<Output = Result<Seat, Clean>>>>;

/// Opens a profile by its name in the configuration.
pub type Open = Arc<dyn Fn(String) -> Opening>;

type Arriving = Pin<Box<dyn Future<Output = (String, Result<Seat, Clean>)>>>;

/// The other profiles. With a single one all of this is empty and costs nothing.
pub struct Others {
    names: Vec<String>,
    at_start: Vec<String>,
    open: Option<Open>,
    running: Vec<Seat>,
    opening: FuturesUnordered<Arriving>,
    on_their_way: Vec<String>,
    failed: HashMap<String, Clean>,
    /// Goes to the front as soon as it is open.
    wanted: Option<String>,
    /// What the one in front was told last.
    told: Vec<Profile>,
}

/// What happened behind the one in front.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
pub(super) enum Behind {
    /// Something came for the seat of this number.
    Came(usize, Came),
    /// A profile was opened, or could not be.
    Opened(String, Result<Seat, Clean>),
}

impl Others {
    /// No other profile.
    pub fn none() -> Self {
        Self {
            names: Vec::new(),
            at_start: Vec::new(),
            open: None,
            running: Vec::new(),
            opening: FuturesUnordered::new(),
            on_their_way: Vec::new(),
            failed: HashMap::new(),
            wanted: None,
            told: Vec::new(),
        }
    }

    /// The profiles of the configuration, the one in front included; `at_start` are opened at once.
    pub fn new(names: Vec<String>, at_start: Vec<String>, open: Open) -> Self {
        Self { names, at_start, open: Some(open), ..Self::none() }
    }

    /// Begins to open those that run from the start.
    pub(super) fn begin(&mut self) {
        for name in std::mem::take(&mut self.at_start) {
            self.begin_one(name);
        }
    }

    fn begin_one(&mut self, name: String) {
        let Some(open) = self.open.as_ref().filter(|_| !self.on_their_way.contains(&name)) else { return };
        let seat = open(name.clone());
        self.failed.remove(&name);
        self.on_their_way.push(name.clone());
        self.opening.push(Box::pin(async move { (name, seat.await) }));
    }

    /// A profile is to come to the front: it is returned when it runs already, and opened otherwise.
    pub(super) fn want(&mut self, name: &str) -> Option<Seat> {
        if let Some(at) = self.place_of(name) {
            self.wanted = None;
            return Some(self.running.remove(at));
        }
        if self.names.iter().any(|known| known == name) {
            self.wanted = Some(name.to_owned());
            self.begin_one(name.to_owned());
        }
        None
    }

    /// A profile was opened, or was not: a seat that was waited for is returned to come to the front.
    pub(super) fn opened(&mut self, name: &str, seat: Result<Seat, Clean>) -> Result<Option<Seat>, Clean> {
        self.on_their_way.retain(|other| other != name);
        let wanted = self.wanted.take_if(|wanted| wanted == name).is_some();
        match seat {
            Ok(seat) if wanted => Ok(Some(seat)),
            Ok(seat) => {
                self.running.push(seat);
                Ok(None)
            }
            Err(why) => {
                self.failed.insert(name.to_owned(), why.clone());
                if wanted { Err(why) } else { Ok(None) }
            }
        }
    }

    /// A seat steps back.
    pub(super) fn put_behind(&mut self, seat: Seat) {
        self.running.push(seat);
    }

    /// The seat of this number.
    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Seat> {
        self.running.get_mut(at)
    }

    /// The number of the seat with this name.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        self.running.iter().position(|seat| seat.name == name)
    }

    /// The seat of this number has ended.
    pub(super) fn remove(&mut self, at: usize, why: Clean) {
        let seat = self.running.remove(at);
        self.failed.insert(seat.name, why);
    }

    /// How many run.
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// What happens next. Never, where there is no other profile.
    pub(super) async fn next(&mut self) -> Behind {
        poll_fn(|context| {
            for (at, seat) in self.running.iter_mut().enumerate() {
                if let Poll::Ready(came) = pin!(seat.next()).poll(context) {
                    return Poll::Ready(Behind::Came(at, came));
                }
            }
            match self.opening.poll_next_unpin(context) {
                Poll::Ready(Some((name, seat))) => Poll::Ready(Behind::Opened(name, seat)),
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// When the first of their timers runs out.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.running.iter().filter_map(|seat| seat.timers.next()).min()
    }

    /// All profiles as the one in front shows them, when that is news to it; nothing where there is only one.
    pub(super) fn news(&mut self, front: &str) -> Option<Vec<Profile>> {
        self.open.as_ref()?;
        let here = Profile { standing: Standing::Here, ..Profile::closed(front.to_owned()) };
        let mut seen = Vec::with_capacity(self.names.len() + 1);
        for name in &self.names {
            seen.push(if name == front {
                here.clone()
            } else if let Some(seat) = self.running.iter().find(|seat| seat.name == *name) {
                seat.seen()
            } else if self.on_their_way.contains(name) {
                Profile { standing: Standing::Opening, ..Profile::closed(name.clone()) }
            } else if let Some(why) = self.failed.get(name) {
                Profile { standing: Standing::Failed(why.clone()), ..Profile::closed(name.clone()) }
            } else {
                Profile::closed(name.clone())
            });
        }
        if seen == self.told {
            return None;
        }
        self.told.clone_from(&seen);
        Some(seen)
    }

    /// The one in front is another: it has to be told everything.
    pub(super) fn forget_told(&mut self) {
        self.told.clear();
    }

    /// All of them take leave.
    pub(super) async fn leave(self) {
        join_all(self.running.into_iter().map(Seat::leave)).await;
    }
}
