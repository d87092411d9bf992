//! Evaluates the expressions of rules on one input.

use std::fmt::{Display, Write};

use cel::Context;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelString, CelUInt};
use cel::common::value::{CowVal, Val};

use crate::binding::{Bindings, Needs};
use crate::config::Config;
use crate::error::EvalError;
use crate::expression::Expression;
use crate::functions::{environment, present};
use crate::json_value::{owned, view};
use crate::template::{Part, Template};

/// An expression or a template with the named values it needs and the field it stands in.
#[derive(Debug)]
pub(crate) struct Placed<T> {
    pub(crate) field: String,
    pub(crate) needs: Needs,
    pub(crate) content: T,
}

/// A condition of a rule.
pub(crate) type Condition = Placed<Expression>;
/// A text of a rule.
pub(crate) type Text = Placed<Template>;

/// The rule at work: how it calls itself in errors and what its names mean.
#[derive(Clone, Copy)]
pub(crate) struct Rule<'r> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'r str,
    pub(crate) bindings: &'r Bindings,
}

/// One input, the rule at work, and what was computed so far.
pub(crate) struct Evaluation<'r, 'v> {
    context: Context<'r, 'v>,
    rule: Rule<'r>,
    /// Which of the rule's named values are in the context.
    computed: Vec<bool>,
}

impl<'r, 'v> Evaluation<'r, 'v> {
    /// Starts with `input` under the given name and the installation's `config`.
    pub(crate) fn new(rule: Rule<'r>, name: &str, input: &'v serde_json::Value, config: &'v Config) -> Self {
        let mut context = Context::with_env(environment());
        context.add_variable_as_val(name, view(input));
        context.add_variable_as_val("config", view(config.value()));
        Self { context, rule, computed: vec![false; rule.bindings.len()] }
    }

    /// Goes on with another rule for the same input.
    ///
    /// Values that both rules take from the same libraries are kept.
    pub(crate) fn enter(&mut self, rule: Rule<'r>) {
        let shared = self.rule.bindings.shared_with(rule.bindings);
        self.computed.truncate(shared);
        self.computed.resize(rule.bindings.len(), false);
        self.rule = rule;
    }

    /// Whether a condition holds.
    pub(crate) fn truth(&mut self, condition: &'r Condition) -> Result<bool, EvalError> {
        self.compute(&condition.needs)?;
        let value = self.value(condition)?;
        present(value.as_ref())
            .and_then(<dyn Val>::downcast_ref::<CelBool>)
            .map(|truth| *truth.inner())
            .ok_or_else(|| self.error(&condition.field, not_a("bool", value.as_ref())))
    }

    /// The items of a list.
    pub(crate) fn items(&mut self, list: &'r Condition) -> Result<Vec<Box<dyn Val + 'v>>, EvalError> {
        self.compute(&list.needs)?;
        let value = self.value(list)?;
        match present(value.as_ref()) {
            None => Ok(Vec::new()),
            Some(value) => match value.downcast_ref::<CelList>() {
                Some(items) => Ok(items.inner().to_vec()),
                None => Err(self.error(&list.field, not_a("list", value))),
            },
        }
    }

    /// Gives a name a value, such as the item of a loop.
    pub(crate) fn set(&mut self, name: &'r str, value: Box<dyn Val + 'v>) {
        self.context.add_variable_as_val(name, value);
    }

    /// Gives a name a value that lives nowhere else.
    pub(crate) fn set_owned(&mut self, name: &str, value: serde_json::Value) {
        self.context.add_variable_as_val(name, owned(value));
    }

    /// A text with its holes filled in.
    pub(crate) fn text(&mut self, text: &'r Text) -> Result<String, EvalError> {
        self.compute(&text.needs)?;
        let mut written = String::new();
        for part in &text.content.parts {
            match part {
                Part::Text(text) => written.push_str(text),
                Part::Hole(expression) => {
                    let value = expression.evaluate(&self.context).map_err(|error| self.error(&text.field, error))?;
                    write_text(&mut written, value.as_ref())
                        .ok_or_else(|| self.error(&text.field, not_a("text", value.as_ref())))?;
                }
            }
        }
        Ok(written)
    }

    /// A text with its holes filled in, or `None` when there is nothing left of it.
    pub(crate) fn optional_text(&mut self, text: Option<&'r Text>) -> Result<Option<String>, EvalError> {
        let text = text.map(|text| self.text(text)).transpose()?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// The value of something whose needs are computed.
    fn value<'s>(&'s self, placed: &'r Condition) -> Result<CowVal<'s, 'v>, EvalError> {
        placed.content.evaluate(&self.context).map_err(|error| self.error(&placed.field, error))
    }

    fn compute(&mut self, needs: &[usize]) -> Result<(), EvalError> {
        for &need in needs {
            let Some((binding, computed)) = self.rule.bindings.get(need).zip(self.computed.get_mut(need)) else {
                continue;
            };
            if !std::mem::replace(computed, true) {
                let value = binding.expression.evaluate(&self.context);
                let value = value.map_err(|error| self.error(&binding.name, error))?.into_owned();
                self.context.add_variable_as_val(&binding.name, value);
            }
        }
        Ok(())
    }

    fn error(&self, field: &str, message: impl Display) -> EvalError {
        EvalError {
            rule: format!("{} `{}`", self.rule.kind, self.rule.name),
            field: field.to_owned(),
            message: message.to_string(),
        }
    }
}

fn not_a(wanted: &str, value: &dyn Val) -> String {
    format!("expected {wanted}, got {}", value.get_type().name())
}

/// Appends a value as text; lists and maps have none.
fn write_text(to: &mut String, value: &dyn Val) -> Option<()> {
    let Some(value) = present(value) else {
        return Some(());
    };
    if let Some(text) = value.downcast_ref::<CelString>() {
        to.push_str(text.inner());
        return Some(());
    }
    if let Some(number) = value.downcast_ref::<CelInt>() {
        write!(to, "{}", number.inner())
    } else if let Some(number) = value.downcast_ref::<CelUInt>() {
        write!(to, "{}", number.inner())
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        write!(to, "{}", number.inner())
    } else if let Some(truth) = value.downcast_ref::<CelBool>() {
        write!(to, "{}", truth.inner())
    } else {
        return None;
    }
    .ok()
}
