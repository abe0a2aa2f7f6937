//! Filters over lists.

use indexmap::IndexSet;
use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, State};

use super::{either, fail, items};
use crate::template::mersenne::Mersenne;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "combinations": combinations, "every choice of so many items, in order";
    "flatten": flatten, "the items of lists within lists, down to a depth";
    "max": minijinja::filters::max, "the greatest item";
    "min": minijinja::filters::min, "the least item";
    "permutations": permutations, "every order of so many items";
    "product": product, "every combination of the items of several lists";
    "random": random, "an item, or a number below this one, by chance; seed makes it repeatable";
    "shuffle": shuffle, "the items in random order; seed makes it repeatable";
    "unique": unique, "the items without repetitions";
    "zip": zip, "the items of several lists, side by side";
    "zip_longest": zip_longest, "the items of several lists, side by side, the shorter filled up";
};

/// The most items a filter may make out of a few.
const MAX_ITEMS: usize = 1_000_000;

fn too_many() -> Error {
    fail(format!("the result would have more than {MAX_ITEMS} items"))
}

fn flatten(
    state: &State<'_, '_>,
    value: &Value,
    levels: Option<usize>,
    skip_nulls: Option<bool>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let levels = either(levels, &kwargs, "levels")?.unwrap_or(usize::MAX);
    let skip_nulls = either(skip_nulls, &kwargs, "skip_nulls")?.unwrap_or(true);
    kwargs.assert_all_used()?;
    let mut flat = Vec::new();
    for item in items(state, value)? {
        flatten_into(state, &mut flat, item, levels)?;
    }
    if skip_nulls {
        flat.retain(|item| !item.is_none());
    }
    Ok(Value::from(flat))
}

fn flatten_into(
    state: &State<'_, '_>,
    flat: &mut Vec<Value>,
    item: Value,
    levels: usize,
) -> Result<(), Error> {
    let is_list = matches!(item.kind(), ValueKind::Seq | ValueKind::Iterable);
    if !is_list || levels == 0 {
        flat.push(item);
        return Ok(());
    }
    for item in items(state, &item)? {
        flatten_into(state, flat, item, levels - 1)?;
    }
    Ok(())
}

fn unique(state: &State<'_, '_>, value: &Value, kwargs: Kwargs) -> Result<Value, Error> {
    // Unlike Jinja's own, Ansible's filter minds the case unless told otherwise.
    let case_sensitive = kwargs
        .get::<Option<bool>>("case_sensitive")?
        .unwrap_or(true);
    let attribute = kwargs.get::<Option<&str>>("attribute")?;
    kwargs.assert_all_used()?;
    let mut seen = IndexSet::new();
    let mut result = Vec::new();
    for item in items(state, value)? {
        let key = match attribute {
            Some(path) => path
                .split('.')
                .try_fold(item.clone(), |value, name| value.get_attr(name))?,
            None => item.clone(),
        };
        let key = match key.as_str() {
            Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
            _ => key,
        };
        if seen.insert(key) {
            result.push(item);
        }
    }
    Ok(Value::from(result))
}

/// The lists given by place, and the options after them.
fn lists(
    state: &State<'_, '_>,
    first: &Value,
    others: Rest<ValueOrKwargs>,
) -> Result<(Vec<Vec<Value>>, Option<Kwargs>), Error> {
    let mut all = vec![items(state, first)?];
    let mut options = None;
    for other in others.into_values() {
        if other.is_kwargs() {
            options = Some(Kwargs::try_from(other)?);
        } else {
            all.push(items(state, &other)?);
        }
    }
    Ok((all, options))
}

fn zip(state: &State<'_, '_>, first: &Value, others: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let (all, options) = lists(state, first, others)?;
    options.map_or(Ok(()), |options| options.assert_all_used())?;
    let shortest = all.iter().map(Vec::len).min().unwrap_or(0);
    Ok(rows(&all, shortest, &Value::from(())))
}

fn zip_longest(
    state: &State<'_, '_>,
    first: &Value,
    others: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let (all, options) = lists(state, first, others)?;
    let mut fill = Value::from(());
    if let Some(options) = options {
        fill = options.get::<Option<Value>>("fillvalue")?.unwrap_or(fill);
        options.assert_all_used()?;
    }
    let longest = all.iter().map(Vec::len).max().unwrap_or(0);
    Ok(rows(&all, longest, &fill))
}

