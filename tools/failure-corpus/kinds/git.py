"""Git."""

from .kind import Kind

REPOSITORY = """
git init -q -b main repository && cd repository
git config user.name Builder && git config user.email builder@example.com
echo one > prices.txt && git add . && git commit -qm first
"""

KINDS = [
    Kind("git-unknown-host", "network", [r"Could not resolve host"], lambda v: f"git clone https://{v.host}/{v.project}.git", "git"),
    Kind("git-refused", "network", [r"Failed to connect|Couldn't connect|Connection refused"], lambda v: f"git clone http://127.0.0.1:{v.closed_port()}/{v.project}.git", "git"),
    Kind("git-credentials", "registry_auth", [r"could not read Username|Authentication failed|terminal prompts disabled"], lambda v: f"git clone {v.server('status/401')}/{v.project}.git", "git"),
    Kind("git-not-found", "configuration", [r"repository .* not found"], lambda v: f"git clone {v.server('status/404')}/{v.project}.git", "git"),
    Kind("git-local-missing", "configuration", [r"does not appear to be a git repository|does not exist"], lambda v: f"git clone /srv/git/{v.project}.git", "git"),
    Kind("git-branch-missing", "configuration", [r"Remote branch .* not found"],
         lambda v: REPOSITORY + f"cd .. && git clone -q --branch release-next file://$PWD/repository copy", "git"),
    Kind("git-pathspec", "configuration", [r"pathspec .* did not match"], lambda v: REPOSITORY + "git checkout release-next", "git"),
    Kind("git-ref-missing", "configuration", [r"couldn't find remote ref"],
         lambda v: REPOSITORY + "cd .. && git clone -q repository copy && cd copy && git fetch origin refs/heads/gone-branch", "git"),
    Kind("git-merge-conflict", "user_error", [r"^CONFLICT", r"Automatic merge failed"],
         lambda v: REPOSITORY + "git checkout -qb other && echo two > prices.txt && git commit -qam two && git checkout -q main && echo three > prices.txt && git commit -qam three && git merge other", "git"),
    Kind("git-push-rejected", "user_error", [r"\[rejected\]", r"failed to push some refs"],
         lambda v: REPOSITORY + "cd .. && git clone -q --bare repository bare && git clone -q bare copy && cd repository && git remote add origin ../bare && echo two >> prices.txt && git commit -qam two && git push -q origin main && "
         "cd ../copy && git config user.name B && git config user.email b@example.com && echo four > other.txt && git add . && git commit -qm four && git push origin main", "git"),
    Kind("git-patch", "user_error", [r"patch does not apply", r"patch failed"],
         lambda v: REPOSITORY + "printf -- '--- a/prices.txt\\n+++ b/prices.txt\\n@@ -1 +1 @@\\n-seven\\n+eight\\n' > change.patch && git apply change.patch", "git"),
    Kind("git-no-repository", "user_error", [r"not a git repository"], lambda v: "git rev-parse HEAD", "git"),
    Kind("git-no-identity", "configuration", [r"Please tell me who you are|unable to auto-detect|empty ident"],
         lambda v: "git init -q . && echo one > a && git add a && git -c user.useConfigOnly=true commit -m first", "git"),
    Kind("git-protected", "policy", [r"pre-receive hook declined", r"protected"],
         lambda v: REPOSITORY + "cd .. && git clone -q --bare repository bare && printf '#!/bin/sh\\necho \"branch main is protected\" >&2\\nexit 1\\n' > bare/hooks/pre-receive && chmod +x bare/hooks/pre-receive && "
         "cd repository && git remote add origin ../bare && echo two >> prices.txt && git commit -qam two && git push origin main", "git"),
    Kind("git-corrupt", "infrastructure", [r"object file .* is empty|is corrupt|bad object"],
         lambda v: REPOSITORY + "for each in .git/objects/??/*; do chmod u+w $each; : > $each; done; git log", "git"),
]
