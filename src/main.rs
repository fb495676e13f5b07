//! Arguments to a command, a command to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::install() {
        switchboard::commands::complain(format_args!("cannot report bugs in full: {error}"));
    }
    switchboard::cli::run(std::env::args_os())
}
