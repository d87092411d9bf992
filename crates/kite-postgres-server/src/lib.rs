//! Throw-away `PostgreSQL` servers for tests.
//!
//! [`Installation::find`] looks for server programs on the machine; [`Server::start`] makes a fresh
//! database cluster in a temporary folder and listens on a Unix socket in it, nowhere else. The
//! server and its folder go when the [`Server`] is dropped, and also when its process is killed.
//!
//! Few dependencies on purpose: `cargo xtask` is built before anything else.

mod command;
mod installation;
mod owner;
mod server;

pub use command::ServerError;
pub use installation::{FindError, Installation, Version};
pub use server::{Options, Server};

/// Names the variable with the address of the server that the tests share.
pub const URL_VARIABLE: &str = "KITE_TEST_PG_URL";

/// Names the variable with the folder of the programs that the shared server was started from.
pub const BIN_VARIABLE: &str = "KITE_TEST_PG_BIN";

/// Names the variable that is set when the person who runs the tests asked to leave `PostgreSQL` out.
pub const WITHOUT_VARIABLE: &str = "KITE_TEST_WITHOUT_POSTGRES";

/// Whether the person who runs the tests asked to leave `PostgreSQL` out.
///
/// Only then may a test that needs `PostgreSQL` pass without it.
pub fn is_left_out() -> bool {
    std::env::var_os(WITHOUT_VARIABLE).is_some()
}
