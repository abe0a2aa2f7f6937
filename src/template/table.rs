//! One row for every filter, test and function: its name, what it does, how it is added.

use minijinja::Environment;

/// A filter, test or function.
pub struct Entry {
    /// Its short name; `ansible.builtin.` before it is understood too.
    pub name: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Adds it under a name.
    pub(super) add: fn(&mut Environment<'static>, String),
}

impl Entry {
    /// Adds it to an environment under its short name.
    pub(super) fn register(&self, env: &mut Environment<'static>) {
        (self.add)(env, self.name.to_owned());
    }

    /// Adds it to an environment under its short and its qualified name.
    pub(super) fn register_both(&self, env: &mut Environment<'static>) {
        self.register(env);
        (self.add)(env, format!("ansible.builtin.{}", self.name));
    }
}

/// Rows of filters: `"name": function, "what it does";`.
macro_rules! filters {
    ($($name:literal: $function:expr, $summary:literal;)*) => {
        &[$($crate::template::table::Entry {
            name: $name,
            summary: $summary,
            add: |env, name| env.add_filter(name, $function),
        }),*]
    };
}

/// Rows of tests.
macro_rules! tests {
    ($($name:literal: $function:expr, $summary:literal;)*) => {
        &[$($crate::template::table::Entry {
            name: $name,
            summary: $summary,
            add: |env, name| env.add_test(name, $function),
        }),*]
    };
}

/// Rows of functions.
macro_rules! functions {
    ($($name:literal: $function:expr, $summary:literal;)*) => {
        &[$($crate::template::table::Entry {
            name: $name,
            summary: $summary,
            add: |env, name| env.add_function(name, $function),
        }),*]
    };
}

pub(super) use {filters, functions, tests};
