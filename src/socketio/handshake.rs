//! From a configuration to a joined namespace.

use std::{borrow::Cow, collections::VecDeque, future::poll_fn};

use super::{
    Connection, adapter,
    assembly::Assembly,
    config::{Auth, Config, Recovery, TransportChoice},
    emitter::Emitter,
    engine::{self, Handshake},
    error::{CloseReason, ConnectError, PacketError, Stage},
    incoming::{Info, Transport},
    packet::{self, Body, Joined},
    polling::Polling,
    queue::queue,
    target::{Deadline, Target},
    task::{Session, Task},
    transport::{Frame, Link},
    upgrade::Upgrade,
    websocket::Websocket,
};

/// How many packets of a namespace are kept that overtake the answer to its CONNECT packet; together they may be as
/// large as one message may.
const EARLY: usize = 1024;

/// Connects and joins the namespace. Must be called within a Tokio runtime, where the connection's task then lives.
pub async fn connect(config: Config) -> Result<Connection, ConnectError> {
    let deadline = Deadline::after(config.connect_timeout);
    if config.transport == TransportChoice::RustSocketio {
        return adapter::connect(config, deadline).await;
    }
    let target = Target::new(&config, deadline).await?;
    match config.transport {
        TransportChoice::Websocket | TransportChoice::RustSocketio => {
            attempt(&config, &target, Transport::Websocket, deadline).await
        }
        TransportChoice::Polling | TransportChoice::PollingThenUpgrade => {
            attempt(&config, &target, Transport::Polling, deadline).await
        }
        TransportChoice::Auto => match attempt(&config, &target, Transport::Websocket, deadline.half()).await {
            Err(error) if polling_may_do(&error) => {
                tracing::debug!(%error, "no WebSocket; falling back to HTTP polling");
                attempt(&config, &target, Transport::Polling, deadline).await
            }
            result => result,
        },
    }
}

/// Whether the WebSocket itself is what failed, and plain HTTP to the same place might get through.
fn polling_may_do(error: &ConnectError) -> bool {
    match error {
        ConnectError::WebsocketRefused { .. } | ConnectError::Protocol(_) => true,
        ConnectError::Timeout { stage, .. } | ConnectError::Ended { stage, .. } => {
            matches!(stage, Stage::Websocket | Stage::Open | Stage::Namespace)
        }
        // A proxy that forwards plain HTTP may yet refuse tunnels.
        ConnectError::Proxy { .. } => true,
        _ => false,
    }
}

async fn attempt(
    config: &Config,
    target: &Target,
    transport: Transport,
    deadline: Deadline,
) -> Result<Connection, ConnectError> {
    let link = match transport {
        Transport::Polling => Link::Polling(Box::new(Polling::open(target, deadline).await?)),
        _ => Link::Websocket(Box::new(Websocket::open(target, None, deadline).await?)),
    };
    let namespace = namespace(&config.namespace);
    let assembly = Assembly::new(namespace.clone(), config.max_payload);
    let room = config.max_payload;
    let mut joining = Joining { link, assembly, early: VecDeque::new(), room };
    let handshake = deadline.within(Stage::Open, joining.open(target)).await?;
    let auth = auth(config.auth.as_ref(), config.recover.as_ref())?;
    let hello = packet::connect(&namespace, auth.as_deref());
    let joined = deadline.within(Stage::Namespace, joining.join(hello)).await?;

    let recovered = match (&config.recover, &joined.pid) {
        (Some(recovery), Some(pid)) => recovery.pid == *pid,
        _ => false,
    };
    let info = Info {
        sid: joined.sid,
        engine_sid: handshake.sid.clone(),
        transport,
        ping_interval: handshake.ping_interval(),
        ping_timeout: handshake.ping_timeout(),
        max_payload: handshake.max_payload,
        recovered,
    };
    // Whoever fell back to polling for one bad moment does not stay there.
    let wanted = matches!(config.transport, TransportChoice::PollingThenUpgrade | TransportChoice::Auto);
    let offered = handshake.upgrades.iter().any(|name| name == "websocket");
    let upgrade = match transport {
        Transport::Polling if wanted && offered => {
            Upgrade::begin(target.clone(), handshake.sid.clone(), config.connect_timeout)
        }
        _ => Upgrade::None,
    };
    let pid = joined.pid;
    let (producer, mut events) = queue(config.queue, config.queue_bytes, pid);
    if recovered {
        events.continue_from(config.recover.as_ref().and_then(|recovery| recovery.offset.clone()));
    }
    let (emitter, commands) = Emitter::new(&namespace, handshake.max_payload);
    let session = Session {
        link: joining.link,
        assembly: joining.assembly,
        early: joining.early,
        upgrade,
        ping_interval: handshake.ping_interval(),
        ping_timeout: handshake.ping_timeout(),
    };
    tokio::spawn(Task::new(session, producer, commands).run());
    Ok(Connection { emitter, events, info })
}

/// A namespace as it stands on the wire: with a slash in front and no query.
pub(super) fn namespace(configured: &str) -> String {
    let name = configured.split('?').next().unwrap_or_default();
    if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
}

