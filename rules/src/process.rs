//! The real world: standard streams, clock, environment and current directory.
//!
//! Every `main.rs` is one call of [`run`], and nothing else in the workspace calls it: libraries
//! take an [`Io`], so that a test can give them another world. It lives here rather than five
//! times in the `main.rs` files.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::{Exit, Io, Terminal};

/// Runs a tool in this process's world.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads clock and environment"
)]
pub fn run(tool: fn(Vec<OsString>, &mut Io<'_>) -> Exit) -> ExitCode {
    use std::io::IsTerminal as _;
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => {
            use std::io::Write as _;
            // Nothing can be done about a closed standard error.
            let _ = writeln!(std::io::stderr(), "error: no current directory: {error}");
            return ExitCode::from(Exit::Undecided.code());
        }
    };
    let width = |is: bool| {
        is.then(|| Terminal {
            width: terminal_size::terminal_size()
                .map_or(80, |(terminal_size::Width(width), _)| usize::from(width)),
        })
    };
    let (stdout_terminal, stderr_terminal) = (
        width(std::io::stdout().is_terminal()),
        width(std::io::stderr().is_terminal()),
    );
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let exit = tool(
        std::env::args_os().collect(),
        &mut Io {
            stdin: &mut std::io::stdin(),
            stdout: &mut std::io::stdout(),
            stderr: &mut std::io::stderr(),
            cwd,
            now: jiff::Timestamp::now(),
            env,
            stdout_terminal,
            stderr_terminal,
        },
    );
    ExitCode::from(exit.code())
}
