//! Turns the values of one rule file into compiled expressions, collecting every mistake.

use std::sync::Arc;

use crate::binding::{Binding, Bindings};
use crate::error::RuleError;
use crate::evaluation::{Condition, Placed, Text};
use crate::expression::{Expression, Mistake};
use crate::file::{Located, Ordered, RelatedSpec};
use crate::hint;
use crate::location::{self, Place};
use crate::names::{Names, Shape};
use crate::paths::Needed;
use crate::template::{Part, Template};

/// Compiles one file.
pub(crate) struct Compiler<'a> {
    file: &'a str,
    text: &'a str,
    names: Names,
    bindings: Bindings,
    needed: Needed,
    errors: Vec<RuleError>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str, names: Names) -> Self {
        let (bindings, needed) = (Bindings::default(), Needed::nothing());
        Self { file, text, names, bindings, needed, errors: Vec::new() }
    }

    /// Makes the values of a library known.
    pub(crate) fn include(&mut self, library: &Bindings) {
        for binding in library.iter() {
            self.names.add(&binding.name);
            self.needed.merge(&binding.expression.needed);
            self.bindings.push(binding.clone());
        }
    }

    /// Makes what is read beside the object known, as fields of `related`.
    pub(crate) fn relate(&mut self, related: &Ordered<RelatedSpec>) {
        for (name, _) in &related.0 {
            if !self.names.add_field("related", &name.value) {
                self.error(name, format!("`related.{}` is defined already", name.value));
            }
        }
    }

    /// What was compiled so far reads of the object.
    pub(crate) fn needed(&self) -> Needed {
        self.needed.clone()
    }

    /// Compiles named values; each is known to those below it.
    pub(crate) fn bind(&mut self, bindings: &Ordered<Located>) {
        for (name, source) in &bindings.0 {
            if self.names.contains(&name.value) {
                self.error(name, format!("`{}` is defined already", name.value));
                continue;
            }
            if !is_identifier(&name.value) {
                self.error(name, format!("`{}` is not a name", name.value));
                continue;
            }
            match Expression::compile(&source.value, &self.names) {
                Ok(expression) => {
                    self.needed.merge(&expression.needed);
                    let name = name.value.clone();
                    self.bindings.push(Binding { name, expression: Arc::new(expression) });
                }
                Err(mistakes) => self.mistakes(source, mistakes),
            }
            // Known even when it is broken, so that one mistake is one error.
            self.names.add(&name.value);
        }
    }

    pub(crate) fn condition(&mut self, field: &str, source: &Located) -> Option<Condition> {
        let compiled =
            Expression::compile(&source.value, &self.names).map_err(|mistakes| self.mistakes(source, mistakes));
        let content = compiled.ok()?;
        self.needed.merge(&content.needed);
        Some(Placed {
            field: field.to_owned(),
            needs: self.bindings.needs(content.variables.iter().map(String::as_str)),
            content,
        })
    }

    pub(crate) fn text(&mut self, field: &str, source: &Located) -> Option<Text> {
        let compiled =
            Template::compile(&source.value, &self.names).map_err(|mistakes| self.mistakes(source, mistakes));
        let content = compiled.ok()?;
        content.holes().for_each(|hole| self.needed.merge(&hole.needed));
        Some(Placed { field: field.to_owned(), needs: self.bindings.needs(content.variables()), content })
    }

    /// A text that, when it has no hole, must be one of `allowed`.
    pub(crate) fn choice(&mut self, field: &str, source: &Located, allowed: &[&str]) -> Option<Text> {
        let text = self.text(field, source)?;
        let literal = text.content.parts.iter().all(|p| matches!(p, Part::Text(_)));
        if literal && !allowed.contains(&source.value.as_str()) {
            let message = format!("`{}` is none of {}", source.value, allowed.join(", "));
            let hint = hint::meant(&source.value, allowed.iter().copied());
            self.error_at(source.referenced.into(), message, hint);
        }
        Some(text)
    }

    /// Compiles with one more name, which is gone afterwards.
    pub(crate) fn with_name<T>(&mut self, name: &Located, compile: impl FnOnce(&mut Self) -> T) -> T {
        if self.names.contains(&name.value) || !is_identifier(&name.value) {
            self.error(name, format!("`{}` cannot be used as a name here", name.value));
        }
        let outside = self.names.clone();
        self.names = outside.clone().with(&name.value, Shape::Open);
        let compiled = compile(self);
        self.names = outside;
        compiled
    }

    pub(crate) fn error(&mut self, at: &Located, message: String) {
        self.error_at(at.referenced.into(), message, None);
    }

    pub(crate) fn error_at(&mut self, place: Place, message: String, hint: Option<String>) {
        let Place { line, column } = place;
        self.errors.push(RuleError { file: self.file.to_owned(), line, column, message, hint });
    }

    pub(crate) fn mistakes(&mut self, source: &Located, mistakes: Vec<Mistake>) {
        for mistake in mistakes {
            let place = location::inside(self.text, source.referenced.into(), mistake.offset);
            self.error_at(place, mistake.message, mistake.hint);
        }
    }

    /// The named values, or everything that is wrong with the file.
    pub(crate) fn finish(self) -> Result<Bindings, Vec<RuleError>> {
        if self.errors.is_empty() { Ok(self.bindings) } else { Err(self.errors) }
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}
