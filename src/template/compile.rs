//! Texts compiled once, however often they are evaluated.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use minijinja::{Error, Expression};

use super::env;
use super::scan::{self, Part, Shape};

/// How many texts are kept; a run has a few hundred, more means they are made up on the way.
const CAPACITY: usize = 20_000;

/// A compiled expression and where in its text it begins.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) expression: Expression<'static, 'static>,
    pub(super) source: Box<str>,
    pub(super) at: usize,
}

/// A compiled text.
#[derive(Debug)]
pub(super) enum Program {
    /// One expression, whose type is kept.
    Single(Code),
    /// Text and expressions, joined.
    Parts(Vec<Piece>),
    /// For the engine as a whole.
    Statements,
}

/// A part of a compiled text.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Range<usize>),
    Code(Code),
}

/// An expression that does not parse, and where in its text it begins.
#[derive(Debug)]
pub(super) struct Unparsed {
    pub(super) error: Error,
    pub(super) at: usize,
}

/// What was compiled so far.
#[derive(Default)]
pub(super) struct Cache {
    programs: Shared<Program>,
    expressions: Shared<Code>,
}

type Shared<T> = RwLock<HashMap<Box<str>, Arc<T>>>;

impl Cache {
    /// A text with templates in it.
    pub(super) fn program(&self, text: &str) -> Result<Arc<Program>, Unparsed> {
        cached(&self.programs, text, program)
    }

    /// A bare expression.
    pub(super) fn expression(&self, text: &str) -> Result<Arc<Code>, Unparsed> {
        cached(&self.expressions, text, |text| code(text, 0..text.len()))
    }
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
    }
    known.insert(text.into(), Arc::clone(&new));
    Ok(new)
}

fn program(text: &str) -> Result<Program, Unparsed> {
    match scan::shape(text) {
        Shape::Single(range) => Ok(Program::Single(code(text, range)?)),
        Shape::Parts(parts) => parts
            .into_iter()
            .map(|part| match part {
                Part::Text(range) => Ok(Piece::Text(range)),
                Part::Expression(range) => code(text, range).map(Piece::Code),
            })
            .collect::<Result<_, _>>()
            .map(Program::Parts),
        Shape::Plain | Shape::Statements => {
            env::environment()
                .template_from_named_str("template", text)
                .map_err(|error| Unparsed { error, at: 0 })?;
            Ok(Program::Statements)
        }
    }
}

fn code(text: &str, range: Range<usize>) -> Result<Code, Unparsed> {
    let at = range.start;
    let source = &text[range];
    let expression = env::environment()
        .compile_expression_owned(source.to_owned())
        .map_err(|error| Unparsed { error, at })?;
    Ok(Code {
        expression,
        source: source.into(),
        at,
    })
}
