//! The person at the terminal.

use std::io::{IsTerminal as _, Write as _};

use async_trait::async_trait;

use crate::engine::Operator;
use crate::report::Screen;

/// Asks on the terminal; nobody is there when standard input is not one.
pub(super) struct Terminal {
    screen: Screen,
}

impl Terminal {
    /// Asks on the screen that a view draws its progress on.
    pub(super) fn on(screen: Screen) -> Self {
        Self { screen }
    }
}

#[async_trait]
impl Operator for Terminal {
    async fn ask(&self, question: &str, echo: bool) -> Option<String> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let (question, screen) = (question.to_owned(), self.screen.clone());
        let ask = move || {
            if echo {
                read(&question)
            } else {
                hidden(&question)
            }
        };
        tokio::task::spawn_blocking(move || screen.suspend(ask))
            .await
            .ok()
            .flatten()
    }
}

fn read(question: &str) -> Option<String> {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question}");
    let _ = stderr.flush();
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks without showing the answer.
pub(super) fn hidden(question: &str) -> Option<String> {
    let _ = write!(std::io::stderr(), "{question}");
    rpassword::read_password().ok()
}
