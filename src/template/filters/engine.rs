//! The filters that come with the template engine.

use minijinja::filters as engine;
use minijinja::{Error, State};
use minijinja_contrib::filters as contrib;

use crate::template::bounds::writable;
use crate::template::table::{Entry, filters};
use crate::vars::Value;

pub(super) static TABLE: &[Entry] = filters! {
    "abs": engine::abs, "the absolute value of a number";
    "attr": engine::attr, "an attribute by name";
    "capitalize": engine::capitalize, "the first letter in upper case, the rest in lower case";
    "chain": engine::chain, "several lists or mappings, one after the other";
    "count": engine::length, "how many items, or letters";
    "d": engine::default, "another value when this one is undefined (or falsy, with true)";
    "default": engine::default, "another value when this one is undefined (or falsy, with true)";
    "dictsort": engine::dictsort, "the entries of a mapping as pairs, sorted";
    "filesizeformat": contrib::filesizeformat, "a number of bytes, readable";
    "first": engine::first, "the first item";
    "groupby": engine::groupby, "the items in groups that share an attribute";
    "items": engine::items, "the entries of a mapping as pairs";
    "join": engine::join, "the items as one text";
    "last": engine::last, "the last item";
    "length": engine::length, "how many items, or letters";
    "lines": engine::lines, "the lines of a text";
    "list": engine::list, "the items as a list";
    "lower": engine::lower, "lower case";
    "map": engine::map, "an attribute of every item, or every item through a filter";
    "reject": engine::reject, "the items that fail a test";
    "rejectattr": engine::rejectattr, "the items whose attribute fails a test";
    "replace": engine::replace, "one text in place of another";
    "reverse": engine::reverse, "the items from the last to the first";
    "round": engine::round, "a number rounded";
    "safe": engine::safe, "text that needs no escaping";
    "select": engine::select, "the items that pass a test";
    "selectattr": engine::selectattr, "the items whose attribute passes a test";
    "sort": engine::sort, "the items in order";
    "split": engine::split, "the parts of a text";
    "string": string, "a value as text";
    "striptags": contrib::striptags, "text without its HTML tags";
    "sum": engine::sum, "the sum of numbers";
    "title": engine::title, "every word with a capital";
    "trim": engine::trim, "text without white space around it";
    "upper": engine::upper, "upper case";
};

fn string(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    writable(value)?;
    engine::string(state, value)
}
