//! What a `new_message` costs on its way from the socket to a typed event, in CPU time of this process, next to bare
//! tokio-tungstenite with the same parse, in one run, and (with the feature of that name) next to rust_socketio. Prints
//! figures next to the budget; a shared machine drifts, so that the factor to the bare transport says more than the
//! microseconds.
//!
//! The server runs in a process of its own (this program again), so that its work is not counted.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, clippy::expect_used)]

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use switchboard::socketio::{Config, Incoming, Proxy, connect};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{accept_async, client_async, tungstenite::Message};
use url::Url;

const MESSAGES: usize = 200_000;
const RUNS: usize = 5;
const BUDGET: f64 = 1.5;

/// What an application keeps of a message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'a> {
    #[serde(rename = "_id")]
    id: &'a str,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
    conversation_id: &'a str,
    created_at: &'a str,
}

fn frame(i: usize) -> String {
    format!(
        r#"42["new_message",{{"_id":"66f0c0ffee{i:014}","waMessageId":"wamid.HBgMOTIzMDAxMjM0NTY3FQIAEhgU{i:08}","conversationId":"66f0c0ffee000000000000aa","accountId":"acme","phoneNumberId":"109876543210987","from":"923001234567","direction":"inbound","type":"text","text":"Where is my order? I have been waiting since yesterday.","status":"received","createdAt":"2026-03-01T10:20:30.123Z","profile":{{"name":"Maria"}}}}]"#
    )
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let workers = std::env::var("WORKERS").map_or(2, |workers| workers.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap();
    match arguments.get(1).map(String::as_str) {
        Some("serve") => runtime.block_on(serve()),
        // A minute without events or pings: `cargo bench --bench socketio -- idle`.
        _ if arguments.iter().any(|argument| argument == "idle") => runtime.block_on(idle()),
        // One client only, for a profiler: `cargo bench --bench socketio -- bare` or `-- ours`.
        Some(one @ ("bare" | "ours")) => runtime.block_on(single(one)),
        // `cargo test --benches` only wants to know that it runs.
        Some("--test") => {}
        _ => runtime.block_on(measure()),
    }
}

/// The server: an Engine.IO handshake for who asks for it, then messages as fast as they are taken, for each `go`.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            let mut socket = accept_async(stream).await.unwrap();
            let open = r#"0{"sid":"b","upgrades":[],"pingInterval":600000,"pingTimeout":20000,"maxPayload":1000000}"#;
            socket.send(Message::text(open)).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                match message.to_text().unwrap_or_default() {
                    "40" => socket.send(Message::text(r#"40{"sid":"s"}"#)).await.unwrap(),
                    r#"42["go"]"# => {
                        for i in 0..MESSAGES {
                            socket.feed(Message::text(frame(i))).await.unwrap();
                        }
                        socket.flush().await.unwrap();
                    }
                    _ => {}
                }
            }
        });
    }
}

/// CPU time of this process so far, in seconds: clock ticks of /proc/self/stat are too coarse, sched gives nanoseconds.
fn cpu() -> f64 {
    let mut total = 0u64;
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let stat = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
        total += stat.split_whitespace().next().unwrap().parse::<u64>().unwrap();
    }
    total as f64 / 1e9
}

