//! A socket without a client library: the frames as they are.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A WebSocket to the server, after the Engine.IO open packet.
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
    /// Every event so far: its name, its argument, the frame.
    pub events: Vec<(String, Value, String)>,
    /// Every ack so far: its number and its argument.
    pub acks: Vec<(u64, Value)>,
    /// How many pings came.
    pub pings: usize,
    /// Whether the other end closed.
    pub closed: bool,
}

impl Wire {
    /// Opens a WebSocket; an HTTP refusal is its status.
    pub async fn open(addr: std::net::SocketAddr, path: &str) -> Result<Self, u16> {
        let tcp = TcpStream::connect(addr).await.unwrap();
        let url = format!("ws://{addr}{path}?EIO=4&transport=websocket");
        match tokio_tungstenite::client_async(url, tcp).await {
            Ok((socket, _)) => Ok(Self { socket, events: Vec::new(), acks: Vec::new(), pings: 0, closed: false }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Connects to a namespace, and gives the answer: `40…` or `44…`.
    pub async fn connect(&mut self, namespace: &str, token: &str) -> String {
        let to = if namespace == "/" { String::new() } else { format!("{namespace},") };
        self.send(&format!("40{to}{{\"token\":\"Bearer {token}\"}}")).await;
        loop {
            let frame = self.frame(Duration::from_secs(30)).await.expect("an answer to the connect packet");
            if frame.starts_with("40") || frame.starts_with("44") {
                return frame;
            }
        }
    }

    /// Sends one frame; one that cannot be sent is lost.
    pub async fn send(&mut self, frame: &str) {
        let _ = self.socket.send(Message::text(frame)).await;
    }

    /// The next frame within this time. Pings are answered, events and acks are kept.
    pub async fn frame(&mut self, within: Duration) -> Option<String> {
        let frame = match tokio::time::timeout(within, self.socket.next()).await {
            Err(_) => return None,
            Ok(Some(Ok(Message::Text(text)))) => text.as_str().to_owned(),
            Ok(Some(Ok(_))) => return Some(String::new()),
            Ok(None | Some(Err(_))) => {
                self.closed = true;
                return None;
            }
        };
        if frame == "2" {
            self.pings += 1;
            self.send("3").await;
        } else if let Some((id, argument)) = numbered(&frame, "43") {
            self.acks.push((id.unwrap_or_default(), argument[0].clone()));
        } else if let Some((_, argument)) = numbered(&frame, "42") {
            self.events.push((argument[0].as_str().unwrap().to_owned(), argument[1].clone(), frame.clone()));
        }
        Some(frame)
    }

    /// The arguments of the events of this name.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events.iter().filter(move |(event, ..)| event == name).map(|(_, argument, _)| argument)
    }
}

/// The ack number and the JSON of a packet of this kind.
fn numbered(frame: &str, kind: &str) -> Option<(Option<u64>, Value)> {
    let rest = frame.strip_prefix(kind)?;
    let at = rest.find('[')?;
    let json = rest[at..].replace("\\ud83d\"", "\"");
    Some((rest[..at].parse().ok(), serde_json::from_str(&json).unwrap()))
}
