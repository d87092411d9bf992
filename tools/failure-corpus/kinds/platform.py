"""What tools of clusters, clouds, repositories and databases say."""

from .git import REPOSITORY
from .kind import Kind, given

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: @PROJECT@-smoke\n  namespace: team\nspec:\n  containers:\n    - name: app\n      image: registry.example.com/@PROJECT@\n"
POSTGRES = r"""
import socket, sys
text = sys.argv[1]
server = socket.create_server(('127.0.0.1', 0))
open('port', 'w').write(str(server.getsockname()[1]))
for _ in range(3):
    client, _ = server.accept()
    while True:
        start = client.recv(1024)
        if len(start) != 8:
            break
        client.sendall(b'N')
    body = b''.join(b'%s%s\0' % each for each in ((b'S', b'FATAL'), (b'V', b'FATAL'), (b'C', b'53300'), (b'M', text.encode()))) + b'\0'
    client.sendall(b'E' + (len(body) + 4).to_bytes(4, 'big') + body)
    client.close()
"""


def kubectl(case, command, files=None):
    def make(v):
        given(files or {"pod.yaml": POD}, "")(v)
        return f"kubectl --server {v.server('kube/' + case)} -n team {command.replace('@PROJECT@', v.project)}"

    return make


def docker(case, command):
    return lambda v: f"export DOCKER_CONFIG=$PWD/docker; docker -H {v.server('docker/' + case).replace('http:', 'tcp:')} {command.replace('@IMAGE@', f'registry.example.com/{v.project}/app:{v.version}')}"


def terraform(text, command):
    def make(v):
        v.write("main.tf", v.filler("#") + text.replace("@HOST@", v.host))
        v.write("terraform.rc", "disable_checkpoint = true\n")
        return f"export TF_CLI_CONFIG_FILE=$PWD/terraform.rc TF_IN_AUTOMATION=1; {command}"

    return make


def psql(says, command):
    def make(v):
        v.write("server.py", POSTGRES)
        return f"python3 server.py '{says}' & trap 'kill %1' EXIT; while [ ! -s port ]; do sleep 0.1; done; {command.replace('@PROJECT@', v.project)}"

    return make


KINDS = [
    Kind("docker-manifest", "image_pull", [r"manifest unknown|manifest for .* not found"], docker("manifest", "pull @IMAGE@"), "docker"),
    Kind("docker-rate", "quota", [r"toomanyrequests|pull rate limit"], docker("rate", "pull @IMAGE@"), "docker"),
    Kind("docker-pull-unauthorized", "registry_auth", [r"unauthorized: authentication required"], docker("unauthorized", "pull @IMAGE@"), "docker"),
    Kind("docker-push-denied", "registry_auth", [r"denied: requested access"], docker("denied", "push @IMAGE@"), "docker", "push"),
    Kind("kube-quota", "quota", [r"exceeded quota"], kubectl("quota", "create --validate=false -f pod.yaml"), "kubectl", "deploy"),
    Kind("kube-admission", "policy", [r"denied the request", r"require-run-as-nonroot", r"validation error"], kubectl("admission", "create --validate=false -f pod.yaml"), "kubectl", "deploy"),
    Kind("kube-etcd", "infrastructure", [r"etcdserver: request timed out"], kubectl("etcd", "create --validate=false -f pod.yaml"), "kubectl", "deploy"),
    Kind("kube-wait", "timeout", [r"timed out waiting for the condition"], kubectl("wait", "wait --for=condition=Ready pod/@PROJECT@-smoke --timeout=2s"), "kubectl", "deploy"),
    Kind("kustomize-resource", "configuration", [r"accumulating resources"],
         given({"overlays/stage/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../../base\n  - ingress.yaml\n",
                "base/kustomization.yaml": "resources:\n  - pod.yaml\n", "base/pod.yaml": POD}, "kubectl kustomize overlays/stage"), "kubectl", "render"),
    Kind("terraform-undeclared", "configuration", [r"Error: Reference to undeclared", r"on main\.tf line", r"has not been declared"],
         terraform("output \"zone\" {\n  value = \"${var.region}-a\"\n}\n", "terraform init -no-color > init.log && terraform validate -no-color"), "terraform", "plan"),
    Kind("terraform-variable", "configuration", [r"Error: No value for required variable", r"is not set"],
         terraform("variable \"cluster_name\" {\n  type = string\n}\n\noutput \"name\" {\n  value = var.cluster_name\n}\n", "terraform init -no-color && terraform plan -no-color -input=false"), "terraform", "plan"),
    Kind("terraform-registry", "network", [r"Error: (Failed to query|Invalid provider registry)", r"no such host|could not connect|failed to request"],
         terraform("terraform {\n  required_providers {\n    cloud = { source = \"@HOST@/acme/cloud\" }\n  }\n}\n", "set -o pipefail; terraform init -no-color -input=false 2>&1 | sed -E 's/[0-9.]+:53/10.0.0.10:53/'"), "terraform", "plan"),
    Kind("aws-credentials", "configuration", [r"Unable to locate credentials"],
         lambda v: f"export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=none AWS_SHARED_CREDENTIALS_FILE=none; touch report.xml; aws --region eu-west-1 s3 cp report.xml s3://{v.project}-releases/{v.version}/", "aws", "upload"),
    Kind("psql-refused", "network", [r"Connection refused", r"Is the server running"],
         lambda v: f"psql 'host=127.0.0.1 port={v.closed_port()} user={v.project} dbname={v.project} sslmode=disable' -c 'select 1'", "psql", "migrate"),
    Kind("psql-clients", "infrastructure", [r"too many clients already"],
         psql("sorry, too many clients already", "psql \"host=127.0.0.1 port=$(cat port) user=@PROJECT@ dbname=@PROJECT@ sslmode=disable gssencmode=disable\" -c 'select 1'"), "psql", "migrate"),
    Kind("psql-password", "configuration", [r"password authentication failed"],
         psql("password authentication failed for user \"migrator\"", "psql \"host=127.0.0.1 port=$(cat port) user=migrator dbname=@PROJECT@ sslmode=disable gssencmode=disable\" -c 'select 1'"), "psql", "migrate"),
    Kind("scp-refused", "network", [r"Connection refused", r"Connection closed|lost connection"],
         lambda v: f"touch site.tar; scp -P {v.closed_port()} -o BatchMode=yes -o UserKnownHostsFile=known site.tar deploy@127.0.0.1:/srv/{v.project}/", "scp", "deploy"),
    Kind("git-lock", "infrastructure", [r"Unable to create .*\.lock': File exists"],
         lambda v: REPOSITORY + "touch .git/index.lock && echo two > prices.txt && git commit -qam two", "git"),
    Kind("git-ownership", "configuration", [r"detected dubious ownership"], lambda v: REPOSITORY + "chown -R 1234 . && git describe --always", "git"),
    Kind("git-submodule", "configuration", [r"No url found for submodule path|[Nn]o submodule mapping found"],
         lambda v: REPOSITORY + f"git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),libs/{v.project} && git submodule update --init", "git"),
    Kind("git-sign", "configuration", [r"failed to sign", r"unable to sign"],
         lambda v: f"export GNUPGHOME=$(mktemp -d)\n{REPOSITORY}\ngit tag -s -u release@{v.project}.example.com v{v.version} -m release; code=$?; gpgconf --kill all; rm -r $GNUPGHOME; exit $code", "gpg", "tag"),
]
