"""Disks, memory, signals."""

from .kind import Kind

KINDS = [
    Kind("disk-full", "infrastructure", [r"No space left on device"],
         lambda v: "mkdir small && mount -t tmpfs -o size=64k tmpfs small && trap 'umount small' EXIT; cp /bin/bash small/", "mount", "run"),
    Kind("disk-full-tar", "infrastructure", [r"No space left on device|Wrote only"],
         lambda v: "mkdir small && mount -t tmpfs -o size=256k tmpfs small && trap 'umount small' EXIT; head -c 900000 /dev/urandom > data && tar cf data.tar data && tar xf data.tar -C small", "mount", "prepare"),
    Kind("disk-full-python", "infrastructure", [r"No space left on device"],
         lambda v: "python3 -c \"open('/dev/full', 'w').write('report' * 10000)\"", "python3", "run"),
    Kind("file-size", "infrastructure", [r"File size limit|File too large"],
         lambda v: "ulimit -f 8; trap '' XFSZ; head -c 200000 /dev/zero > big.bin", "head", "run"),
    Kind("open-files", "infrastructure", [r"Too many open files"],
         lambda v: "ulimit -n 20; python3 -c \"held = [open('/dev/null') for _ in range(100)]\"", "python3", "run"),
    Kind("read-only", "infrastructure", [r"Read-only file system"],
         lambda v: "mkdir fixed && mount -t tmpfs -o ro tmpfs fixed && trap 'umount fixed' EXIT; touch fixed/report.txt", "mount", "run"),
    Kind("killed", "out_of_memory", [r"Killed"], lambda v: "echo 'reducing the data'\nbash -c 'kill -9 $$'\ncode=$?; exit $code", "bash", "run"),
    Kind("timeout-command", "timeout", [r"no answer yet|sending signal"],
         lambda v: "timeout -v 1 bash -c 'while true; do echo no answer yet; sleep 0.3; done'", "timeout", "run"),
    Kind("terminated", "cancelled", [r"Terminated"], lambda v: "echo 'uploading'\nbash -c 'kill -TERM $$'\ncode=$?; exit $code", "bash", "run"),
    Kind("wrong-architecture", "configuration", [r"Exec format error|cannot execute"],
         lambda v: "printf '\\177ELF\\002\\001\\001' > tool && head -c 100 /dev/zero >> tool && chmod +x tool && ./tool", "bash", "run"),
]
