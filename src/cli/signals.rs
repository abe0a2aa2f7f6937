//! Ctrl-C and SIGTERM: the first one asks the run to stop, the second one ends it.

use tokio::signal::unix::{SignalKind, signal};

use crate::engine::Interrupt;
use crate::event::{Event, Sink};

/// Exit code of a run ended by a second Ctrl-C: 128 + SIGINT.
const KILLED: i32 = 130;

/// Listens as long as the runtime lives.
pub(super) fn watch(interrupt: Interrupt, sink: Sink) {
    tokio::spawn(async move {
        let (Ok(mut int), Ok(mut term)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        ) else {
            return;
        };
        loop {
            tokio::select! {
                _ = int.recv() => {}
                _ = term.recv() => {}
            }
            if interrupt.requested() {
                sink.emit(&Event::Interrupted {
                    message: "stopping at once: what was in flight is in an unknown state".into(),
                });
                std::process::exit(KILLED);
            }
            interrupt.request();
            sink.emit(&Event::Interrupted {
                message: "finishing the steps in flight, then stopping; open blocks still get \
                          their rescue and always (once more: stop at once)"
                    .into(),
            });
        }
    });
}
