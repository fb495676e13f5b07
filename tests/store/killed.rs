//! Kill -9: the test starts itself as another program, and kills it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command as Process, Stdio};

use switchboard::store::{Command, Fate, Reply};

use crate::{Desk, NOW, draft, file_in, folder, messages, row, text};

/// Names the store's file to the program that is to be killed.
const VARIABLE: &str = "SWITCHBOARD_TEST_KILLED_STORE";

/// The program that is killed; does nothing when it is run as a test.
#[test]
#[ignore = "the other tests here start it"]
fn child() {
    let Some(path) = std::env::var_os(VARIABLE) else { return };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut desk = Desk::on(Path::new(&path));
        desk.enqueue(row("claimed", "Hello")).await;
        assert!(desk.claim("claimed").await);
        for n in 0.. {
            desk.send(messages("c1", vec![text(&format!("m{n}"), "Hello", NOW + n)]));
            desk.send(draft("c1", Some(&format!("draft {n}"))));
            let client = format!("s{n}");
            desk.enqueue(row(&client, "a text of the agent's")).await;
            println!("ENQUEUED {client}");
        }
    });
}

fn start(path: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Process::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "killed::child", "--ignored", "--nocapture"])
        .env(VARIABLE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let lines = BufReader::new(child.stdout.take().expect("its output"));
    (child, lines)
}

/// Reads until the program told of so many texts; gives their ids.
fn told(lines: &mut BufReader<ChildStdout>, many: usize) -> Vec<String> {
    let mut clients = Vec::new();
    for line in lines.lines() {
        let line = line.expect("a line");
        // The harness may have begun the line.
        if let Some((_, client)) = line.split_once("ENQUEUED ") {
            clients.push(client.to_owned());
        }
        if clients.len() >= many {
            break;
        }
    }
    clients
}

#[tokio::test]
async fn a_kill_loses_no_text_that_was_told_to_be_on_disk() {
    for many in [1, 7, 40] {
        let folder = folder();
        let path = file_in(&folder);
        let (mut child, mut lines) = start(&path);
        let mut clients = told(&mut lines, many);
        child.kill().expect("killed");
        child.wait().expect("gone");
        clients.extend(told(&mut lines, usize::MAX));
        assert!(clients.len() >= many);

        let mut desk = Desk::on(&path);
        assert_eq!(desk.reply().await, Reply::Opened { set_aside: None });
        let outbox = desk.started().await.outbox;
        for client in &clients {
            let kept = outbox.iter().find(|row| row.client.as_str() == client);
            let kept = kept.unwrap_or_else(|| panic!("{client} is lost"));
            assert_eq!((kept.fate, kept.text.as_str()), (Fate::Queued, "a text of the agent's"));
        }
        let claimed = outbox.iter().find(|row| row.client.as_str() == "claimed").expect("the claimed one");
        assert_eq!(claimed.fate, Fate::Unconfirmed, "its program is gone: no lease is waited for");
        assert_eq!(outbox.len(), outbox.iter().map(|row| &row.client).collect::<std::collections::HashSet<_>>().len());
    }
}

#[tokio::test]
async fn a_runtime_that_goes_away_loses_no_text() {
    let folder = folder();
    let path = file_in(&folder);
    let dropped = path.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let desk = runtime.block_on(async {
            let mut desk = Desk::on(&dropped);
            desk.enqueue(row("s1", "Hello")).await;
            desk.send(Command::Claim { client: "s1".into(), after: None });
            desk
        });
        runtime.shutdown_background();
        drop(desk);
    })
    .join()
    .expect("the other program ends");
    let outbox = Desk::on(&path).started().await.outbox;
    assert_eq!(outbox.len(), 1);
    assert_ne!(outbox[0].fate, Fate::Sending);
}
