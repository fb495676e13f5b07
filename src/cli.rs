//! Command-line definitions; man pages and completions come from them.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::commands::{self, Failure, Options, Output, Setup, complain};

const AFTER_HELP: &str = "Without a command the inbox opens: on the chosen profile, or, where none is configured, on a \
demo with simulated customers.

Environment: SWITCHBOARD_TOKEN holds the token; SWITCHBOARD_CONFIG_DIR, SWITCHBOARD_DATA_DIR, SWITCHBOARD_CACHE_DIR and \
SWITCHBOARD_STATE_DIR say where files go; NO_COLOR takes all colour away.

Exit codes: 0 done (also when the reader of a pipe goes away), 1 failed, 2 ids do not match and 3 nothing \
arrived (`doctor` alone), 4 refused by the backend or no token, 5 backend not reached, 64 wrong arguments or configuration.";

/// A terminal live-chat inbox that routes every message into the right conversation, and says why when it cannot.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = false)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub options: Options,
    /// What the inbox takes when it is opened without its name.
    #[command(flatten)]
    pub inbox: commands::inbox::Args,
    /// What to do; without it the inbox opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the inbox
    Inbox(commands::inbox::Args),
    /// Print what happens as it happens: a line an event
    Tail(commands::tail::Args),
    /// Print the conversations
    List(commands::list::Args),
    /// Print the messages of a conversation
    Show(commands::show::Args),
    /// Play a recording: on the screen, or its verdicts as lines
    Replay(commands::replay::Args),
    /// Send a text to a conversation
    Send(commands::send::Args),
    /// Find out why a message did or did not appear, and what to mend
    Doctor(commands::doctor::Args),
    /// Print what became of a message, stage by stage
    Trace(commands::trace::Args),
    /// Sign in to a backend: asks for e-mail and password, keeps the token, writes the profile
    Login(commands::login::Args),
    /// Run the embedded backend: webhook, REST and Socket.IO over one database
    Serve(commands::serve::Args),
    /// Print every key and what it does
    Keys(commands::keys::Args),
    /// List, print, check or find dialects: how backends spell what an inbox needs
    #[command(subcommand)]
    Dialect(commands::dialect::Action),
    /// Print or check the configuration
    #[command(subcommand)]
    Config(commands::config::Action),
    /// Print completions for a shell
    Completions(commands::completions::Args),
    /// Print the man page, or write all of them into a directory
    Man(commands::completions::ManArgs),
}

/// Runs the program: arguments to a command, a command to an exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; a reader that has gone misses nothing.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    let mut out = Output::standard();
    match dispatch(cli, &mut out).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was written before the failure still belongs to the reader.
            let _ = out.flush();
            if !matches!(failure, Failure::Closed | Failure::Signal(_) | Failure::Verdict(_)) {
                complain(&failure);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(cli: Cli, out: &mut Output) -> Result<(), Failure> {
    if cli.command.is_some() && cli.inbox != commands::inbox::Args::default() {
        return Err(Failure::Usage("--demo, --seed, --rate and --ascii go after the command".to_owned()));
    }
    match cli.command {
        Some(Command::Config(action)) => return commands::config::run(cli.options, &action, out),
        Some(Command::Completions(args)) => return commands::completions::run(Cli::command(), &args, out),
        Some(Command::Man(args)) => return commands::completions::man(Cli::command(), &args, out),
        _ => {}
    }
    let setup = Setup::load(cli.options)?;
    let _log = commands::start_log(setup.options.log.as_deref(), &setup.loaded.config.log)?;
    match cli.command {
        Some(Command::Inbox(args)) => commands::inbox::run(&setup, &args),
        Some(Command::Tail(args)) => commands::tail::run(&setup, &args, out),
        Some(Command::List(args)) => commands::list::run(&setup, &args, out),
        Some(Command::Show(args)) => commands::show::run(&setup, &args, out),
        Some(Command::Replay(args)) => commands::replay::run(&setup, &args, out),
        Some(Command::Send(args)) => commands::send::run(&setup, &args, out),
        Some(Command::Doctor(args)) => commands::doctor::run(&setup, &args, out),
        Some(Command::Trace(args)) => commands::trace::run(&setup, &args, out),
        Some(Command::Login(args)) => commands::login::run(&setup, &args, out),
        Some(Command::Serve(args)) => commands::serve::run(&setup, &args, out),
        Some(Command::Dialect(action)) => commands::dialect::run(&setup, &action, out),
        Some(Command::Keys(args)) => commands::keys::run(&setup, &args, out),
        Some(Command::Config(_) | Command::Completions(_) | Command::Man(_)) => Ok(()),
        None => commands::inbox::run(&setup, &cli.inbox),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_explains_the_exit_codes_as_failures_do() {
        assert!(AFTER_HELP.ends_with(commands::EXIT_CODES));
    }
}
