//! Secrets from the environment: `NAME`, or `NAME_FILE` with the path of a mounted file.

use std::{env, fs, io, path::PathBuf};

use secrecy::SecretString;

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Nobody can tell which of two values was meant.
    #[error("both `{0}` and `{0}_FILE` are set; set one of them")]
    Ambiguous(String),
    /// The variable is not text.
    #[error("`{0}` is not valid UTF-8")]
    NotText(String),
    /// The file that the variable names cannot be read.
    #[error("`{name}_FILE`: read `{}`", path.display())]
    Unreadable {
        /// Name of the secret.
        name: String,
        /// Where it was looked for.
        path: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: io::Error,
    },
}

/// Reads the secret `NAME` from the environment or from the file that `NAME_FILE` names.
///
/// An empty value counts as absent. Line ends at the end of a file are not part of the secret.
pub fn secret_from_env_or_file(name: &str) -> Result<Option<SecretString>, SecretError> {
    secret_from(name, |variable| match env::var(variable) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(SecretError::NotText(variable.to_owned())),
    })
}

fn secret_from(
    name: &str,
    lookup: impl Fn(&str) -> Result<Option<String>, SecretError>,
) -> Result<Option<SecretString>, SecretError> {
    let value = lookup(name)?.filter(|value| !value.is_empty());
    let path = lookup(&format!("{name}_FILE"))?.filter(|path| !path.is_empty());
    match (value, path) {
        (Some(_), Some(_)) => Err(SecretError::Ambiguous(name.to_owned())),
        (Some(value), None) => Ok(Some(value.into())),
        (None, Some(path)) => read_file(name, path.into()),
        (None, None) => Ok(None),
    }
}

fn read_file(name: &str, path: PathBuf) -> Result<Option<SecretString>, SecretError> {
    match fs::read_to_string(&path) {
        Ok(text) => {
            let secret = text.trim_end_matches(['\r', '\n']);
            Ok((!secret.is_empty()).then(|| secret.into()))
        }
        Err(source) => Err(SecretError::Unreadable { name: name.to_owned(), path, source }),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<String>, SecretError> {
        let lookup = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        Ok(secret_from("KITE_DB_PASSWORD", lookup)?.map(|secret| secret.expose_secret().to_owned()))
    }

    #[test]
    fn a_secret_comes_from_its_variable() {
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[("KITE_DB_PASSWORD", "")]).unwrap(), None);
        let secret = read(&[("KITE_DB_PASSWORD", "pa ss")]).unwrap();
        assert_eq!(secret.as_deref(), Some("pa ss"));
    }

    #[test]
    fn a_secret_comes_from_a_file_without_the_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        fs::write(&file, "hunter2 \n").unwrap();

        let secret = read(&[("KITE_DB_PASSWORD_FILE", file.to_str().unwrap())]).unwrap();

        assert_eq!(secret.as_deref(), Some("hunter2 "));
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_variable_and_path() {
        let error = read(&[("KITE_DB_PASSWORD_FILE", "/no/such/file")]).unwrap_err();
        assert_eq!(error.to_string(), "`KITE_DB_PASSWORD_FILE`: read `/no/such/file`");
    }

    #[test]
    fn two_values_for_one_secret_are_refused() {
        let both = [("KITE_DB_PASSWORD", "a"), ("KITE_DB_PASSWORD_FILE", "/b")];
        assert!(matches!(read(&both), Err(SecretError::Ambiguous(_))));
    }
}
