//! Lists as sets: order kept, repetitions dropped.

use indexmap::IndexSet;
use minijinja::{Error, State};

use super::items;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "difference": difference, "the items that the other list does not have";
    "intersect": intersect, "the items both lists have";
    "symmetric_difference": symmetric_difference, "the items only one of the lists has";
    "union": union, "the items of both lists";
};

type Set = IndexSet<Value>;

fn sets(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<(Set, Set), Error> {
    let set = |value| Ok::<Set, Error>(items(state, value)?.into_iter().collect());
    Ok((set(a)?, set(b)?))
}

fn difference(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let (a, b) = sets(state, a, b)?;
    Ok(a.difference(&b).cloned().collect())
}

fn intersect(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let (a, b) = sets(state, a, b)?;
    Ok(a.intersection(&b).cloned().collect())
}

fn symmetric_difference(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let (a, b) = sets(state, a, b)?;
    Ok(a.symmetric_difference(&b).cloned().collect())
}

fn union(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let (a, b) = sets(state, a, b)?;
    Ok(a.union(&b).cloned().collect())
}
