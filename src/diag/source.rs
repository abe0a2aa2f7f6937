//! Where a piece of text came from.

use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file, unless it is larger than anything people write, or a device without an end.
pub fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("it is larger than {} MiB", MAX_BYTES >> 20);
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            message,
        ));
    }
    Ok(bytes)
}

/// A text a person wrote: a file, or an argument of the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// How messages name it: a path as the user would write it, or `<extra vars>`.
    pub name: String,
    /// The file it was read from; none for arguments and embedded files.
    pub path: Option<PathBuf>,
    /// The whole text.
    pub text: String,
    /// Whether messages must not quote it: it came out of an encrypted file.
    pub secret: bool,
}

impl SourceFile {
    /// A text that is no file: an argument, an embedded playbook.
    #[must_use]
    pub fn inline(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            path: None,
            text: text.into(),
            secret: false,
        })
    }

    /// Reads a file; a byte-order mark is dropped, invalid UTF-8 is an error.
    pub fn read(path: &Path) -> std::io::Result<Arc<Self>> {
        let text = String::from_utf8(read_bounded(path)?)
            .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        let name = path.display().to_string();
        Ok(Arc::new(Self {
            name,
            path: Some(path.to_owned()),
            text,
            secret: false,
        }))
    }

    /// The same file with its decrypted text, which messages do not quote.
    #[must_use]
    pub fn with_secret_text(&self, text: String) -> Arc<Self> {
        Arc::new(Self {
            name: self.name.clone(),
            path: self.path.clone(),
            text,
            secret: true,
        })
    }

    /// The whole text as a place.
    #[must_use]
    pub fn whole(self: &Arc<Self>) -> Span {
        Span::new(self, 0..self.text.len())
    }
}

/// A byte range of a source.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    source: Arc<SourceFile>,
    start: usize,
    end: usize,
}

impl Span {
    /// The range, moved inwards to what the text really holds.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>, range: Range<usize>) -> Self {
        let end = floor_boundary(&source.text, range.end);
        let start = floor_boundary(&source.text, range.start.min(end));
        Self {
            source: Arc::clone(source),
            start,
            end,
        }
    }

    /// The text this is a part of.
    #[must_use]
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// The byte range within the source.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The text at this place.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text[self.start..self.end]
    }

    /// Line and column of the start, both from 1, columns in characters.
    #[must_use]
    pub fn line_col(&self) -> (usize, usize) {
        let before = &self.source.text[..self.start];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[line_start..].chars().count() + 1)
    }

    /// From the start of this to the end of the other.
    #[must_use]
    pub fn to(&self, other: &Span) -> Span {
        Span::new(&self.source, self.start..other.end.max(self.start))
    }
}

fn floor_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, col) = self.line_col();
        write!(f, "{}:{line}:{col}", self.source.name)
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}
