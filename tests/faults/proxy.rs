//! A proxy between program and backend that spoils the weather: it cuts, freezes (nothing moves, nothing closes),
//! delays, answers in the backend's place, lets requests through and loses their answers, truncates answers, and drops,
//! doubles or swaps single events of a WebSocket. REST and socket have a weather each, so that the answers of one may
//! overtake the other's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::frames::Frames;

/// What happens to the events of a WebSocket on their way to the program, each by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Events {
    /// The share that is lost.
    pub dropped: f64,
    /// The share that comes twice.
    pub doubled: f64,
    /// The share that changes places with what follows.
    pub swapped: f64,
}

/// What one kind of connection meets with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mood {
    /// Nothing moves and nothing closes.
    pub frozen: bool,
    /// What comes from the backend waits up to so long, piece by piece.
    pub delay: Duration,
    /// Requests reach the backend; answers are lost, and the connection with them.
    pub answers_lost: bool,
    /// Half of an answer, or of a frame, comes, and then the end.
    pub truncated: bool,
    /// A new connection is answered with a proxy's 502.
    pub gateway: bool,
    /// What happens to events.
    pub events: Events,
    /// Connections that are older than this many cuts are reset.
    cuts: u64,
}

/// The weather of both kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weather {
    /// Of REST.
    pub rest: Mood,
    /// Of the socket.
    pub socket: Mood,
}

/// Which connections are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// REST.
    Rest,
    /// Engine.IO, by either transport.
    Socket,
}

impl Weather {
    fn of(&self, kind: Kind) -> &Mood {
        match kind {
            Kind::Rest => &self.rest,
            Kind::Socket => &self.socket,
        }
    }
}

/// A running proxy.
pub struct Proxy {
    port: u16,
    target: Arc<AtomicU16>,
    weather: watch::Sender<Weather>,
    door: Option<JoinHandle<()>>,
    seeds: Arc<AtomicU64>,
}

impl Proxy {
    /// Opens the door on a free port of this machine.
    pub async fn start(target: u16, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut proxy = Self {
            port,
            target: Arc::new(AtomicU16::new(target)),
            weather: watch::Sender::new(Weather::default()),
            door: None,
            seeds: Arc::new(AtomicU64::new(seed << 20)),
        };
        proxy.serve(listener);
        proxy
    }

    /// The address that the program is given.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The backend is elsewhere from now on.
    pub fn lead_to(&self, target: u16) {
        self.target.store(target, Ordering::Relaxed);
    }

    /// Changes the weather.
    pub fn set(&self, change: impl FnOnce(&mut Weather)) {
        self.weather.send_modify(change);
    }

    /// Resets every connection of this kind.
    pub fn cut(&self, kind: Kind) {
        self.weather.send_modify(|weather| match kind {
            Kind::Rest => weather.rest.cuts += 1,
            Kind::Socket => weather.socket.cuts += 1,
        });
    }

    /// Resets all that is there, and lets everything through from now on.
    pub fn clear(&self) {
        self.weather.send_modify(|weather| {
            let (rest, socket) = (weather.rest.cuts, weather.socket.cuts);
            *weather = Weather::default();
            (weather.rest.cuts, weather.socket.cuts) = (rest, socket);
        });
    }

    /// Nobody listens any more.
    pub fn close_door(&mut self) {
        if let Some(door) = self.door.take() {
            door.abort();
        }
    }

    /// Somebody listens again, at the same port.
    pub async fn open_door(&mut self) {
        if let Some(door) = self.door.take() {
            door.abort();
            let _ = door.await;
        }
        let listener = loop {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.set_reuseaddr(true).expect("reuse");
            // The door that was closed a moment ago may not be gone yet.
            match socket.bind(([127, 0, 0, 1], self.port).into()).and_then(|()| socket.listen(256)) {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.serve(listener);
    }

    fn serve(&mut self, listener: TcpListener) {
        let (target, weather, seeds) = (Arc::clone(&self.target), self.weather.subscribe(), Arc::clone(&self.seeds));
        self.door = Some(tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let rng = ChaCha8Rng::seed_from_u64(seeds.fetch_add(1, Ordering::Relaxed));
                let target = target.load(Ordering::Relaxed);
                tokio::spawn(connection(client, target, weather.clone(), rng));
            }
        }));
    }
}

