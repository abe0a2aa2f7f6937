//! The reader itself: lines to a writer, the progress line around them.

use std::io::{self, IsTerminal as _, Write};

use super::lines::Lines;
use super::progress::{Progress, Screen};
use super::style::Palette;
use crate::event::{Event, Reader};

/// How much is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Options {
    /// 0: names, statuses and failures; 1: results and places; 2: arguments too; 3: every start.
    pub verbosity: u8,
    /// With or without colours.
    pub palette: Palette,
    /// Whether a progress line is drawn on standard error.
    pub progress: bool,
    /// Whether steps that were skipped are shown.
    pub skipped: bool,
    /// Whether steps that changed nothing are shown.
    pub ok: bool,
    /// Whether what `set_stats` kept is shown.
    pub custom_stats: bool,
    /// How many unchanged lines stand around a change.
    pub diff_context: usize,
}

impl Options {
    /// Everything, without colours and progress.
    #[must_use]
    pub fn plain(verbosity: u8) -> Self {
        Self {
            verbosity,
            palette: Palette::Plain,
            progress: false,
            skipped: true,
            ok: true,
            custom_stats: false,
            diff_context: 3,
        }
    }

    /// What fits the standard output of this process.
    #[must_use]
    pub fn for_stdout(verbosity: u8) -> Self {
        Self {
            verbosity,
            palette: Palette::for_stdout(),
            progress: io::stdout().is_terminal() && io::stderr().is_terminal(),
            ..Self::plain(verbosity)
        }
    }
}

/// Shows a run as it goes.
#[derive(Debug)]
pub struct Terminal<W> {
    writer: W,
    lines: Lines,
    progress: Option<Progress>,
}

impl Terminal<io::Stdout> {
    /// Writes to standard output, with colours and a progress line where they fit.
    #[must_use]
    pub fn stdout(verbosity: u8) -> Self {
        Self::new(io::stdout(), Options::for_stdout(verbosity))
    }
}

impl<W: Write + Send> Terminal<W> {
    /// Writes to the given writer.
    pub fn new(writer: W, options: Options) -> Self {
        Self {
            writer,
            lines: Lines::new(options),
            progress: options.progress.then(Progress::on_stderr),
        }
    }

    /// What to ask for before anything else uses the terminal while a run goes on.
    #[must_use]
    pub fn screen(&self) -> Screen {
        let screen = self.progress.as_ref().map(Progress::screen);
        screen.unwrap_or_default()
    }
}

impl<W: Write + Send> Reader for Terminal<W> {
    fn on(&mut self, event: &Event) {
        let text = self.lines.of(event);
        if let Some(progress) = &self.progress {
            progress.on(event);
        }
        if text.is_empty() {
            return;
        }
        // A log that cannot be written (a closed pipe, a full disk) must not stop the run.
        let writer = &mut self.writer;
        let mut write = || {
            writer
                .write_all(text.as_bytes())
                .and_then(|()| writer.flush())
        };
        let _ = match &self.progress {
            Some(progress) => progress.screen().suspend(&mut write),
            None => write(),
        };
    }
}
