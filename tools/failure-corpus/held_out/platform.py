"""What clusters, clouds and builders of images say."""

from kinds.kind import Kind, given
from kinds.texts import printed

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: @PROJECT@\n  namespace: team\nspec: {}\n"
ROUTE = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata:\n  name: @PROJECT@\n  namespace: team\nspec: {}\n"
POD = """
NAME                          READY   STATUS    RESTARTS   AGE
@PROJECT@-7c9d8b5f4d-k2x@N@   0/1     @STATUS@   @RESTARTS@   5m@N@s
Events:
  Type     Reason     Age                 From     Message
  ----     ------     ----                ----     -------
  Normal   Scheduled  5m                  default-scheduler  Successfully assigned e2e/@PROJECT@-7c9d8b5f4d-k2x@N@ to node-@N@
@EVENTS@
error: the deployment @PROJECT@ is not ready
"""


def cluster(case, command, text=DEPLOYMENT):
    def make(v):
        given({"app.yaml": text}, "")(v)
        return f"kubectl --server {v.server('cluster/' + case)} -n team {command}"

    return make


def pod(status, restarts, events):
    return printed(POD.replace("@STATUS@", status).replace("@RESTARTS@", restarts).replace("@EVENTS@", events))


KINDS = [
    Kind("kube-forbidden", "registry_auth", [r"is forbidden: User"], cluster("forbidden", "create --validate=false -f app.yaml"), "kubectl", "deploy"),
    Kind("kube-unauthorized", "registry_auth", [r"You must be logged in to the server|Unauthorized"], cluster("unauthorized", "create --validate=false -f app.yaml"), "kubectl", "deploy"),
    Kind("kube-namespace-missing", "configuration", [r"namespaces \"team\" not found"], cluster("namespace", "create --validate=false -f app.yaml"), "kubectl", "deploy"),
    Kind("kube-webhook-down", "infrastructure", [r"failed calling webhook"], cluster("webhook", "create --validate=false -f app.yaml"), "kubectl", "deploy"),
    Kind("kube-invalid", "configuration", [r"is invalid: "], cluster("invalid", "create --validate=false -f app.yaml"), "kubectl", "deploy"),
    Kind("kube-kind-unknown", "configuration", [r"no matches for kind", r"ensure CRDs are installed"], cluster("invalid", "create --validate=false -f app.yaml", ROUTE), "kubectl", "deploy"),
    Kind("rollout-deadline", "timeout", [r"exceeded its progress deadline"], printed("""
deployment.apps/@PROJECT@ configured
Waiting for deployment "@PROJECT@" rollout to finish: 1 out of 3 new replicas have been updated...
Waiting for deployment "@PROJECT@" rollout to finish: 1 out of 3 new replicas have been updated...
error: deployment "@PROJECT@" exceeded its progress deadline
"""), "cat", "deploy"),
    Kind("pod-sandbox", "never_started", [r"FailedCreatePodSandBox"], pod("ContainerCreating", "0",
         '  Warning  FailedCreatePodSandBox  30s (x21 over 5m)  kubelet  Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "8f1c@N@": plugin type="multus" failed (add): IPAM: no addresses available in range set: 10.128.@N@.1-10.128.@N@.254'), "cat", "integration-tests"),
    Kind("pod-secret-missing", "configuration", [r"secret \"[\w-]+\" not found", r"CreateContainerConfigError"], pod("CreateContainerConfigError", "0",
         '  Normal   Pulled     30s (x24 over 5m)   kubelet  Container image "@HOST@/@PROJECT@:@VERSION@" already present on machine\n  Warning  Failed     30s (x24 over 5m)   kubelet  Error: secret "@PROJECT@-db-credentials" not found'), "cat", "integration-tests"),
    Kind("pod-oom-killed", "out_of_memory", [r"OOMKilled"], printed("""
job.batch/@PROJECT@-reindex created
waiting for the job: 0 of 1 succeeded
waiting for the job: 0 of 1 succeeded
    State:          Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Wed, 11 Feb 2026 08:14:31 +0000
    Limits:
      memory:  512Mi
    Restart Count:  0
job @PROJECT@-reindex has failed
"""), "cat", "migrate"),
    Kind("pod-evicted", "infrastructure", [r"low on resource: ephemeral-storage", r"Evicted"], pod("Evicted", "0",
         "  Warning  Evicted    41s                 kubelet  The node was low on resource: ephemeral-storage. Threshold quantity: 1@N@98236, available: 9@N@Ki. Container app was using 7@N@32Ki, request is 0, has larger consumption of ephemeral-storage.\n  Normal   Killing    41s                 kubelet  Stopping container app"), "cat", "integration-tests"),
    Kind("runner-missing", "never_started", [r"was not acquired by Runner"], printed("""
Refreshing run status every 3 seconds. Press Ctrl+C to quit.

X main e2e · 10@N@41
Triggered via workflow_dispatch about 16 minutes ago

JOBS
✓ prepare in 41s (ID 30@N@87)
X @PROJECT@ on arm64 (ID 30@N@88)

ANNOTATIONS
X The job was not acquired by Runner of type hosted even after multiple attempts
@PROJECT@ on arm64: .github#1

X Run e2e (10@N@41) completed with 'failure'
"""), "cat", "trigger"),
    Kind("host-allocation", "never_started", [r"Error allocating host"], printed("""
[2026-02-11T08:13:58,412+00:00] Validate context path
[2026-02-11T08:13:58,4@N@+00:00] Update CA trust
[2026-02-11T08:13:59,@N@+00:00] Prepare connection
Error allocating host: timed out waiting for instance address
"""), "cat"),
    Kind("tekton-parameters", "configuration", [r"missing values for these params|invalid input params"], printed("""
PipelineRun started: @PROJECT@-release-@N@
Waiting for logs to be available...
Tasks Completed: 0 (Failed: 0, Cancelled 0), Skipped: 0
PipelineRun @PROJECT@-release-@N@ failed: [User error] Validation failed for pipelinerun @PROJECT@-release-@N@ with error invalid input params for task push-snapshot: missing values for these params which have no default values: [releasePlanAdmissionPath]
"""), "cat", "release"),
    Kind("tekton-timeout", "timeout", [r"failed to finish within"], printed("""
[e2e : run] waiting for 3 of 9 suites
[e2e : run] waiting for 2 of 9 suites
[e2e : run] waiting for 1 of 9 suites
failed to get logs for task e2e : container step-run has failed  : [{"key":"StartedAt","value":"2026-02-11T07:14:31Z","type":3}]
PipelineRun "@PROJECT@-e2e-@N@" failed to finish within "1h0m0s"
"""), "cat", "integration-tests"),
    Kind("tekton-cancelled", "cancelled", [r"was cancelled"], printed("""
PipelineRun started: @PROJECT@-on-pull-@N@
[clone : run] HEAD is now at 5f3c2e1 Do not fail on empty baskets
[build : run] [4/9] fetching sources
[build : run] [5/9] compiling
PipelineRun "@PROJECT@-on-pull-@N@" was cancelled
failed: 1, cancelled: 2, skipped: 6
"""), "cat"),
    Kind("helm-schema", "configuration", [r"don't meet the specifications of the schema", r"^- .*: (Invalid type|Additional property|.* is required)"], printed("""
Release "@PROJECT@" has been upgraded before, revision @N@
Error: UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):
@PROJECT@:
- replicas: Invalid type. Expected: integer, given: string
- (root): Additional property ingres is not allowed
"""), "cat", "deploy"),
    Kind("helm-dependency", "dependency", [r"missing in charts/ directory"], printed("""
walk.go:75: found symbolic link in path. Contents of linked file included and used
Error: An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: postgresql, acme-common-@VERSION@
"""), "cat", "render"),
    Kind("helm-deadline", "timeout", [r"context deadline exceeded"], printed("""
history.go:56: [debug] getting history for release @PROJECT@
client.go:310: [debug] Starting delete for "@PROJECT@-migrate" Job
wait.go:@N@: [debug] Deployment is not ready: e2e/@PROJECT@. 0 out of 2 expected pods are ready
wait.go:@N@: [debug] Deployment is not ready: e2e/@PROJECT@. 1 out of 2 expected pods are ready
Error: UPGRADE FAILED: release @PROJECT@ failed, and has been rolled back due to atomic being set: context deadline exceeded
"""), "cat", "deploy"),
    Kind("dockerfile-instruction", "configuration", [r"unknown instruction", r"^ +\d+ \| >>>"], printed("""
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: @N@B done
#1 DONE 0.0s
Dockerfile:@N@
--------------------
  11 |     WORKDIR /srv/@PROJECT@
  12 | >>> ENTRYPONT ["/srv/@PROJECT@/bin/run"]
  13 |     USER 1001
--------------------
ERROR: failed to solve: dockerfile parse error on line 12: unknown instruction: ENTRYPONT (did you mean ENTRYPOINT?)
"""), "cat"),
    Kind("buildkit-copy-missing", "user_error", [r"failed to calculate checksum|failed to compute cache key", r"^ +\d+ \| >>>"], printed("""
#6 [2/6] WORKDIR /srv
#6 CACHED
#7 [3/6] COPY dist/@PROJECT@.tar.gz /srv/
#7 ERROR: failed to calculate checksum of ref 5y0@N@::q7u: "/dist/@PROJECT@.tar.gz": not found
------
 > [3/6] COPY dist/@PROJECT@.tar.gz /srv/:
------
Containerfile:9
--------------------
   8 |     WORKDIR /srv
   9 | >>> COPY dist/@PROJECT@.tar.gz /srv/
  10 |     RUN tar xf @PROJECT@.tar.gz
--------------------
ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 5y0@N@::q7u: "/dist/@PROJECT@.tar.gz": not found
"""), "cat"),
    Kind("buildkit-multi-platform", "configuration", [r"Multi-?platform|Multiple platforms feature"], printed("""
#0 building with "default" instance using docker driver
ERROR: Multi-platform build is not supported for the docker driver.
Switch to a different driver, or turn on the containerd image store, and try again.
Learn more at https://docs.docker.com/go/build-multi-platform/
"""), "cat"),
    Kind("buildkit-canceled", "cancelled", [r"CANCELED$", r"context canceled"], printed("""
#9 [build 4/7] RUN npm ci
#9 12.41 added @N@ packages in 11s
#9 DONE 12.9s
#10 [build 5/7] RUN npm run build
#10 2.114 > @PROJECT@@@VERSION@ build
#10 CANCELED
ERROR: failed to solve: Canceled: context canceled
""", 130), "cat"),
    Kind("buildkit-lost", "infrastructure", [r"code = Unavailable"], printed("""
#12 [runtime 3/5] RUN microdnf install -y tzdata
#12 4.010 Downloading metadata...
#12 9.772 Package Repository Size
ERROR: failed to receive status: rpc error: code = Unavailable desc = closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR, debug data: "graceful_stop"
"""), "cat"),
    Kind("fuse-missing", "infrastructure", [r"fuse: device not found", r"creating overlay mount|mounting new container"], printed("""
STEP 1/8: FROM @HOST@/base/runtime:@VERSION@
Trying to pull @HOST@/base/runtime:@VERSION@...
Getting image source signatures
Copying config 4@N@c1f done
Writing manifest to image destination
STEP 2/8: RUN microdnf -y update
Error: mounting new container: mounting build container "7d0a@N@": creating overlay mount to /var/lib/containers/storage/overlay/9b1/merged, mount_data="lowerdir=/var/lib/containers/storage/overlay/l/AB": using mount program /usr/bin/fuse-overlayfs: fuse: device not found, try 'modprobe fuse' first
fuse-overlayfs: cannot mount: No such file or directory
: exit status 1
""", 125), "cat"),
    Kind("image-no-architecture", "image_pull", [r"no image found in (image index|manifest list) for architecture"], printed("""
STEP 1/5: FROM @HOST@/tools/@PROJECT@-builder:@VERSION@
Trying to pull @HOST@/tools/@PROJECT@-builder:@VERSION@...
Error: creating build container: choosing an image from manifest list docker://@HOST@/tools/@PROJECT@-builder:@VERSION@: no image found in image index for architecture "s390x", variant "", OS "linux"
""", 125), "cat"),
    Kind("kaniko-manifest", "image_pull", [r"MANIFEST_UNKNOWN"], printed("""
INFO[0000] Resolved base name @HOST@/base/jre:@VERSION@ to runtime
INFO[0000] Retrieving image manifest @HOST@/base/jre:@VERSION@
INFO[0000] Retrieving image @HOST@/base/jre:@VERSION@ from registry @HOST@
error building image: GET https://@HOST@/v2/base/jre/manifests/@VERSION@: MANIFEST_UNKNOWN: manifest unknown; unknown tag=@VERSION@
"""), "cat"),
    Kind("podman-short-name", "image_pull", [r"short-name"], printed("""
STEP 1/6: FROM @PROJECT@-base:@VERSION@
Error: creating build container: short-name resolution enforced but cannot prompt without a TTY
""", 125), "cat"),
]
