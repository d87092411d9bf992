//! One compiled CEL expression.

use cel::common::value::CowVal;
use cel::{Context, ExecutionError};
use cel::{Program, Value};

use crate::functions::environment;
use crate::names::Names;
use crate::paths::{self, Needed};

/// A checked CEL expression.
#[derive(Debug)]
pub(crate) struct Expression {
    program: Program,
    /// The variables it refers to.
    pub(crate) variables: Vec<String>,
    /// What it reads of the object.
    pub(crate) needed: Needed,
}

/// A mistake in an expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The character at which it is, from 0.
    pub(crate) offset: usize,
    /// What is wrong.
    pub(crate) message: String,
    /// What may help.
    pub(crate) hint: Option<String>,
}

impl Expression {
    /// Compiles `source`, which may use `names`, or says everything that is wrong with it.
    pub(crate) fn compile(source: &str, names: &Names) -> Result<Self, Vec<Mistake>> {
        let program = environment().compile(source).map_err(|errors| {
            let mistake = |error: &cel::ParseError| Mistake {
                offset: offset(source, error.pos),
                message: error.msg.clone(),
                hint: Some("expressions are CEL, such as `object.?status.?phase.orValue('') == 'Failed'`".to_owned()),
            };
            errors.errors.iter().map(mistake).collect::<Vec<_>>()
        })?;
        let references = names.references(program.expression());
        if !references.unknown.is_empty() {
            let place = |node| program.source_info().offset_for(node);
            return Err(references
                .unknown
                .into_iter()
                .map(|unknown| Mistake {
                    offset: place(unknown.node).map_or(0, |(start, _)| start as usize),
                    message: unknown.message,
                    hint: unknown.hint,
                })
                .collect());
        }
        let needed = paths::of(program.expression());
        Ok(Self { program, variables: references.variables, needed })
    }

    pub(crate) fn evaluate<'e, 'v>(&'e self, context: &'e Context<'_, 'v>) -> Result<CowVal<'e, 'v>, ExecutionError> {
        Value::resolve_val(self.program.expression(), context)
    }
}

/// The parser counts lines from 1 and columns from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> usize {
    let lines_before = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let before: usize = source.split_inclusive('\n').take(lines_before).map(|line| line.chars().count()).sum();
    before + usize::try_from(column).unwrap_or(1).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Shape;

    fn mistakes(source: &str) -> Vec<(usize, String)> {
        let names =
            Names::default().with("object", Shape::Open).with("config", Shape::Fields(vec!["clusterUrl".to_owned()]));
        Expression::compile(source, &names)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|mistake| (mistake.offset, mistake.message))
            .collect()
    }

    #[test]
    fn sound_expressions_compile() {
        for source in [
            "object.a == 'x' && !(object.b in ['y'])",
            "object.?list.orValue([]).exists(item, item.name == label(object, 'x'))",
            "config.clusterUrl + '/' + optional.of('x').orValue('')",
            "{'a': 1}.map(key, key.size())",
        ] {
            assert_eq!(mistakes(source), [], "{source}");
        }
    }

    #[test]
    fn unknown_names_functions_and_fields_are_all_found_with_their_place() {
        assert_eq!(
            mistakes("objekt.a == lable(object, 'x')\n|| config.clusterUri == config.?logs"),
            [
                (0, "unknown name `objekt`".to_owned()),
                (17, "unknown function `lable`".to_owned()),
                (40, "`config` has no field `clusterUri`".to_owned()),
                (61, "`config` has no field `logs`".to_owned()),
            ]
        );
    }

    #[test]
    fn a_wrong_number_of_arguments_is_found() {
        assert_eq!(mistakes("label(object)"), [(5, "`label` does not take 1 arguments".to_owned())]);
    }

    #[test]
    fn a_loop_variable_is_known_only_inside_its_loop() {
        let source = "[1].exists(item, item == 1) || item == 2";
        assert_eq!(mistakes(source), [(31, "unknown name `item`".to_owned())]);
    }

    #[test]
    fn syntax_errors_carry_their_place() {
        let found = mistakes("object.a ==\n== 'x'");
        assert_eq!(found.first().map(|(offset, _)| *offset), Some(12), "{found:?}");
    }
}
