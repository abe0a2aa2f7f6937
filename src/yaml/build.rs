//! Nodes out of events: anchors, tags, places.

use std::collections::HashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use libyaml_safer::{Encoding, Event, EventData, Parser, ScalarStyle};

use super::mapping::Mapping;
use super::{Kind, Node, Style, glued, syntax, tag};
use crate::diag::{Diagnostic, Diagnostics, SourceFile, Span, did_you_mean};

/// How deep collections may nest, aliases followed.
const MAX_DEPTH: usize = 128;
/// How many nodes a source may have once every alias is replaced by what it stands for.
const MAX_NODES: usize = 1_000_000;

/// The reading cannot go on; the reason is among the diagnostics.
#[derive(Debug)]
pub(super) struct Stop;

/// A node, with what the collection around it must know.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) node: Node,
    /// Nodes in it, itself included, aliases followed.
    size: usize,
    /// Collections nested in it, itself included.
    height: usize,
    /// Where it ends in the source; for an alias, where the alias ends.
    end: usize,
}

/// Reads a whole source.
pub(super) struct Builder<'s> {
    source: &'s Arc<SourceFile>,
    /// The source's text, without a byte-order mark.
    text: &'s str,
    diagnostics: Diagnostics,
    /// The anchors of the document being read; none while the anchored node is being read.
    anchors: HashMap<String, Option<Built>>,
    nodes: usize,
    /// A value that begins with `{{` was reported: the syntax error it leads to says nothing new.
    braces: bool,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s Arc<SourceFile>) -> Self {
        Self {
            source,
            text: source.text.trim_start_matches('\u{feff}'),
            diagnostics: Diagnostics::new(),
            anchors: HashMap::new(),
            nodes: 0,
            braces: false,
        }
    }

    /// Every document that could be read, and everything that is wrong.
    pub(super) fn documents(mut self) -> (Vec<Node>, Diagnostics) {
        let mut documents = Vec::new();
        let refused = syntax::control_character(self.source);
        if let Some(refused) = refused.or_else(|| glued::tag_before_comma(self.source)) {
            self.diagnostics.push(refused);
            return (documents, self.diagnostics);
        }
        // The parser wants a line break after the last line of a block scalar.
        let mut input = std::borrow::Cow::Borrowed(self.text);
        if !self.text.ends_with('\n') {
            input.to_mut().push('\n');
        }
        let mut parser = Parser::new();
        parser.set_encoding(Encoding::Utf8);
        parser.set_input(input.as_bytes());
        // An error is in the diagnostics already, and what was read before it is still of use.
        let _ = self.stream(&mut parser, &mut documents);
        (documents, self.diagnostics)
    }

    fn stream(&mut self, parser: &mut Parser<&[u8]>, into: &mut Vec<Node>) -> Result<(), Stop> {
        loop {
            match self.event(parser)?.data {
                EventData::DocumentStart { .. } => {
                    self.anchors.clear();
                    let event = self.event(parser)?;
                    into.push(self.node(parser, event, 0)?.node);
                }
                EventData::StreamEnd => return Ok(()),
                _ => {}
            }
        }
    }

    fn event(&mut self, parser: &mut Parser<&[u8]>) -> Result<Event, Stop> {
        // The parser is a port that still panics where C read on; a panic is a syntax error here.
        match catch_unwind(AssertUnwindSafe(|| parser.parse())) {
            Ok(Ok(event)) => Ok(event),
            Ok(Err(error)) => {
                if !self.braces {
                    let skipped = self.source.text.len() - self.text.len();
                    let diagnostic = syntax::diagnostic(self.source, skipped, &error);
                    self.diagnostics.push(diagnostic);
                }
                Err(Stop)
            }
            Err(_) => self.stop(
                Diagnostic::error("failed to parse this file as YAML").at(&self.source.whole()),
            ),
        }
    }

    fn stop<T>(&mut self, diagnostic: Diagnostic) -> Result<T, Stop> {
        self.diagnostics.push(diagnostic);
        Err(Stop)
    }

    /// The node an event begins.
    fn node(
        &mut self,
        parser: &mut Parser<&[u8]>,
        event: Event,
        depth: usize,
    ) -> Result<Built, Stop> {
        let span = self.span(&event);
        match event.data {
            EventData::Alias { anchor } => self.alias(&anchor, &span, depth),
            EventData::Scalar {
                anchor,
                tag,
                value,
                style,
                ..
            } => {
                let tagged = tag.is_some() || anchor.is_some();
                let built = self.scalar(&span, tag, value, style, tagged);
                self.count(1, &span)?;
                self.anchor(anchor, &built);
                Ok(built)
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                self.enter(anchor.as_ref(), &span, depth)?;
                let built = self.sequence(parser, &span, tag, depth)?;
                self.anchor(anchor, &built);
                Ok(built)
            }
            EventData::MappingStart { anchor, tag, .. } => {
                self.enter(anchor.as_ref(), &span, depth)?;
                let built = self.mapping(parser, &span, tag, depth)?;
                self.anchor(anchor, &built);
                Ok(built)
            }
            _ => self.stop(Diagnostic::error("failed to parse this file as YAML").at(&span)),
        }
    }

    fn scalar(
        &mut self,
        span: &Span,
        tag: Option<String>,
        mut text: String,
        style: ScalarStyle,
        tagged: bool,
    ) -> Built {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            _ => Style::Plain,
        };
        let mut range = span.range();
        if tagged {
            range.start += tag::properties(span.text());
        }
        if matches!(style, Style::Literal | Style::Folded) && range.end == self.source.text.len() {
            drop_added_break(&mut text, &self.source.text[range.clone()]);
        }
        let end = range.end;
        let span = self.place(range);
        self.diagnostics
            .extend(tag::check_scalar(tag.as_deref(), &text, &span));
        let text = text.into();
        Built {
            node: Node::new(span, tag.map(Into::into), Kind::Scalar { text, style }),
            size: 1,
            height: 0,
            end,
        }
    }

    fn sequence(
        &mut self,
        parser: &mut Parser<&[u8]>,
        start: &Span,
        tag: Option<String>,
        depth: usize,
    ) -> Result<Built, Stop> {
        let mut items = Vec::new();
        let mut inside = Extent::at(start);
        loop {
            let event = self.event(parser)?;
            if event.data == EventData::SequenceEnd {
                inside.close(&self.span(&event));
                break;
            }
            let item = self.node(parser, event, depth + 1)?;
            inside.add(&item);
            items.push(item.node);
        }
        Ok(self.collection(start, tag, Kind::Seq(items), &inside))
    }

    fn mapping(
        &mut self,
        parser: &mut Parser<&[u8]>,
        start: &Span,
        tag: Option<String>,
        depth: usize,
    ) -> Result<Built, Stop> {
        let mut mapping = Mapping::default();
        let mut inside = Extent::at(start);
        loop {
            let event = self.event(parser)?;
            if event.data == EventData::MappingEnd {
                inside.close(&self.span(&event));
                break;
            }
            let key = self.node(parser, event, depth + 1)?;
            inside.add(&key);
            let event = self.event(parser)?;
            let value = self.node(parser, event, depth + 1)?;
            inside.add(&value);
            mapping.insert(start, key.node, value.node, &mut self.diagnostics);
        }
        self.braces |= mapping.has_braces();
        let entries = mapping.finish();
        Ok(self.collection(start, tag, Kind::Map(entries), &inside))
    }

    fn collection(
        &mut self,
        start: &Span,
        tag: Option<String>,
        kind: Kind,
        inside: &Extent,
    ) -> Built {
        let span = self.place(start.range().start..inside.end);
        self.diagnostics
            .extend(tag::check_collection(tag.as_deref(), &kind, &span));
        Built {
            node: Node::new(span, tag.map(Into::into), kind),
            size: inside.size,
            height: inside.height + 1,
            end: inside.end,
        }
    }

    /// Counts a collection that begins, and reserves its anchor.
    fn enter(&mut self, anchor: Option<&String>, span: &Span, depth: usize) -> Result<(), Stop> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.clone(), None);
        }
        self.count(1, span)?;
        self.check_depth(depth + 1, span)
    }

    fn anchor(&mut self, anchor: Option<String>, built: &Built) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(built.clone()));
        }
    }

    fn alias(&mut self, name: &str, span: &Span, depth: usize) -> Result<Built, Stop> {
        match self.anchors.get(name) {
            Some(Some(built)) => {
                let mut built = built.clone();
                self.count(built.size, span)?;
                self.check_depth(depth + built.height, span)?;
                built.end = span.range().end;
                Ok(built)
            }
            Some(None) => self.stop(
                Diagnostic::error(format!("the alias `*{name}` stands within its own anchor"))
                    .at(span),
            ),
            None => {
                let mut diagnostic =
                    Diagnostic::error(format!("there is no anchor `&{name}` before this alias"))
                        .at(span);
                let known = self.anchors.keys().map(String::as_str);
                diagnostic = match did_you_mean(name, known) {
                    Some(near) => diagnostic.help(format!("did you mean `*{near}`?")),
                    None => diagnostic.help(format!(
                        "if a text that begins with `*` is meant, quote it: `\"*{name}\"`"
                    )),
                };
                self.stop(diagnostic)
            }
        }
    }

    fn count(&mut self, nodes: usize, span: &Span) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("this file has more than {MAX_NODES} values, aliases followed");
        self.stop(Diagnostic::error(message).at(span).label("too many here"))
    }

    fn check_depth(&mut self, depth: usize, span: &Span) -> Result<(), Stop> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("values are nested more than {MAX_DEPTH} levels deep");
        self.stop(Diagnostic::error(message).at(span).label("too deep here"))
    }

    fn span(&self, event: &Event) -> Span {
        let skipped = self.source.text.len() - self.text.len();
        let at = |mark: libyaml_safer::Mark| {
            usize::try_from(mark.index).unwrap_or(usize::MAX - skipped) + skipped
        };
        self.place(at(event.start_mark)..at(event.end_mark))
    }

    fn place(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }
}

/// How far a collection reaches.
struct Extent {
    size: usize,
    height: usize,
    end: usize,
}

impl Extent {
    fn at(start: &Span) -> Self {
        Self {
            size: 1,
            height: 0,
            end: start.range().end,
        }
    }

    fn add(&mut self, built: &Built) {
        self.size = self.size.saturating_add(built.size);
        self.height = self.height.max(built.height);
        self.end = self.end.max(built.end);
    }

    /// A flow collection ends with its bracket; the end of a block one comes after comments and
    /// empty lines that are no part of it.
    fn close(&mut self, end: &Span) {
        if matches!(end.text(), "]" | "}") {
            self.end = end.range().end;
        }
    }
}

/// Takes back the line break that was added to the end of the source, when it got into a text.
fn drop_added_break(text: &mut String, written: &str) {
    if written.ends_with('\n') || !text.ends_with('\n') {
        return;
    }
    let last = written.rsplit('\n').next().unwrap_or_default();
    let header = written.lines().next().unwrap_or_default();
    let content = !last.trim_matches(' ').is_empty() || text.ends_with(" \n");
    if content || header.contains('+') {
        text.pop();
    }
}
