//! A disk that gets full under the running program, and has room again: the agent is told, nothing typed is lost, and
//! nothing is sent twice.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::{House, until};
use crate::terminal::Terminal;

/// How the disk gets full.
enum Disk {
    /// The data directory is a small file system of its own, which a file of ours fills: for whoever may mount one.
    Small { mounted: PathBuf, ballast: PathBuf },
    /// The system lets the program's files grow no further.
    Limited,
}

impl Disk {
    /// `None` for who may not mount one.
    fn small(data: &Path) -> Option<Self> {
        std::fs::create_dir_all(data).expect("a directory");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs"]).arg(data).output();
        let mounted = mount.is_ok_and(|output| output.status.success());
        mounted.then(|| Self::Small { mounted: data.to_owned(), ballast: data.join("ballast") })
    }

    fn fill(&self, house: &House, terminal: &Terminal) {
        match self {
            Self::Small { ballast, .. } => {
                let mut file = std::fs::File::create(ballast).expect("a file");
                let full = |error: std::io::Error| assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
                while file.write_all(&[0; 512]).map_err(full).is_ok() {}
            }
            Self::Limited => {
                let mut log = house.store().into_os_string();
                log.push("-wal");
                let size = std::fs::metadata(log).expect("SQLite's log").len();
                limit(terminal, &format!("--fsize={size}:"));
            }
        }
    }

    fn make_room(&self, terminal: &Terminal) {
        match self {
            Self::Small { ballast, .. } => std::fs::remove_file(ballast).expect("it goes"),
            Self::Limited => limit(terminal, "--fsize=unlimited:"),
        }
    }

    /// What the agent is told.
    fn words(&self) -> &'static str {
        match self {
            Self::Small { .. } => "The disk is full",
            Self::Limited => "cannot be kept in",
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Small { mounted, .. } = self {
            // Lazily: whatever still has a file of it open does not hold it up.
            let _ = Command::new("umount").arg("-l").arg(mounted).status();
        }
    }
}

fn limit(terminal: &Terminal, what: &str) {
    let pid = terminal.pid().to_string();
    let done = Command::new("prlimit").args(["--pid", &pid, what]).status().expect("prlimit of util-linux");
    assert!(done.success(), "prlimit {what}");
}

#[test]
fn a_full_disk_is_told_costs_nothing_and_is_over_when_there_is_room() {
    let house = House::build();
    if let Some(disk) = Disk::small(&house.home.path().join("data")) {
        lived_through(&house, &disk);
    }
}

/// As by a quota: SQLite calls it an I/O error.
#[test]
fn a_limit_that_is_reached_costs_no_more_than_a_full_disk() {
    lived_through(&House::build(), &Disk::Limited);
}

fn lived_through(house: &House, disk: &Disk) {
    let mut terminal = house.terminal_that_ignores_limits();
    terminal.wait_for("● live");
    terminal.press("\r");
    terminal.wait_for("Reply to");
    until("the place is on disk", || house.kept("SELECT count(*) FROM positions WHERE name = 'open'") == 1);

    disk.fill(house, &terminal);
    terminal.press("r");
    terminal.type_text("written on a full disk");
    terminal.wait_for(disk.words());
    terminal.wait_for("written on a full disk");
    assert_eq!(house.kept("SELECT count(*) FROM drafts"), 0);
    // It is sent all the same, once, and stays visible.
    terminal.press("\r");
    until("it is sent", || house.sent("written on a full disk") == 1);
    terminal.wait("a tick", |screen| {
        screen.contents().lines().any(|line| line.contains("written on a full disk") && line.contains('✓'))
    });
    // The composer stays open.
    terminal.type_text("and a second thought");
    terminal.wait_for("and a second thought");

    disk.make_room(&terminal);
    until("the draft is on disk", || {
        house.kept("SELECT count(*) FROM drafts WHERE text = 'and a second thought'") == 1
    });
    terminal.wait_for("takes what it is given again");
    // What came meanwhile waited for its turn.
    assert_eq!(house.kept("SELECT count(*) FROM messages WHERE json LIKE '%written on a full disk%'"), 1);
    until("the queue is empty", || house.kept("SELECT count(*) FROM outbox") == 0);
    terminal.kill();

    let mut terminal = house.terminal();
    terminal.wait_for("● live");
    terminal.wait_for("and a second thought");
    assert_eq!(house.sent("written on a full disk"), 1);
    assert_eq!(house.sent("and a second thought"), 0);
    terminal.leave();
    terminal.end().assert_clean();
}
