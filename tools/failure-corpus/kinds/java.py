"""Java and Maven."""

from .kind import Kind

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>@PROJECT@</artifactId>
  <version>@VERSION@</version>
  @MORE@
</project>
"""


def source(body, command, members=""):
    def make(v):
        v.write("Main.java", v.filler("//") + f"public class Main {{\n{members}    public static void main(String[] args) {{\n{body}    }}\n}}\n")
        return command

    return make


def maven(more, command="mvn -B -o package"):
    def make(v):
        v.write("pom.xml", POM.replace("@PROJECT@", v.project).replace("@VERSION@", v.version).replace("@MORE@", more))
        v.write("settings.xml", f"<settings><localRepository>{v.folder}/repository</localRepository><mirrors><mirror><id>central</id><mirrorOf>*</mirrorOf>"
                f"<url>@URL@</url></mirror></mirrors></settings>".replace("@URL@", v.server("status/404")))
        return command.replace("mvn ", "mvn -s settings.xml ")

    return make


KINDS = [
    Kind("javac-symbol", "compile", [r"error: cannot find symbol"], source("        System.out.println(grandTotal());\n", "javac Main.java"), "javac"),
    Kind("javac-types", "compile", [r"error: incompatible types"], source("        int count = \"three\";\n", "javac Main.java"), "javac"),
    Kind("javac-semicolon", "compile", [r"error: ';' expected"], source("        int count = 3\n", "javac Main.java"), "javac"),
    Kind("javac-package", "compile", [r"error: package .* does not exist"], source("        new com.example.nosuch.Client();\n", "javac Main.java"), "javac"),
    Kind("java-null", "user_error", [r"NullPointerException"],
         source("        System.out.println(street(null));\n", "javac Main.java && java Main", "    static int street(String name) { return name.length(); }\n"), "javac", "run"),
    Kind("java-illegal-state", "user_error", [r"IllegalStateException", r"Caused by: "],
         source("        try { throw new IllegalArgumentException(\"no such warehouse\"); } catch (RuntimeException e) { throw new IllegalStateException(\"cannot start\", e); }\n",
                "javac Main.java && java Main"), "javac", "run"),
    Kind("java-heap", "out_of_memory", [r"OutOfMemoryError"],
         source("        java.util.List<byte[]> held = new java.util.ArrayList<>();\n        while (true) held.add(new byte[1 << 20]);\n", "javac Main.java && java -Xmx16m Main"), "javac", "run"),
    Kind("java-main-missing", "user_error", [r"Could not find or load main class"], lambda v: "java -cp . com.example.Missing", "java", "run"),
    Kind("java-jar-missing", "user_error", [r"Unable to access jarfile"], lambda v: f"java -jar target/{v.project}-{v.version}.jar", "java", "run"),
    Kind("javac-release", "configuration", [r"error: (invalid|release version)"], source("", "javac --release 99 Main.java"), "javac"),
    Kind("maven-broken-pom", "configuration", [r"Non-parseable POM|Malformed POM|Unrecognised tag"], maven("<dependencies><dependency></dependencies>"), "mvn"),
    Kind("maven-no-project", "configuration", [r"requires a project to execute"], lambda v: "mvn -B -o package", "mvn"),
    Kind("maven-phase", "user_error", [r"Unknown lifecycle phase"], maven("", "mvn -B -o assemble-all"), "mvn"),
    Kind("maven-parent", "dependency", [r"Non-resolvable parent POM"],
         maven("<parent><groupId>com.example</groupId><artifactId>company-parent</artifactId><version>7</version></parent>", "mvn -B package"), "mvn"),
    Kind("maven-plugin-missing", "dependency", [r"or one of its dependencies could not be resolved"], maven("", "mvn -B package"), "mvn"),
]
