//! `-o`: the forms in which data is printed.

use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::jsonpath::Template;
use crate::printer::Printer;

/// A form of data, as kubectl names it.
#[derive(Clone, Debug, Default)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For people with much room.
    Wide,
    /// As the HTTP interface gives it.
    Json,
    /// The same as YAML.
    Yaml,
    /// Names only.
    Name,
    /// For spreadsheets.
    Csv,
    /// What a JSONPath template of kubectl's dialect finds.
    JsonPath(Template),
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(template) = text.strip_prefix("jsonpath=") {
            return template.parse().map(Self::JsonPath).map_err(|error| format!("{error}"));
        }
        match text {
            "table" => Ok(Self::Table),
            "wide" => Ok(Self::Wide),
            "json" => Ok(Self::Json),
            "yaml" => Ok(Self::Yaml),
            "name" => Ok(Self::Name),
            "csv" => Ok(Self::Csv),
            _ => Err("must be one of table, wide, json, yaml, name, csv, jsonpath=TEMPLATE".to_owned()),
        }
    }
}

impl Format {
    /// Prints data in a form for programs; false when the form is for the command to print.
    pub fn print_data(&self, printer: &Printer, data: &impl Serialize) -> Result<bool, Failure> {
        match self {
            Self::Json => printer.json(data)?,
            Self::Yaml => printer.yaml(data)?,
            Self::JsonPath(template) => {
                let value: Value = serde_json::to_value(data)
                    .map_err(|error| Failure::problem(format!("failed to print: {error}")))?;
                printer.print(&template.apply(&value)?)?;
            }
            Self::Table | Self::Wide | Self::Name | Self::Csv => return Ok(false),
        }
        Ok(true)
    }

    /// Says that a command does not know this form.
    pub fn unknown(known: &str) -> Failure {
        Failure::usage(format!("this command prints {known}")).hint("leave out -o to see it as text")
    }
}

/// Prints rows for spreadsheets, below the names of the columns.
pub fn print_csv(
    printer: &Printer,
    columns: &[&str],
    rows: impl Iterator<Item = impl Serialize>,
) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| Failure::problem(format!("failed to print: {error}"));
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    table.write_record(columns).map_err(|error| failed(&error))?;
    for row in rows {
        table.serialize(row).map_err(|error| failed(&error))?;
    }
    let bytes = table.into_inner().map_err(|error| failed(&error))?;
    printer.print(&String::from_utf8_lossy(&bytes))
}