/// A line of /proc/self/status, in kB.
fn memory(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// CPU and wall time of a run, in microseconds a message.
struct Figures {
    cpu: f64,
    wall: f64,
}

async fn timed<F: Future<Output = usize>>(run: F) -> Figures {
    let (cpu_before, begin) = (cpu(), Instant::now());
    let bytes = run.await;
    assert!(bytes > MESSAGES * 40);
    let per_message = 1e6 / MESSAGES as f64;
    Figures { cpu: (cpu() - cpu_before) * per_message, wall: begin.elapsed().as_secs_f64() * per_message }
}

fn read(message: &NewMessage<'_>) -> usize {
    message.id.len() + message.text.len() + message.conversation_id.len() + message.created_at.len()
}

async fn bare(port: u16) -> Figures {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut socket, _) = client_async(format!("ws://127.0.0.1:{port}/"), stream).await.unwrap();
    socket.next().await.unwrap().unwrap();
    socket.send(Message::text(r#"42["go"]"#)).await.unwrap();
    // As every client of ours has it, the socket is read by a task of its own runtime.
    let run = tokio::spawn(async move {
        let mut bytes = 0;
        for _ in 0..MESSAGES {
            let message = socket.next().await.unwrap().unwrap();
            let text = message.to_text().unwrap();
            let (_, payload): (&str, NewMessage<'_>) = serde_json::from_str(&text[2..]).unwrap();
            bytes += read(&payload);
        }
        bytes
    });
    timed(async { run.await.unwrap() }).await
}

async fn ours(port: u16, raw: bool) -> Figures {
    let mut config = Config::new(Url::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    config.proxy = Proxy::None;
    let mut connection = connect(config).await.unwrap();
    connection.emitter.emit("go", switchboard::socketio::NO_ARGS).await.unwrap();
    let run = tokio::spawn(async move {
        let mut bytes = 0;
        let mut count = 0;
        while count < MESSAGES {
            match connection.events.next().await.unwrap() {
                Incoming::Event(event) => {
                    assert_eq!(&*event.name, "new_message");
                    if raw {
                        let value: &RawValue = event.args.arg(0).unwrap();
                        bytes += read(&serde_json::from_str(value.get()).unwrap());
                    } else {
                        bytes += read(&event.args.parse(0).unwrap());
                    }
                    count += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        bytes
    });
    timed(async { run.await.unwrap() }).await
}

/// The crate rust_socketio as its documentation shows it.
#[cfg(feature = "rust_socketio")]
async fn theirs(port: u16) -> Figures {
    use futures_util::FutureExt;
    use rust_socketio::{Event, Payload, TransportType, asynchronous::ClientBuilder};

    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel::<usize>();
    let (joined, mut join) = tokio::sync::mpsc::unbounded_channel();
    let client = ClientBuilder::new(format!("http://127.0.0.1:{port}"))
        .transport_type(TransportType::Websocket)
        .on(Event::Connect, move |_, _| {
            let joined = joined.clone();
            async move { joined.send(()).unwrap() }.boxed()
        })
        .on("new_message", move |payload, _| {
            let Payload::Text(values) = payload else { panic!() };
            tell.send(read(&NewMessage::deserialize(&values[0]).unwrap())).unwrap();
            async {}.boxed()
        })
        .connect();
    let client = client.await.unwrap();
    join.recv().await.unwrap();
    client.emit("go", Payload::Text(Vec::new())).await.unwrap();
    let figures = timed(async {
        let mut bytes = 0;
        for _ in 0..MESSAGES {
            bytes += told.recv().await.unwrap();
        }
        bytes
    });
    let figures = figures.await;
    client.disconnect().await.unwrap();
    figures
}

fn print(name: &str, runs: &mut [Figures]) -> f64 {
    runs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let (least, median) = (runs[0].cpu, &runs[runs.len() / 2]);
    println!("{name:<34} {:>6.2} µs CPU a message (least {least:.2}), {:>6.2} µs wall", median.cpu, median.wall);
    median.cpu
}

/// Starts the server; its process and port.
async fn server() -> (Child, u16) {
    let this = std::env::current_exe().unwrap();
    let mut server = Command::new(this).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let output = tokio::process::ChildStdout::from_std(server.stdout.take().unwrap()).unwrap();
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).await.unwrap();
    (server, line.trim().parse().unwrap())
}

/// Counts how often this process is woken up in a minute without a connection, and in one with a connection whose server
/// sends nothing.
async fn idle() {
    let without = minute().await;
    let (mut server, port) = server().await;
    let mut config = Config::new(Url::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    config.proxy = Proxy::None;
    let mut connection = connect(config).await.unwrap();
    let consumer = tokio::spawn(async move { connection.events.next().await.is_some() });
    println!("wake-ups in an idle minute: {}, without a connection {without}", minute().await);
    consumer.abort();
    server.kill().unwrap();
    server.wait().unwrap();
}

/// The wake-ups of a minute, those of its own timer included.
async fn minute() -> u64 {
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = wakeups();
    tokio::time::sleep(Duration::from_secs(60)).await;
    wakeups() - before
}

fn wakeups() -> u64 {
    let mut total = 0;
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
        total += line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap();
    }
    total
}

async fn single(one: &str) {
    let (mut server, port) = server().await;
    let mut figures = Vec::new();
    for _ in 0..RUNS * 3 {
        figures.push(if one == "bare" { bare(port).await } else { ours(port, false).await });
    }
    print(one, &mut figures);
    server.kill().unwrap();
    server.wait().unwrap();
}

async fn measure() {
    let (mut server, port) = server().await;
    println!("{MESSAGES} frames of {} bytes, median of {RUNS} runs", frame(0).len());
    let idle = memory("VmRSS");
    let mut figures: [Vec<Figures>; 3] = Default::default();
    for _ in 0..RUNS {
        figures[0].push(bare(port).await);
        figures[1].push(ours(port, false).await);
        figures[2].push(ours(port, true).await);
    }
    let floor = print("bare tokio-tungstenite, parsed", &mut figures[0]);
    let cost = print("socketio, Args::parse", &mut figures[1]);
    print("socketio, Args::arg, then parsed", &mut figures[2]);
    println!("memory: {} kB when idle, {} kB at its peak", idle, memory("VmHWM"));
    #[cfg(feature = "rust_socketio")]
    {
        let mut figures = Vec::new();
        for _ in 0..RUNS {
            figures.push(theirs(port).await);
        }
        print("rust_socketio, Value, then parsed", &mut figures);
    }
    emits().await;
    server.kill().unwrap();
    server.wait().unwrap();
    let verdict = if cost <= BUDGET { "kept" } else { "missed" };
    println!("budget: {BUDGET} µs, {verdict}; {:.2} times bare tokio-tungstenite", cost / floor);
}

/// How far apart two emits in a row arrive (Nagle's algorithm would make it 40 ms), measured at a server here.
async fn emits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        let open = r#"0{"sid":"b","upgrades":[],"pingInterval":600000,"pingTimeout":20000}"#;
        socket.send(Message::text(open)).await.unwrap();
        socket.next().await.unwrap().unwrap();
        socket.send(Message::text(r#"40{"sid":"s"}"#)).await.unwrap();
        let mut gaps = Vec::new();
        for _ in 0..100 {
            socket.next().await.unwrap().unwrap();
            let first = Instant::now();
            socket.next().await.unwrap().unwrap();
            gaps.push(first.elapsed().as_secs_f64() * 1e3);
            socket.send(Message::text(r#"42["next"]"#)).await.unwrap();
        }
        let _ = socket.get_mut().shutdown().await;
        gaps.sort_by(f64::total_cmp);
        gaps
    });
    let mut config = Config::new(Url::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    config.proxy = Proxy::None;
    let mut connection = connect(config).await.unwrap();
    for _ in 0..100 {
        connection.emitter.emit("one", &[1]).await.unwrap();
        tokio::task::yield_now().await;
        connection.emitter.emit("two", &[2]).await.unwrap();
        connection.events.next().await.unwrap();
    }
    let gaps = server.await.unwrap();
    println!("two emits in a row arrive {:.3} ms apart (median), {:.3} ms at most", gaps[50], gaps[99]);
}
