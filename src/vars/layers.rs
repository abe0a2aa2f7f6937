//! Layers of variables, each at its level.

use std::sync::Arc;

use super::{Level, Scope, VarMap};
use crate::template::Templar;

/// Variables from several origins. They may be put together in any order: the [`Level`] says
/// which one wins, and within a level the one that came last.
#[derive(Debug, Clone, Default)]
pub struct Layers(Vec<(Level, Arc<VarMap>)>);

impl Layers {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a layer; an empty one is left out.
    pub fn push(&mut self, level: Level, vars: Arc<VarMap>) {
        if !vars.is_empty() {
            self.0.push((level, vars));
        }
    }

    /// With a layer more.
    #[must_use]
    pub fn with(mut self, level: Level, vars: Arc<VarMap>) -> Self {
        self.push(level, vars);
        self
    }

    /// Adds all layers of `others`.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().cloned());
    }

    /// The layers, lowest precedence first.
    #[must_use]
    pub fn in_order(&self) -> Vec<(Level, Arc<VarMap>)> {
        let mut layers = self.0.clone();
        layers.sort_by_key(|(level, _)| *level);
        layers
    }

    /// The scope in which the highest layer that has a variable says what it is.
    #[must_use]
    pub fn scope(&self, templar: &Arc<Templar>) -> Arc<Scope> {
        let layers = self.in_order().into_iter();
        layers
            .fold(Scope::builder(templar), |builder, (_, vars)| {
                builder.layer(vars)
            })
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vars::Var;

    fn one(name: &str, value: &str) -> Arc<VarMap> {
        Arc::new(VarMap::from_iter([(
            Arc::from(name),
            Var::Data(value.into()),
        )]))
    }

    #[test]
    fn the_level_decides_and_then_the_order() {
        let layers = Layers::new()
            .with(Level::TaskVars, one("a", "task"))
            .with(Level::PlayVars, one("a", "play"))
            .with(Level::BlockVars, one("b", "outer"))
            .with(Level::BlockVars, one("b", "inner"));
        let scope = layers.scope(&Templar::new());
        let get = |name| scope.get(name).unwrap().unwrap().to_string();
        assert_eq!((get("a"), get("b")), ("task".into(), "inner".into()));
    }
}
