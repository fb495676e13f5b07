//! Where the session stands, in the words of the status bar: one pure function of what is known of socket and REST.

use jiff::Timestamp;

use super::report::{Health, MOST_MISHAPS, Mishap, MishapKind, Session, SessionState};
use crate::text::Clean;

/// So many attempts without a socket, and the session says that it lives on polling.
const NO_SOCKET_AFTER: u32 = 3;

/// The socket's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// On the way up; the step in words.
    Rising(&'static str),
    /// Connected, subscribed, joined; `Err` says why it could not be caught up over REST.
    Up(Result<(), Clean>),
    /// Between attempts.
    Down {
        /// When the next one starts.
        retry_at: Timestamp,
    },
    /// The token was refused.
    Refused(Clean),
    /// The dialect knows of no socket.
    Absent,
    /// Not trying.
    Off(Clean),
}

/// All that decides the state.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// The socket's side.
    pub link: Link,
    /// Setbacks since there was a connection, its end included.
    pub failed: u32,
    /// Why the last one failed, or the connection ended.
    pub reason: Clean,
    /// Messages that REST had and no event brought, since traffic last proved the opposite.
    pub missed: u32,
    /// REST's health.
    pub rest: Health,
    /// REST has answered since there was a connection: what it did before says nothing about an outage.
    pub heard: bool,
}

impl Standing {
    /// Before the first attempt.
    pub fn new() -> Self {
        let link = Link::Rising("connecting");
        let reason = Clean::line("not connected yet");
        Self { link, failed: 0, reason, missed: 0, rest: Health::Unknown, heard: false }
    }

    /// Whether REST is what messages come by now: the socket does not come up, and REST does not refuse us.
    pub fn polling_instead(&self) -> bool {
        match &self.link {
            Link::Rising(_) | Link::Down { .. } => self.failed >= NO_SOCKET_AFTER,
            Link::Refused(_) | Link::Absent => true,
            Link::Up(_) | Link::Off(_) => false,
        }
    }

    /// The state to show.
    pub fn state(&self) -> SessionState {
        let silent = |words: String| SessionState::Silent { reason: Clean::line(&words) };
        match &self.link {
            Link::Off(reason) => SessionState::Offline { reason: reason.clone() },
            Link::Refused(reason) => SessionState::SignedOut { reason: reason.clone() },
            Link::Absent => silent("this backend has no socket; polling".to_owned()),
            // The attempts go on meanwhile, without a flicker for each.
            Link::Rising(_) | Link::Down { .. }
                if self.polling_instead() && self.heard && self.rest == Health::Well =>
            {
                silent(format!("no socket: {}; polling", self.reason))
            }
            Link::Rising(step) => SessionState::Connecting { step },
            Link::Down { retry_at } => {
                SessionState::Waiting { retry_at: *retry_at, attempt: self.failed, reason: self.reason.clone() }
            }
            Link::Up(Err(reason)) => silent(format!("receiving, but not caught up: {reason}")),
            Link::Up(Ok(())) if self.missed > 0 => {
                let (count, s) = (self.missed, if self.missed == 1 { "" } else { "s" });
                silent(format!("REST had {count} message{s} that no event brought; polling"))
            }
            Link::Up(Ok(())) => SessionState::Live,
        }
    }

    /// The socket's health.
    pub fn socket(&self) -> Health {
        match &self.link {
            Link::Up(_) => Health::Well,
            Link::Refused(reason) | Link::Off(reason) => Health::Ill(reason.clone()),
            Link::Rising(_) | Link::Down { .. } if self.failed > 0 => Health::Ill(self.reason.clone()),
            Link::Rising(_) | Link::Down { .. } | Link::Absent => Health::Unknown,
        }
    }
}

/// The snapshot that was last sent, and whether what has changed since is worth a wake-up.
#[derive(Debug)]
pub(super) struct Board {
    session: Session,
    sent: Option<Session>,
}

impl Board {
    /// Before the first attempt.
    pub fn new(url: Clean, standing: &Standing, now: Timestamp) -> Self {
        let session = Session { state: standing.state(), url, ..Session::starting(now) };
        Self { session, sent: None }
    }

    /// The snapshot as it is now, to be changed.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Something went wrong with the socket; `ended`: with one that stood.
    pub fn mishap(&mut self, kind: MishapKind, words: Clean, ended: bool, at: Timestamp) {
        let mishaps = &mut self.session.mishaps;
        if mishaps.len() >= MOST_MISHAPS {
            mishaps.remove(0);
        }
        mishaps.push(Mishap { kind, words, at, ended });
    }

    /// The number of the connection.
    pub fn epoch(&self) -> u32 {
        self.session.epoch
    }

