//! Progress on standard error: on a terminal, after a second, and never with `--quiet`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a run has come. It may be shared by threads.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows nothing.
    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
        }
    }

    /// Shows itself on the process's standard error from the second second on.
    ///
    /// For a terminal only: the caller knows whether it is one.
    pub fn on_stderr() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg} {human_pos} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style);
        let late = bar.clone();
        drop(std::thread::Builder::new().spawn(move || {
            std::thread::sleep(Duration::from_secs(1));
            if !late.is_finished() {
                late.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            }
        }));
        Self { bar }
    }

    /// Says what is being done: a lower-case fragment of ours, no text of the input.
    pub fn phase(&self, what: &'static str) {
        self.bar.set_message(what);
        self.bar.set_position(0);
    }

    /// Counts `more` things done.
    pub fn advance(&self, more: u64) {
        self.bar.inc(more);
    }

    /// Takes the line away; called before a report is written.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_one_never_shows() {
        let progress = Progress::on_stderr();
        progress.phase("reading");
        progress.advance(3);
        assert_eq!(progress.bar.position(), 3);
        progress.finish();
        assert!(progress.bar.is_finished());
        assert!(progress.bar.is_hidden());
        assert!(Progress::hidden().bar.is_hidden());
    }
}
