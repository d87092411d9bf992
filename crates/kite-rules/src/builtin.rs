//! The rule files that come with KITE.

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        /// Name and text of each file.
        pub(crate) const FILES: &[(&str, &str)] =
            &[$((concat!("builtin:", $path), include_str!(concat!("../rules/", $path)))),*];
    };
}

files![
    "detectors/build.yaml",
    "detectors/integration-test.yaml",
    "detectors/mintmaker.yaml",
    "detectors/pipeline.yaml",
    "detectors/release-pipeline.yaml",
    "libraries/pipelinerun.yaml",
    "webhooks/mintmaker-custom.yaml",
    "webhooks/pipeline-failure.yaml",
    "webhooks/pipeline-success.yaml",
    "webhooks/release-failure.yaml",
    "webhooks/release-success.yaml",
];