    /// Takes the state over; its time starts anew when its kind changed.
    pub fn stand(&mut self, standing: &Standing, now: Timestamp) {
        self.session.as_of = now;
        let state = standing.state();
        if std::mem::discriminant(&state) != std::mem::discriminant(&self.session.state) {
            self.session.since = now;
        }
        self.session.state = state;
        self.session.socket = standing.socket();
        self.session.rest = standing.rest.clone();
    }

    /// The snapshot, if there is news. Times alone ([`Session::round_trip`], [`Session::last_frame`]) are news only
    /// when something else is being told anyway (`along`): an idle program is not woken up for them.
    pub fn news(&mut self, along: bool) -> Option<Box<Session>> {
        let same = self
            .sent
            .as_ref()
            .is_some_and(|sent| if along { *sent == self.session } else { same_but_for_times(sent, &self.session) });
        if same {
            return None;
        }
        self.sent = Some(self.session.clone());
        Some(Box::new(self.session.clone()))
    }
}

fn same_but_for_times(one: &Session, other: &Session) -> bool {
    let Session { state, since, epoch, url, transport, sid, rest, socket, reconnects, mishaps, heartbeat, .. } = one;
    (state, since, epoch, url) == (&other.state, &other.since, &other.epoch, &other.url)
        && one.token_refused == other.token_refused
        && (transport, sid, reconnects) == (&other.transport, &other.sid, &other.reconnects)
        && (rest, socket, mishaps, heartbeat) == (&other.rest, &other.socket, &other.mishaps, &other.heartbeat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(state: &SessionState) -> &str {
        match state {
            SessionState::Silent { reason } | SessionState::SignedOut { reason } => reason,
            _ => "",
        }
    }

    #[test]
    fn connected_but_not_caught_up_is_not_live() {
        let mut standing = Standing::new();
        assert!(matches!(standing.state(), SessionState::Connecting { step: "connecting" }));
        standing.link = Link::Rising("catching up");
        assert!(matches!(standing.state(), SessionState::Connecting { step: "catching up" }));
        standing.link = Link::Up(Err(Clean::line("500: no")));
        assert_eq!(words(&standing.state()), "receiving, but not caught up: 500: no");
        standing.link = Link::Up(Ok(()));
        assert_eq!(standing.state(), SessionState::Live);
        standing.missed = 2;
        assert_eq!(words(&standing.state()), "REST had 2 messages that no event brought; polling");
    }

    #[test]
    fn without_a_socket_it_polls_and_says_so() {
        let mut standing = Standing::new();
        standing.reason = Clean::line("the WebSocket was refused with HTTP 502");
        standing.link = Link::Down { retry_at: Timestamp::UNIX_EPOCH };
        standing.failed = 2;
        standing.rest = Health::Well;
        assert!(matches!(standing.state(), SessionState::Waiting { attempt: 2, .. }));
        standing.failed = 3;
        assert!(matches!(standing.state(), SessionState::Waiting { .. }), "REST was well before; now nobody knows");
        standing.heard = true;
        let polling = "no socket: the WebSocket was refused with HTTP 502; polling";
        assert_eq!(words(&standing.state()), polling);
        standing.link = Link::Rising("connecting");
        assert_eq!(words(&standing.state()), polling, "attempts in between do not flicker");
        standing.rest = Health::Ill(Clean::line("unreachable"));
        assert!(matches!(standing.state(), SessionState::Connecting { .. }), "without REST there is nothing to poll");
    }

    #[test]
    fn times_alone_wake_nobody() {
        let standing = Standing::new();
        let mut board = Board::new(Clean::line("http://localhost"), &standing, Timestamp::UNIX_EPOCH);
        assert!(board.news(false).is_some(), "the first is always news");
        assert!(board.news(false).is_none() && board.news(true).is_none());
        board.session().round_trip = Some(std::time::Duration::from_millis(3));
        assert!(board.news(false).is_none());
        assert!(board.news(true).is_some());
        assert!(board.news(true).is_none());
        board.session().reconnects = 1;
        assert!(board.news(false).is_some());
    }

    #[test]
    fn since_is_the_time_of_the_kind() {
        let mut standing = Standing::new();
        let later = Timestamp::from_second(100).unwrap();
        let mut board = Board::new(Clean::default(), &standing, Timestamp::UNIX_EPOCH);
        standing.link = Link::Rising("subscribing");
        board.stand(&standing, later);
        assert_eq!(board.session().since, Timestamp::UNIX_EPOCH);
        standing.link = Link::Up(Ok(()));
        board.stand(&standing, later);
        assert_eq!(board.session().since, later);
    }
}
