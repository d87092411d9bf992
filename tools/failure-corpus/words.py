"""Made-up names for the output of builds."""

WORDS = ["async", "auth", "cache", "config", "core", "crypto", "date", "http", "json", "lru", "mime", "net", "parse", "path",
         "query", "retry", "router", "schema", "socket", "stream", "string", "time", "token", "util", "web", "yaml"]


def version(rng):
    return f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 20)}"


def name(rng):
    return "-".join(rng.sample(WORDS, rng.randint(1, 2)))
