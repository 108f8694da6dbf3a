//! The command `cert-audit`: the only place with the real streams, clock and environment.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the clock, the environment and the current directory come from"
)]

use std::io::IsTerminal as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let terminal = |is: bool| {
        is.then(|| rules::Terminal {
            width: terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into()),
        })
    };
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(_) => return ExitCode::from(rules::Exit::Undecided.code()),
    };
    let mut io = rules::Io {
        stdin: &mut std::io::stdin(),
        stdout: &mut std::io::stdout(),
        stderr: &mut std::io::stderr(),
        cwd,
        now: jiff::Timestamp::now(),
        env: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        stdout_terminal: terminal(std::io::stdout().is_terminal()),
        stderr_terminal: terminal(std::io::stderr().is_terminal()),
    };
    ExitCode::from(cert_audit::run(std::env::args_os(), &mut io).code())
}
