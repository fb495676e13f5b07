//! Servers that the official one cannot be.

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

/// Makes one plain request and lets go of it after the answer's head.
pub async fn request(port: u16, url: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let _ = stream.read_u8().await;
}
