//! The `runbook` library.
