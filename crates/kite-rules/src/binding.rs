//! Named values of a rule (`let`), computed when something first needs them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::expression::Expression;

/// One named value.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) expression: Arc<Expression>,
}

/// The named values of a rule; each may use those above it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    bindings: Vec<Binding>,
    /// For each binding, the bindings it needs, in the order in which they must be computed.
    needs: Vec<Needs>,
}

/// Positions of bindings, in the order in which they must be computed.
pub(crate) type Needs = Vec<usize>;

impl Bindings {
    pub(crate) fn push(&mut self, binding: Binding) {
        let needs = self.needs(binding.expression.variables.iter().map(String::as_str));
        self.needs.push(needs);
        self.bindings.push(binding);
    }

    /// What must be computed before an expression with these variables.
    pub(crate) fn needs<'a>(&self, variables: impl Iterator<Item = &'a str>) -> Needs {
        let mut needs = BTreeSet::new();
        for variable in variables {
            let found = self.bindings.iter().position(|b| b.name == variable);
            if let Some((position, before)) = found.and_then(|at| Some((at, self.needs.get(at)?))) {
                needs.extend(before.iter().copied());
                needs.insert(position);
            }
        }
        needs.into_iter().collect()
    }

    pub(crate) fn get(&self, position: usize) -> Option<&Binding> {
        self.bindings.get(position)
    }

    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// How many bindings, from the first, are the same in both.
    pub(crate) fn shared_with(&self, other: &Self) -> usize {
        let pairs = self.bindings.iter().zip(&other.bindings);
        pairs.take_while(|(ours, theirs)| Arc::ptr_eq(&ours.expression, &theirs.expression)).count()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.iter()
    }
}
