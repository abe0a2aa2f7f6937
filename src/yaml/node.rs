//! A YAML node that knows where it stands.

use std::ops::Range;
use std::sync::Arc;

use super::locate;
use super::resolve::{self, Scalar};
use crate::diag::Span;

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: the only style that is typed.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text, typed lazily by [`Node::scalar`].
    Scalar {
        /// The text after unquoting and unescaping.
        text: Arc<str>,
        /// How it was written.
        style: Style,
    },
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping in the order written; keys are unique (checked by the reader), merge keys applied.
    Map(Vec<(Node, Node)>),
}

/// A node with its place and tag. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands: the scalar's text with its quotes, or the whole collection.
    pub span: Span,
    /// An explicit tag such as `!vault` or `!unsafe`, or `!!str` in its long form; none when absent.
    pub tag: Option<Arc<str>>,
    kind: Arc<Kind>,
}

impl Node {
    /// Puts a node together.
    #[must_use]
    pub fn new(span: Span, tag: Option<Arc<str>>, kind: Kind) -> Self {
        Self {
            span,
            tag,
            kind: Arc::new(kind),
        }
    }

    /// A plain scalar that stands at the given place.
    #[must_use]
    pub fn text(span: &Span, text: &str, style: Style) -> Self {
        Self::new(
            span.clone(),
            None,
            Kind::Scalar {
                text: text.into(),
                style,
            },
        )
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The typed scalar, as `PyYAML` resolves it; none for collections.
    #[must_use]
    pub fn scalar(&self) -> Option<Scalar<'_>> {
        match self.kind() {
            Kind::Scalar { text, style } => {
                Some(resolve::scalar(text, *style, self.tag.as_deref()))
            }
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// The raw text of a scalar, whatever its type (`0644` stays `0644`).
    #[must_use]
    pub fn raw(&self) -> Option<&str> {
        match self.kind() {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// The items of a sequence.
    #[must_use]
    pub fn seq(&self) -> Option<&[Node]> {
        match self.kind() {
            Kind::Seq(items) => Some(items),
            Kind::Scalar { .. } | Kind::Map(_) => None,
        }
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn map(&self) -> Option<&[(Node, Node)]> {
        match self.kind() {
            Kind::Map(entries) => Some(entries),
            Kind::Scalar { .. } | Kind::Seq(_) => None,
        }
    }

    /// The value under a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?
            .iter()
            .find(|(k, _)| k.raw() == Some(key))
            .map(|(_, v)| v)
    }

    /// Whether this is null: `~`, `null`, or nothing at all.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// Whether the value must never be templated (`!unsafe`).
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        self.tag.as_deref() == Some("!unsafe")
    }

    /// Whether the value is encrypted (`!vault`).
    #[must_use]
    pub fn is_vault(&self) -> bool {
        matches!(self.tag.as_deref(), Some("!vault" | "!vault-encrypted"))
    }

    /// "a mapping", "a list", "a string", … for messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self.kind() {
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Scalar { .. } => match self.scalar() {
                Some(Scalar::Null) => "nothing",
                Some(Scalar::Bool(_)) => "a boolean",
                Some(Scalar::Int(_) | Scalar::Float(_)) => "a number",
                _ => "a string",
            },
        }
    }

    /// Where a byte range of the scalar's *text* stands in the source, past quotes, escapes and
    /// the indentation of block scalars; the whole node when that cannot be told.
    #[must_use]
    pub fn locate(&self, range: Range<usize>) -> Span {
        match self.kind() {
            Kind::Scalar { text, style } => locate::locate(&self.span, text, *style, range),
            Kind::Seq(_) | Kind::Map(_) => self.span.clone(),
        }
    }
}
