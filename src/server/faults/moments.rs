//! Faults that happen once.

use std::time::Duration;

use super::lab::Lab;
use crate::server::sockets::Sockets;

/// Something that happens to all sockets at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Moment {
    /// They are cut off, and their rooms are forgotten.
    Restart,
    /// Their rooms are forgotten.
    ForgetRooms,
    /// Their connections go silent.
    HalfOpen,
}

impl Lab {
    /// Lets the moments that wait come now, where there are sockets in rooms for them to happen to.
    pub(in crate::server) fn seize(&self, sockets: &Sockets) {
        if sockets.anyone_in_a_room() {
            for (fault, moment, _) in self.moments() {
                self.switch_off(fault.name);
                happen(self, moment, sockets);
            }
        }
    }

    /// A socket joined a room: moments that wait come a little later.
    pub(in crate::server) fn joined(&self, sockets: &Sockets) {
        for (fault, moment, milliseconds) in self.moments() {
            let (lab, sockets) = (self.clone(), sockets.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                // Another join may have been first.
                if lab.is_on(fault.name).is_some() {
                    lab.switch_off(fault.name);
                    happen(&lab, moment, &sockets);
                }
            });
        }
    }
}

fn happen(lab: &Lab, moment: Moment, sockets: &Sockets) {
    tracing::warn!(?moment, "a fault's moment has come");
    match moment {
        Moment::ForgetRooms => sockets.forget_rooms(),
        Moment::HalfOpen => lab.wires().go_silent(),
        Moment::Restart => {
            sockets.forget_rooms();
            lab.wires().cut();
            sockets.end_polling();
        }
    }
}