/// How a connection ends.
enum End {
    Closed,
    Reset,
}

async fn connection(mut client: TcpStream, target: u16, mut weather: watch::Receiver<Weather>, rng: ChaCha8Rng) {
    let end = carry(&mut client, target, &mut weather, rng).await;
    if matches!(end, End::Reset) {
        let _ = socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO));
    }
}

async fn carry(client: &mut TcpStream, target: u16, weather: &mut watch::Receiver<Weather>, rng: ChaCha8Rng) -> End {
    let _ = client.set_nodelay(true);
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match client.read_buf(&mut head).await {
            Ok(1..) if head.len() < 64 * 1024 => {}
            _ => return End::Closed,
        }
    }
    let line = String::from_utf8_lossy(&head);
    let kind = if line.split(' ').nth(1).is_some_and(|path| path.starts_with("/socket.io")) {
        Kind::Socket
    } else {
        Kind::Rest
    };
    let born = weather.borrow().of(kind).cuts;
    if weather.borrow().of(kind).gateway {
        let body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
        let answer = format!(
            "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = client.write_all(answer.as_bytes()).await;
        return End::Closed;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await else { return End::Reset };
    let _ = server.set_nodelay(true);
    let mut cut = weather.clone();
    let (client_in, client_out) = client.split();
    let (server_in, server_out) = server.split();
    let end = tokio::select! {
        end = upwards(client_in, server_out, head, kind, weather.clone()) => end,
        end = downwards(server_in, client_out, kind, weather.clone(), rng) => end,
        _ = cut.wait_for(|weather| weather.of(kind).cuts > born) => End::Reset,
    };
    if matches!(end, End::Reset) {
        let _ = socket2::SockRef::from(&server).set_linger(Some(Duration::ZERO));
    }
    end
}

/// Waits until nothing is frozen.
async fn thawed(kind: Kind, weather: &mut watch::Receiver<Weather>) {
    let _ = weather.wait_for(|weather| !weather.of(kind).frozen).await;
}

async fn upwards(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    head: Vec<u8>,
    kind: Kind,
    mut weather: watch::Receiver<Weather>,
) -> End {
    let mut piece = head;
    loop {
        thawed(kind, &mut weather).await;
        if server.write_all(&piece).await.is_err() {
            return End::Reset;
        }
        piece.clear();
        match client.read_buf(&mut piece).await {
            Ok(1..) => {}
            // What was asked for before is still on its way down; the program does not wait for it.
            Ok(0) => return End::Closed,
            Err(_) => return End::Reset,
        }
    }
}

async fn downwards(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    kind: Kind,
    mut weather: watch::Receiver<Weather>,
    mut rng: ChaCha8Rng,
) -> End {
    let mut frames = Frames::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = match server.read(&mut buffer).await {
            Ok(0) => return End::Closed,
            Ok(count) => count,
            Err(_) => return End::Reset,
        };
        thawed(kind, &mut weather).await;
        let mood = *weather.borrow().of(kind);
        if !mood.delay.is_zero() {
            tokio::time::sleep(mood.delay.mul_f64(rng.random())).await;
            thawed(kind, &mut weather).await;
        }
        if mood.answers_lost {
            return End::Reset;
        }
        if mood.truncated {
            let _ = client.write_all(&buffer[..count / 2]).await;
            // A reset would take what was just written with it.
            return End::Closed;
        }
        let out = if kind == Kind::Socket {
            frames.pass(&buffer[..count], |rng| choose(mood.events, rng), &mut rng)
        } else {
            buffer[..count].to_vec()
        };
        if client.write_all(&out).await.is_err() {
            return End::Reset;
        }
    }
}

fn choose(events: Events, rng: &mut ChaCha8Rng) -> crate::frames::Fate {
    use crate::frames::Fate;
    if events == Events::default() {
        return Fate::Pass;
    }
    let chance: f64 = rng.random();
    if chance < events.dropped {
        Fate::Drop
    } else if chance < events.dropped + events.doubled {
        Fate::Twice
    } else if chance < events.dropped + events.doubled + events.swapped {
        Fate::Hold
    } else {
        Fate::Pass
    }
}