/// The auth payload, with the recovery's fields in it if there is one.
pub(super) fn auth<'a>(
    auth: Option<&'a Auth>,
    recover: Option<&Recovery>,
) -> Result<Option<Cow<'a, str>>, ConnectError> {
    let Some(recovery) = recover else { return Ok(auth.map(|auth| Cow::Borrowed(auth.text()))) };
    let bad = |_| ConnectError::Config("with recovery the auth payload must be a JSON object".to_owned());
    let mut fields: serde_json::Map<String, serde_json::Value> = match auth {
        Some(auth) => serde_json::from_str(auth.text()).map_err(bad)?,
        None => serde_json::Map::new(),
    };
    fields.insert("pid".to_owned(), recovery.pid.clone().into());
    if let Some(offset) = &recovery.offset {
        fields.insert("offset".to_owned(), offset.clone().into());
    }
    serde_json::to_string(&fields).map(|text| Some(Cow::Owned(text))).map_err(bad)
}

/// A transport on the way to its namespace.
struct Joining {
    link: Link,
    assembly: Assembly,
    /// What came for the task before it exists.
    early: VecDeque<Frame>,
    /// So many more bytes of it are kept.
    room: usize,
}

impl Joining {
    async fn next(&mut self, stage: Stage) -> Result<Frame, ConnectError> {
        let ended = |reason| ConnectError::Ended { stage, reason };
        let next = poll_fn(|cx| self.link.poll_next(cx)).await;
        next.map_err(|reason| match reason {
            CloseReason::Http { status, body } => ConnectError::Http { status, body },
            reason => ended(reason),
        })
    }

    async fn send(&mut self, text: String, stage: Stage) -> Result<(), ConnectError> {
        let ended = |reason| ConnectError::Ended { stage, reason };
        poll_fn(|cx| self.link.poll_ready(cx)).await.map_err(ended)?;
        self.link.start_send(Frame::text(text)).map_err(ended)?;
        poll_fn(|cx| self.link.poll_flush(cx)).await.map_err(ended)
    }

    /// Waits for the open packet.
    async fn open(&mut self, target: &Target) -> Result<Handshake, ConnectError> {
        let stranger =
            || ConnectError::Protocol(format!("what answers at {} is no Engine.IO server", target.authority()));
        let Frame::Text(text) = self.next(Stage::Open).await? else { return Err(stranger()) };
        let handshake = match engine::decode(&text) {
            Ok(engine::Packet::Open(json)) => Handshake::parse(json).map_err(|_| stranger())?,
            _ => return Err(stranger()),
        };
        if let Link::Polling(polling) = &mut self.link {
            polling.begin(target, &handshake);
        }
        Ok(handshake)
    }

    /// Asks to join and waits for the answer; keeps what overtakes it.
    async fn join(&mut self, hello: String) -> Result<Joined, ConnectError> {
        self.send(hello, Stage::Namespace).await?;
        loop {
            let frame = self.next(Stage::Namespace).await?;
            let Frame::Text(text) = &frame else {
                self.keep(frame)?;
                continue;
            };
            match engine::decode(text) {
                Ok(engine::Packet::Ping(payload)) if payload.len() <= engine::PING_PAYLOAD => {
                    self.send(engine::pong(payload), Stage::Namespace).await?;
                }
                Ok(engine::Packet::Close) => {
                    return Err(ConnectError::Ended { stage: Stage::Namespace, reason: CloseReason::EngineClose });
                }
                Ok(engine::Packet::Message) => match packet::decode(text, self.assembly.namespace()) {
                    Ok(packet::Packet { body: Body::Connect(joined), .. }) => {
                        return joined.ok_or_else(|| {
                            let words = "the server speaks the protocol of socket.io 2; 3 or later is needed";
                            ConnectError::Protocol(words.to_owned())
                        });
                    }
                    Ok(packet::Packet { body: Body::Refused(refusal), .. }) => {
                        return Err(ConnectError::Refused { message: refusal.message, data: refusal.data });
                    }
                    Ok(packet::Packet { body: Body::Disconnect, .. }) => {
                        let reason = CloseReason::ServerDisconnect;
                        return Err(ConnectError::Ended { stage: Stage::Namespace, reason });
                    }
                    // A server of the older protocol joins us to "/" unasked.
                    Err(PacketError::Namespace) => {}
                    _ => self.keep(frame)?,
                },
                _ => {}
            }
        }
    }

    fn keep(&mut self, frame: Frame) -> Result<(), ConnectError> {
        let left = self.room.checked_sub(frame.len()).filter(|_| self.early.len() < EARLY);
        self.room = left.ok_or_else(|| {
            ConnectError::Protocol("the server sends events and does not say that we have joined".to_owned())
        })?;
        self.early.push_back(frame);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_joins_the_auth_payload() {
        let given = Auth::new(&serde_json::json!({"token": "t"})).unwrap();
        let recovery = Recovery { pid: "p".to_owned(), offset: Some("o".to_owned()) };
        assert_eq!(auth(None, None).unwrap(), None);
        assert_eq!(auth(Some(&given), None).unwrap().unwrap(), r#"{"token":"t"}"#);
        assert_eq!(auth(Some(&given), Some(&recovery)).unwrap().unwrap(), r#"{"offset":"o","pid":"p","token":"t"}"#);
        let bare = Auth::new("token").unwrap();
        assert!(matches!(auth(Some(&bare), Some(&recovery)), Err(ConnectError::Config(_))));
        assert!(!format!("{given:?}").contains("token"));
    }

    #[test]
    fn namespaces_begin_with_a_slash() {
        assert_eq!(namespace(""), "/");
        assert_eq!(namespace("admin"), "/admin");
        assert_eq!(namespace("/admin?x=1"), "/admin");
    }
}
