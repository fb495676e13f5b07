//! The built program with directories of its own.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::path::PathBuf;

use assert_cmd::Command;

/// Directories of one test, and the program that uses them.
pub struct Program {
    root: tempfile::TempDir,
}

impl Program {
    /// Fresh, empty directories.
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().expect("directory") }
    }

    /// The program, with no environment but what it needs.
    pub fn command(&self) -> Command {
        let mut command = Command::cargo_bin("switchboard").expect("the program");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.root.path());
        for (name, directory) in [("CONFIG", "config"), ("DATA", "data"), ("CACHE", "cache"), ("STATE", "state")] {
            command.env(format!("SWITCHBOARD_{name}_DIR"), self.root.path().join(directory));
        }
        command
    }

    /// A file below the test's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes `config.toml`, private.
    pub fn configure(&self, text: &str) {
        switchboard::config::write_private(&self.path("config/config.toml"), text.as_bytes()).expect("write");
    }

    /// Every file below the test's directory, with its text.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut waiting = vec![self.root.path().to_owned()];
        while let Some(directory) = waiting.pop() {
            for entry in std::fs::read_dir(directory).expect("list").flatten() {
                if entry.path().is_dir() {
                    waiting.push(entry.path());
                } else {
                    let bytes = std::fs::read(entry.path()).unwrap_or_default();
                    found.push((entry.path(), String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
        }
        found
    }
}

/// Standard output as text.
pub fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.output().expect("output").stdout).expect("UTF-8")
}
