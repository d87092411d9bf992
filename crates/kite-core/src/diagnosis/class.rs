//! What kind of failure it is.

use crate::issue::words;

words! {
    /// Why something failed, as far as it decides who can do what about it.
    Class {
        /// It never ran: refused, not resolved, not scheduled.
        NeverStarted = 1 "never_started",
        /// The cluster or the machine: nodes, disks, storage, an internal error of a service.
        Infrastructure = 2 "infrastructure",
        /// It took longer than it may.
        Timeout = 3 "timeout",
        /// It wanted more memory than it may have.
        OutOfMemory = 4 "out_of_memory",
        /// A quota or a rate limit is used up.
        Quota = 5 "quota",
        /// An image that should run could not be pulled.
        ImagePull = 6 "image_pull",
        /// A registry or a git host refused the credentials.
        RegistryAuth = 7 "registry_auth",
        /// A name did not resolve, a connection broke or was not trusted.
        Network = 8 "network",
        /// A dependency is missing, or two of them do not go together.
        Dependency = 9 "dependency",
        /// A compiler, linker or bundler refused the code.
        Compile = 10 "compile",
        /// A test failed.
        TestFailure = 11 "test_failure",
        /// A rule of the organisation is broken: policies, signatures, scans, linters.
        Policy = 12 "policy",
        /// A manifest, a file of settings, a parameter or a secret is wrong or missing.
        Configuration = 13 "configuration",
        /// A script or program of the step is wrong: unknown commands and options, missing files, crashes.
        UserError = 14 "user_error",
        /// Somebody stopped it.
        Cancelled = 15 "cancelled",
        /// Nobody knows.
        Unknown = 16 "unknown",
    }
}
