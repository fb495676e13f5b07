//! The headless commands as a user meets them: the built program, its output, its exit code, the files it leaves.

mod command_line;
mod login;
mod program;
