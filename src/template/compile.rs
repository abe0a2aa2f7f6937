//! Texts compiled once, however often they are evaluated.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use minijinja::{Error, ErrorKind, Expression};

use super::depth::{MAX_DEPTH, is_too_deep};
use super::env;
use super::rewrite::{self, Backslash, Rewritten};
use super::scan::{self, Part, Shape};
use super::tags::{self, Delimiters};

/// How many texts are kept; a run has a few hundred, more means they are made up on the way.
const CAPACITY: usize = 20_000;

/// A compiled expression and where in its text it begins.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) expression: Expression<'static, 'static>,
    /// As it was written.
    pub(super) source: Box<str>,
    pub(super) at: usize,
    rewritten: Rewritten,
}

impl Code {
    /// Where in the text a range the engine speaks of stands.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        let range = self.rewritten.original(range);
        self.at + range.start..self.at + range.end
    }

    /// Where in the text it stands, without white space around it.
    pub(super) fn whole(&self) -> Range<usize> {
        let start = self.source.len() - self.source.trim_start().len();
        self.at + start..self.at + start + self.source.trim().len()
    }

    /// The expression as the engine knows it.
    pub(super) fn engine_text(&self) -> &str {
        &self.rewritten.text
    }
}

/// A compiled text.
#[derive(Debug)]
pub(super) enum Program {
    /// One expression, whose type is kept.
    Single(Code),
    /// Text and expressions, joined.
    Parts(Vec<Piece>),
    /// For the engine as a whole.
    Statements(Template),
}

/// A text with statements.
#[derive(Debug)]
pub(super) struct Template {
    /// Under which the environment keeps it compiled.
    pub(super) name: String,
    pub(super) rewritten: Rewritten,
}

/// A part of a compiled text.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Range<usize>),
    Code(Code),
}

/// A text that does not parse, and where in it.
#[derive(Debug)]
pub(super) struct Unparsed {
    pub(super) error: Error,
    pub(super) place: Option<Range<usize>>,
}

fn unparsed(error: Error, at: usize, rewritten: &Rewritten) -> Unparsed {
    let place = error.range().map(|range| {
        let range = rewritten.original(range);
        at + range.start..at + range.end
    });
    Unparsed { error, place }
}

/// What was compiled so far.
#[derive(Default)]
pub(super) struct Cache {
    programs: Shared<Program>,
    expressions: Shared<Code>,
    /// What was checked and found right, without its code: the engine reserves more than ten
    /// kilobytes for each, and most of what is loaded is never rendered.
    sound: RwLock<HashSet<(Box<str>, Language)>>,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    /// Text with templates in it.
    Template,
    /// A bare expression.
    Expression,
}

impl Language {
    /// Compiles a text and forgets the result.
    pub(super) fn parse(self, text: &str) -> Result<(), Unparsed> {
        match self {
            Self::Template => program(text).map(drop),
            Self::Expression => expression(text).map(drop),
        }
    }
}

type Shared<T> = RwLock<HashMap<Box<str>, Arc<T>>>;

impl Cache {
    /// A text with templates in it.
    pub(super) fn program(&self, text: &str) -> Result<Arc<Program>, Unparsed> {
        cached(&self.programs, text, program)
    }

    /// A bare expression.
    pub(super) fn expression(&self, text: &str) -> Result<Arc<Code>, Unparsed> {
        cached(&self.expressions, text, expression)
    }

    /// Makes sure that nothing is wrong with a text, unless that was found out before.
    pub(super) fn check<E>(
        &self,
        text: &str,
        language: Language,
        judge: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let key = (Box::from(text), language);
        let known = self.sound.read().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&key) {
            return Ok(());
        }
        drop(known);
        judge()?;
        let mut known = self.sound.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(key);
        Ok(())
    }
}

fn expression(text: &str) -> Result<Code, Unparsed> {
    code(text, 0..text.len(), Backslash::Escapes)
}

fn cached<T>(
    shared: &Shared<T>,
    text: &str,
    make: impl FnOnce(&str) -> Result<T, Unparsed>,
) -> Result<Arc<T>, Unparsed> {
    {
        let known = shared.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(text) {
            return Ok(Arc::clone(known));
        }
    }
    let new = Arc::new(make(text)?);
    let mut known = shared.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= CAPACITY {
        known.clear();
        env::forget_templates();
    }
    known.insert(text.into(), Arc::clone(&new));
    Ok(new)
}

fn program(text: &str) -> Result<Program, Unparsed> {
    match scan::shape(text) {
        Shape::Single(range) => Ok(Program::Single(code(text, range, Backslash::Itself)?)),
        Shape::Parts(parts) => parts
            .into_iter()
            .map(|part| match part {
                Part::Text(range) => Ok(Piece::Text(range)),
                Part::Expression(range) => code(text, range, Backslash::Itself).map(Piece::Code),
            })
            .collect::<Result<_, _>>()
            .map(Program::Parts),
        Shape::Plain | Shape::Statements => {
            bounded(text, &Delimiters::default()).map_err(|(error, range)| Unparsed {
                error,
                place: Some(range),
            })?;
            let rewritten = rewrite::template(text, &Delimiters::default(), Backslash::Itself);
            let name = format!("\0{}", rewritten.text);
            env::templates()
                .get_template(&name)
                .map_err(|error| unparsed(error, 0, &rewritten))?;
            Ok(Program::Statements(Template { name, rewritten }))
        }
    }
}

/// Refuses a template in which an expression nests too deep.
pub(super) fn bounded(
    text: &str,
    delimiters: &Delimiters<'_>,
) -> Result<(), (Error, Range<usize>)> {
    let code = tags::code(text, delimiters).into_iter();
    match code
        .into_iter()
        .find(|range| is_too_deep(&text[range.clone()]))
    {
        Some(range) => Err((too_deep(), range)),
        None => Ok(()),
    }
}

fn too_deep() -> Error {
    let message = format!("the expression nests more than {MAX_DEPTH} deep");
    Error::new(ErrorKind::SyntaxError, message)
}

fn code(text: &str, range: Range<usize>, backslash: Backslash) -> Result<Code, Unparsed> {
    let at = range.start;
    let source = &text[range.clone()];
    if is_too_deep(source) {
        let place = Some(range);
        return Err(Unparsed {
            error: too_deep(),
            place,
        });
    }
    let rewritten = rewrite::expression(source, backslash);
    let expression = env::environment()
        .compile_expression_owned(rewritten.text.clone())
        .map_err(|error| unparsed(error, at, &rewritten))?;
    Ok(Code {
        expression,
        source: source.into(),
        at,
        rewritten,
    })
}
