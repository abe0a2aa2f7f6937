//! Where the files come from that a playbook names.

use std::sync::Arc;

use crate::diag::SourceFile;

/// Reads files that a playbook names.
pub trait Files {
    /// Reads the file that `from` calls `relative`. The error says, in one line, where it was
    /// looked for.
    fn read(&self, from: &SourceFile, relative: &str) -> Result<Arc<SourceFile>, String>;
}
