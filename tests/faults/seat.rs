//! The agent's side of a scenario: a client process, what it says of its session, and answers to what it is asked.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};
use tokio::sync::{oneshot, watch};

use crate::roles::Part;

/// A wait that takes longer has failed. Generous: a loaded machine is no fault.
pub const PATIENCE: Duration = Duration::from_secs(60);

type Texts = Arc<Mutex<HashSet<String>>>;
type Answers = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A running client.
pub struct Seat {
    child: Child,
    stdin: ChildStdin,
    answers: Answers,
    asked: u64,
    session: watch::Receiver<String>,
    kept: Texts,
    troubles: Texts,
    log: PathBuf,
}

impl Seat {
    /// Starts one that speaks to this address.
    pub fn start(url: &str, token: &str, folder: &std::path::Path) -> Self {
        Self::start_with(url, token, folder, None)
    }

    /// The same on a disk that takes so many pages of its store and no more.
    pub fn start_with(url: &str, token: &str, folder: &std::path::Path, pages: Option<u32>) -> Self {
        let pages = pages.map(|pages| ("FAULTS_PAGES", pages.to_string()));
        let env = [
            ("FAULTS_URL", url.to_owned()),
            ("FAULTS_TOKEN", token.to_owned()),
            ("FAULTS_STORE", folder.join("store").join("faults.sqlite").display().to_string()),
        ];
        let env: Vec<_> = env.into_iter().chain(pages).collect();
        let log = folder.join("client.log");
        let Part { child, stdin, mut lines } = Part::start("client", &env, &log);
        let answers = Answers::default();
        let (tell, session) = watch::channel(String::new());
        let (waiting, kept, troubles) = (Arc::clone(&answers), Texts::default(), Texts::default());
        let (keep, trouble) = (Arc::clone(&kept), Arc::clone(&troubles));
        tokio::spawn(async move {
            while let Some(told) = Part::said(&mut lines).await {
                if let Some(state) = told["session"].as_str() {
                    tell.send_replace(state.to_owned());
                } else if let Some(text) = told["kept"].as_str() {
                    keep.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
                } else if let Some(text) = told["trouble"].as_str() {
                    trouble.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
                } else if let Some(number) = told["answer"].as_u64() {
                    let waiter = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
                    let _ = waiter.map(|waiter| waiter.send(told["with"].clone()));
                }
            }
            waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        Self { child, stdin, answers, asked: 0, session, kept, troubles, log }
    }

    /// Asks for something and waits for the answer.
    pub async fn ask(&mut self, mut ask: Value) -> Value {
        self.asked += 1;
        ask["number"] = self.asked.into();
        let (tell, answer) = oneshot::channel();
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(self.asked, tell);
        let line = format!("{ask}\n");
        let written = self.stdin.write_all(line.as_bytes()).await;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            _ => {
                let said = std::fs::read_to_string(&self.log).unwrap_or_default();
                panic!("the client does not answer {ask} ({written:?}); it said:\n{said}")
            }
        }
    }

    /// What it holds.
    pub async fn dump(&mut self) -> Value {
        self.ask(json!({ "do": "dump" })).await
    }

    /// Where its session stands.
    pub fn session(&self) -> String {
        self.session.borrow().clone()
    }

    /// Whether it is connected and caught up.
    pub fn is_live(&self) -> bool {
        is_live(&self.session.borrow())
    }

    /// Waits until it is connected and caught up; how long that took.
    pub async fn live(&mut self) -> Duration {
        let begun = Instant::now();
        let mut session = self.session.clone();
        let came = tokio::time::timeout(PATIENCE, session.wait_for(|session| is_live(session))).await;
        assert!(matches!(came, Ok(Ok(_))), "not live again: {}", self.session());
        begun.elapsed()
    }

    /// Whether a text is on disk, as the program was told by its store.
    pub fn has_kept(&self, text: &str) -> bool {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).contains(text)
    }

    /// These were on disk in an earlier run.
    pub fn kept_before<'a>(&self, texts: impl Iterator<Item = &'a String>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).extend(texts.cloned());
    }

    /// What the store could not do, in its words.
    pub fn troubles(&self) -> Vec<String> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Resident memory in bytes, and open descriptors.
    pub fn resources(&self) -> (u64, usize) {
        let pid = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
        (kilobytes.unwrap_or_default() * 1024, descriptors)
    }
}

/// Silent is connected too: polling beside the socket.
fn is_live(session: &str) -> bool {
    session == "live" || (session.starts_with("silent: ") && !session.contains("no socket"))
}
