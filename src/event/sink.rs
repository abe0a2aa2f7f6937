//! Where events go.

use std::sync::{Arc, Mutex, PoisonError};

use super::Event;

/// A reader of the stream: the terminal view, a plan, a journal, a test.
pub trait Reader: Send {
    /// Takes one event. It must not block for long: the engine waits for it.
    fn on(&mut self, event: &Event);
}

/// The engine's end: hands every event to every reader, in order.
#[derive(Clone, Default)]
pub struct Sink {
    readers: Arc<Mutex<Vec<Box<dyn Reader>>>>,
}

impl Sink {
    /// A stream that these readers read.
    #[must_use]
    pub fn new(readers: Vec<Box<dyn Reader>>) -> Self {
        Self {
            readers: Arc::new(Mutex::new(readers)),
        }
    }

    /// Hands an event to every reader, without what came out of a vault.
    pub fn emit(&self, event: &Event) {
        let event = event.redacted();
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        for reader in readers.iter_mut() {
            reader.on(&event);
        }
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sink")
    }
}

/// A reader that keeps everything, for tests and for folding a finished run.
#[derive(Debug, Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<Event>>>);

impl Collector {
    /// Everything so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Reader for Collector {
    fn on(&mut self, event: &Event) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
    }
}
