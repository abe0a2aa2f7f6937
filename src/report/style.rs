//! Colours with fixed meanings. Every line reads as well without them.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::event::Status;

/// What a piece of text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// As it should be.
    Ok,
    /// Changed.
    Changed,
    /// Failed.
    Failed,
    /// Skipped.
    Skipped,
    /// Lost.
    Unreachable,
    /// A heading.
    Heading,
    /// Of minor interest.
    Minor,
    /// Something to look at.
    Warning,
    /// Something to read.
    Notice,
}

impl From<Status> for Role {
    fn from(status: Status) -> Self {
        match status {
            Status::Ok => Self::Ok,
            Status::Changed => Self::Changed,
            Status::Skipped | Status::Ignored => Self::Skipped,
            Status::Failed => Self::Failed,
            Status::Unreachable => Self::Unreachable,
        }
    }
}

impl Role {
    fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Green.on_default(),
            Self::Changed => AnsiColor::Yellow.on_default(),
            Self::Failed => AnsiColor::Red.on_default(),
            Self::Skipped => AnsiColor::Cyan.on_default(),
            Self::Unreachable => AnsiColor::Magenta.on_default().bold(),
            Self::Heading => Style::new().bold(),
            Self::Minor => Style::new().dimmed(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Notice => AnsiColor::Blue.on_default().bold(),
        }
    }
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colored,
}

impl Palette {
    /// What standard output wants: a terminal gets colours unless `NO_COLOR`, `CLICOLOR=0` or
    /// `TERM=dumb` say otherwise; `CLICOLOR_FORCE` gets them everywhere.
    #[must_use]
    pub fn for_stdout() -> Self {
        match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Self::Plain,
            _ => Self::Colored,
        }
    }

    /// The text in the colours of its role; each line for itself, so that cut logs stay readable.
    pub(super) fn paint(self, role: Role, text: impl Display) -> String {
        let text = text.to_string();
        if self == Self::Plain {
            return text;
        }
        let style = role.style();
        let lines = text.split('\n').map(|line| match line {
            "" => String::new(),
            line => format!("{style}{line}{style:#}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
