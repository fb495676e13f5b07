//! From one profile to another, and what those behind may do to the screen.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::Program;
use super::others::Behind;
use super::seat::{Came, Seat};
use crate::app::{Effect, Input, Msg};
use crate::text::Clean;

impl Program {
    /// Something happened behind the profile in front.
    pub(super) async fn behind(&mut self, behind: Behind) -> io::Result<()> {
        match behind {
            Behind::Came(at, came) => {
                let msg = match came {
                    Came::Report(Some(report)) => Msg::Backend(report),
                    Came::Stored(reply) => Msg::Store(reply),
                    Came::Report(None) => {
                        self.others.remove(at, Clean::line("its session ended"));
                        return self.tell_of_others().await;
                    }
                };
                self.take_behind(at, msg).await?;
            }
            Behind::Opened(name, seat) => match self.others.opened(&name, seat) {
                Ok(Some(seat)) => self.bring_forward(seat).await?,
                Ok(None) => {}
                Err(why) => self.take(Msg::Done(Err(Clean::line(&format!("{name} was not opened: {why}"))))).await?,
            },
        }
        self.tell_of_others().await
    }

    /// A message for the seat of this number: of what it wants of the screen only a call for attention is heard.
    async fn take_behind(&mut self, at: usize, msg: Msg) -> io::Result<()> {
        let now = self.now();
        let Some(seat) = self.others.get_mut(at) else { return Ok(()) };
        let wanted = seat.take(now, msg);
        seat.state.dirty = false;
        for effect in wanted {
            if matches!(effect, Effect::Bell | Effect::Notify { .. }) {
                self.fulfil(effect).await?;
            }
        }
        Ok(())
    }

    /// The same for the seat of this name, if it still runs.
    pub(super) async fn take_named(&mut self, name: &str, msg: Msg) -> io::Result<()> {
        match self.others.place_of(name) {
            Some(at) => self.take_behind(at, msg).await,
            None => Ok(()),
        }
    }

    /// What those behind wanted to come back to.
    pub(super) async fn time_behind(&mut self, now: Instant) -> io::Result<()> {
        if self.others.next_timer().is_none_or(|at| at > now) {
            return Ok(());
        }
        for at in 0..self.others.len() {
            let expired = self.others.get_mut(at).map(|seat| seat.timers.expired(now)).unwrap_or_default();
            for timer in expired {
                self.take_behind(at, Msg::Timer(timer)).await?;
            }
        }
        self.tell_of_others().await
    }

    /// The one in front is told of the others what has changed.
    pub(super) async fn tell_of_others(&mut self) -> io::Result<()> {
        match self.others.news(&self.seat.name) {
            Some(profiles) => self.take(Msg::Profiles(profiles)).await,
            None => Ok(()),
        }
    }

    /// The user wants another profile; one that does not run yet is opened first.
    pub(super) async fn turn_to(&mut self, name: &str) -> io::Result<()> {
        if name == self.seat.name {
            return Ok(());
        }
        if let Some(seat) = self.others.want(name) {
            self.bring_forward(seat).await?;
        }
        self.tell_of_others().await
    }

    /// Another seat takes the screen. The one that had it stays as it is, behind.
    async fn bring_forward(&mut self, seat: Seat) -> io::Result<()> {
        let (size, focused) = (self.seat.state.size, self.seat.state.terminal_focused);
        let last_key = self.seat.state.last_key;
        // how the terminal looks and behaves is the same whoever has it
        let theme = Arc::clone(&self.seat.state.theme);
        let mouse = (self.seat.state.mouse, self.seat.state.mouse_told);
        self.take(Msg::Front(false)).await?;
        let behind = std::mem::replace(&mut self.seat, seat);
        self.others.put_behind(behind);
        self.painting = None;
        self.seat.state.last_key = last_key;
        self.seat.state.theme = theme;
        (self.seat.state.mouse, self.seat.state.mouse_told) = mouse;
        self.take(Msg::Input(Input::Resize { columns: size.0, rows: size.1 })).await?;
        if let Some(has) = focused {
            self.take(Msg::Input(Input::Focus(has))).await?;
        }
        self.others.forget_told();
        self.tell_of_others().await?;
        self.take(Msg::Front(true)).await?;
        self.repaint()
    }
}
