//! The official Socket.IO packages as peers. A test binary takes this in with
//! `#[path = "../peers/mod.rs"] mod peers;`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `package.json` and, once this returns, its installed `node_modules`; `None`, with a line that says
/// so, where there is no Node. On a CI machine (`CI` is set) a missing Node is a failure.
///
/// # Panics
/// When the packages cannot be installed, or Node is missing on a CI machine.
pub fn peers_dir() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("peers");
    if !Command::new("node").arg("--version").output().is_ok_and(|out| out.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "Node is needed for the tests with the official socket.io packages");
        println!("skipped: no Node");
        return None;
    }
    // Test processes run side by side: one installs, the others wait and find it done.
    let lock = File::create(std::env::temp_dir().join("switchboard-peers.lock")).expect("a lock file can be made");
    lock.lock().expect("the lock file can be locked");
    if !installed(&dir) && !npm(&dir, "ci") && !npm(&dir, "install") {
        panic!("neither `npm ci` nor `npm install` worked in {}", dir.display());
    }
    Some(dir)
}

/// The lock file that npm leaves in `node_modules` is not older than ours.
fn installed(dir: &Path) -> bool {
    let changed = |path: PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    match (changed(dir.join("node_modules/.package-lock.json")), changed(dir.join("package-lock.json"))) {
        (Some(done), Some(wanted)) => done >= wanted,
        _ => false,
    }
}

fn npm(dir: &Path, how: &str) -> bool {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    Command::new(npm).arg(how).current_dir(dir).status().is_ok_and(|status| status.success())
}
