//! One file a subcommand. What they share: [`Options`] (arguments of all), [`Setup`] (the configuration in force),
//! [`Output`] (the only way to standard output) and [`Failure`] (why a command did not do its work, with its exit code).

pub mod completions;
pub mod config;
mod contacts;
pub mod dialect;
pub mod doctor;
mod failure;
pub mod inbox;
mod kept;
pub mod keys;
pub mod list;
mod logging;
pub mod login;
mod output;
mod place;
mod print;
mod record;
pub mod replay;
pub mod send;
pub mod serve;
mod setup;
pub mod show;
pub mod tail;
pub mod trace;

pub use failure::{EXIT_CODES, Failure};
pub use logging::start_log;
pub use output::{Output, complain};
pub use place::{DemoArgs, Place};
pub use record::RecordArgs;
pub use setup::{Options, Setup};

/// Runs a future to its end on this thread: headless commands need no more.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(future))
}
