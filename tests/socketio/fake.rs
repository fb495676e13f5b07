//! Servers that the official one cannot be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

/// An open packet of an older server: no upgrades, no limit.
pub const OPEN: &str = r#"0{"sid":"fake","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;

/// Accepts connections and never says a word.
pub async fn mute() -> u16 {
    serve(|stream| async move {
        let _stream = stream;
        std::future::pending::<()>().await;
    })
    .await
}

/// Answers every request with this, and closes.
pub async fn http(answer: &'static str) -> u16 {
    serve(move |mut stream| async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await
}

/// Accepts a WebSocket, sends these texts, and takes in whatever comes.
pub async fn websocket(script: &'static [&'static str]) -> u16 {
    scripted(move |mut socket| async move {
        for text in script {
            let _ = socket.send(Message::text(*text)).await;
        }
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await
}

/// Accepts WebSockets and runs `script` with each.
pub async fn scripted<F: Future<Output = ()> + Send>(
    script: impl Fn(WebSocketStream<TcpStream>) -> F + Clone + Send + Sync + 'static,
) -> u16 {
    serve(move |stream| {
        let script = script.clone();
        async move { script(accept_async(stream).await.unwrap()).await }
    })
    .await
}

pub async fn serve<F: Future<Output = ()> + Send>(
    script: impl Fn(TcpStream) -> F + Clone + Send + Sync + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let script = script.clone();
            tokio::spawn(async move { script(stream).await });
        }
    });
    port
}

/// A polling session: the open packet, one poll for each of these bodies, and then the session is forgotten.
pub async fn polling(bodies: impl IntoIterator<Item = impl Into<String>>) -> u16 {
    let bodies: Arc<[String]> = bodies.into_iter().map(Into::into).collect();
    let polls = Arc::new(AtomicUsize::new(0));
    serve(move |mut stream| {
        let (polls, bodies) = (Arc::clone(&polls), Arc::clone(&bodies));
        async move {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte.into()),
                    Err(_) => return,
                }
            }
            let (status, body) = if head.starts_with("POST") {
                let length = head.to_lowercase().split_once("content-length: ").unwrap().1.to_owned();
                let length = length.split("\r\n").next().unwrap().parse().unwrap();
                stream.read_exact(&mut vec![0; length]).await.unwrap();
                ("200 OK", "ok")
            } else if !head.contains("sid=") {
                ("200 OK", OPEN)
            } else {
                match bodies.get(polls.fetch_add(1, Ordering::Relaxed)) {
                    Some(body) => ("200 OK", body.as_str()),
                    None => ("400 Bad Request", r#"{"code":1,"message":"Session ID unknown"}"#),
                }
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}
