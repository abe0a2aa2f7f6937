//! The person at the terminal.

use std::io::{IsTerminal as _, Write as _};

use async_trait::async_trait;

use crate::engine::Operator;

/// Asks on the terminal; nobody is there when standard input is not one.
pub(super) struct Terminal;

#[async_trait]
impl Operator for Terminal {
    async fn ask(&self, question: &str, echo: bool) -> Option<String> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let question = question.to_owned();
        tokio::task::spawn_blocking(move || if echo { read(&question) } else { hidden(&question) })
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
