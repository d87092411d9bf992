//! An `OpenID` Connect issuer says who somebody is, in tokens that it signs.

mod flow;
mod issuer;
mod settings;

pub use flow::Attempt;
pub use issuer::Issuer;
pub use settings::{Settings, SettingsError};
