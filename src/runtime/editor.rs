//! A text through `$VISUAL` or `$EDITOR`, in a private file.

use std::io;

use tokio::process::Command;

/// Opens the user's editor on a text and returns what was saved; `None` when the editor ended with an error, as by `:cq`.
///
/// # Errors
/// If no file can be made, or the editor cannot be started.
pub(super) async fn edit(text: &str) -> io::Result<Option<String>> {
    let editor =
        ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let editor = editor.unwrap_or_else(|| if cfg!(windows) { "notepad".to_owned() } else { "vi".to_owned() });
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let file = tempfile::Builder::new().prefix("switchboard-").suffix(".txt").tempfile()?;
    std::fs::write(file.path(), text)?;
    let status = Command::new(program).args(words).arg(file.path()).status().await?;
    Ok(if status.success() { Some(std::fs::read_to_string(file.path())?) } else { None })
}
