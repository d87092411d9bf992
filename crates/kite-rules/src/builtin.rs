//! The rule files that come with KITE.

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        /// Name and text of each file.
        pub(crate) const FILES: &[(&str, &str)] =
            &[$((concat!("builtin:", $path), include_str!(concat!("../rules/", $path)))),*];
    };
}

files![
    "detectors/application.yaml",
    "detectors/build.yaml",
    "detectors/component.yaml",
    "detectors/dependency-update-check.yaml",
    "detectors/deployment.yaml",
    "detectors/image-repository.yaml",
    "detectors/integration-test-scenario.yaml",
    "detectors/integration-test.yaml",
    "detectors/job.yaml",
    "detectors/mintmaker.yaml",
    "detectors/pipeline.yaml",
    "detectors/pipelines-as-code.yaml",
    "detectors/release-pipeline.yaml",
    "detectors/release.yaml",
    "detectors/snapshot.yaml",
    "libraries/change.yaml",
    "libraries/object.yaml",
    "libraries/pipelinerun.yaml",
    "patterns/c.yaml",
    "patterns/containers.yaml",
    "patterns/data.yaml",
    "patterns/exit-codes.yaml",
    "patterns/git.yaml",
    "patterns/go.yaml",
    "patterns/java.yaml",
    "patterns/javascript.yaml",
    "patterns/konflux.yaml",
    "patterns/kubectl.yaml",
    "patterns/kubernetes.yaml",
    "patterns/machine.yaml",
    "patterns/memory.yaml",
    "patterns/network.yaml",
    "patterns/others.yaml",
    "patterns/packages.yaml",
    "patterns/policies.yaml",
    "patterns/python.yaml",
    "patterns/rust.yaml",
    "patterns/services.yaml",
    "patterns/shell.yaml",
    "webhooks/mintmaker-custom.yaml",
    "webhooks/pipeline-failure.yaml",
    "webhooks/pipeline-success.yaml",
    "webhooks/release-failure.yaml",
    "webhooks/release-success.yaml",
];
