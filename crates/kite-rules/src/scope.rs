//! The resource that a report or a sweep is about.

use kite_api::{ScopeInput, SweepScope};

use crate::compiler::Compiler;
use crate::error::EvalError;
use crate::evaluation::{Evaluation, Text};
use crate::file::ScopeSpec;

/// A compiled scope.
#[derive(Debug)]
pub(crate) struct ScopePlan {
    kind: Text,
    name: Text,
    namespace: Option<Text>,
}

impl ScopePlan {
    /// Compiles a scope; `None` when something is wrong, which the compiler then knows.
    pub(crate) fn compile(compiler: &mut Compiler<'_>, spec: &ScopeSpec) -> Option<Self> {
        let kind = compiler.text("scope.resourceType", &spec.kind);
        let name = compiler.text("scope.resourceName", &spec.name);
        let namespace = spec.namespace.as_ref();
        let namespace = namespace.and_then(|source| compiler.text("scope.resourceNamespace", source));
        Some(Self { kind: kind?, name: name?, namespace })
    }

    /// The scope of a report.
    pub(crate) fn of_report<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<ScopeInput, EvalError> {
        Ok(ScopeInput {
            resource_type: Some(evaluation.text(&self.kind)?),
            resource_name: Some(evaluation.text(&self.name)?),
            resource_namespace: evaluation.optional_text(self.namespace.as_ref())?,
        })
    }

    /// A scope of a sweep, which is always in the sweep's namespace.
    pub(crate) fn of_sweep<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<SweepScope, EvalError> {
        Ok(SweepScope { resource_type: evaluation.text(&self.kind)?, resource_name: evaluation.text(&self.name)? })
    }
}