fn rows(lists: &[Vec<Value>], count: usize, fill: &Value) -> Value {
    let cell = |list: &Vec<Value>, at: usize| list.get(at).unwrap_or(fill).clone();
    let row = |at| Value::from(lists.iter().map(|list| cell(list, at)).collect::<Vec<_>>());
    (0..count).map(row).collect()
}

fn product(
    state: &State<'_, '_>,
    first: &Value,
    others: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let (mut all, options) = lists(state, first, others)?;
    if let Some(options) = options {
        let repeat = options.get::<Option<usize>>("repeat")?.unwrap_or(1);
        options.assert_all_used()?;
        let once = all.clone();
        for _ in 1..repeat.min(100) {
            all.extend(once.iter().cloned());
        }
    }
    Ok(Value::from(cartesian(&all)?))
}

/// Every combination of one item of each list, the last list's items changing fastest.
pub(in crate::template) fn cartesian(lists: &[Vec<Value>]) -> Result<Vec<Value>, Error> {
    let count = lists
        .iter()
        .try_fold(1usize, |count, list| count.checked_mul(list.len()))
        .filter(|count| *count <= MAX_ITEMS);
    count.ok_or_else(too_many)?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in lists {
        let extended = |row: &Vec<Value>, item: &Value| {
            let mut row = row.clone();
            row.push(item.clone());
            row
        };
        rows = rows
            .iter()
            .flat_map(|row| list.iter().map(move |item| extended(row, item)))
            .collect();
    }
    Ok(rows.into_iter().map(Value::from).collect())
}

fn combinations(state: &State<'_, '_>, value: &Value, size: usize) -> Result<Value, Error> {
    let items = items(state, value)?;
    picks(&items, size, |chosen, at| {
        chosen.last().is_none_or(|last| *last < at)
    })
}

fn permutations(state: &State<'_, '_>, value: &Value, size: Option<usize>) -> Result<Value, Error> {
    let items = items(state, value)?;
    let size = size.unwrap_or(items.len());
    picks(&items, size, |chosen, at| !chosen.contains(&at))
}

/// Every way to pick so many items, where each pick may depend on those before.
fn picks(
    items: &[Value],
    size: usize,
    may: impl Fn(&[usize], usize) -> bool,
) -> Result<Value, Error> {
    if size > items.len() {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let mut longer = Vec::new();
        for row in &rows {
            for at in (0..items.len()).filter(|at| may(row, *at)) {
                longer.push([row.as_slice(), &[at]].concat());
            }
            if longer.len() > MAX_ITEMS {
                return Err(too_many());
            }
        }
        rows = longer;
    }
    let row = |row: Vec<usize>| -> Value { row.into_iter().map(|at| items[at].clone()).collect() };
    Ok(rows.into_iter().map(row).collect())
}

fn random(
    state: &State<'_, '_>,
    value: &Value,
    start: Option<i64>,
    step: Option<i64>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let start = either(start, &kwargs, "start")?;
    let step = either(step, &kwargs, "step")?.unwrap_or(1);
    let seed = kwargs.get::<Option<Value>>("seed")?;
    let mut chance = Mersenne::new(seed.as_ref())?;
    kwargs.assert_all_used()?;
    if let Some(end) = value.as_i64().filter(|_| value.is_number()) {
        let start = start.unwrap_or(0);
        let count = end
            .checked_sub(start)
            .filter(|width| *width > 0 && step > 0);
        let count = count.ok_or_else(|| fail("`random` needs an end beyond its start"))?;
        let steps = ((count - 1) / step + 1).unsigned_abs();
        let chosen = chance.below(steps).try_into().unwrap_or(0i64);
        return Ok(Value::from(start + chosen * step));
    }
    let mut items = items(state, value)?;
    if items.is_empty() {
        return Err(fail(
            "`random` has nothing to choose from: the list is empty",
        ));
    }
    Ok(items.swap_remove(chance.index(items.len())))
}

fn shuffle(
    state: &State<'_, '_>,
    value: &Value,
    seed: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let seed = either(seed, &kwargs, "seed")?;
    kwargs.assert_all_used()?;
    let mut items = items(state, value)?;
    Mersenne::new(seed.as_ref())?.shuffle(&mut items);
    Ok(Value::from(items))
}
