//! The headless commands as a user meets them: the built program, its output, its exit code, the files it leaves.

mod backend;
mod command_line;
mod conversations;
mod login;
mod program;
mod tail;
