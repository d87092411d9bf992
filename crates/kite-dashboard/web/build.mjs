// Makes the files that pages load: `node build.mjs TEMPLATES OUT`.
//
// Writes each file as it is, with brotli and with gzip, under a name with a hash of its content,
// and `files.json`, which says what is what.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import postcss from "postcss";
import atImport from "postcss-import";
import { PurgeCSS } from "purgecss";

const [templates, out] = process.argv.slice(2);
const modules = "node_modules";
const fontAwesome = join(modules, "@fortawesome/fontawesome-free");
const patternfly = join(modules, "@patternfly/patternfly");

/** PatternFly switches themes by classes that a script sets; here the system's preference decides. */
const themesBySystem = {
  postcssPlugin: "themes-by-system",
  Rule(rule) {
    const theme = /:where\(((?:\.pf-v6-theme-[a-z-]+)+)\)/;
    const found = rule.selector.match(theme);
    if (!found) return;
    const names = found[1].split(".").filter(Boolean);
    const conditions = names.map((name) => ({
      "pf-v6-theme-dark": "(prefers-color-scheme: dark)",
      "pf-v6-theme-high-contrast": "(prefers-contrast: more)",
    })[name]);
    if (conditions.includes(undefined)) return rule.remove();
    const media = postcss.atRule({ name: "media", params: conditions.join(" and ") });
    rule.replaceWith(media);
    media.append(rule.clone({ selector: rule.selector.replace(theme, "") }));
  },
};

/** PatternFly's fonts are where only its own build puts them; ours is in kite.css. */
const ownFonts = {
  postcssPlugin: "own-fonts",
  AtRule: {
    "font-face": (rule) => {
      if (rule.toString().includes("./assets/")) rule.remove();
    },
  },
};

const files = {};

/** Writes a file in all its forms and gives its address. */
function emit(name, type, bytes) {
  const content = Buffer.from(bytes);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const extension = extname(name);
  const hashed = `${basename(name, extension)}-${hash}${extension}`;
  const forms = { bytes: content };
  if (extension !== ".woff2") {
    forms.br = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    forms.gzip = gzipSync(content, { level: 9 });
  }
  for (const [form, data] of Object.entries(forms)) writeFileSync(join(out, `${hashed}.${form}`), data);
  files[name] = { path: `/assets/${hashed}`, file: hashed, type, forms: Object.keys(forms) };
  return files[name].path;
}

/** The pictures on pages, as one file of symbols. */
function icons() {
  const names = JSON.parse(readFileSync("icons.json", "utf8"));
  const symbols = Object.entries(names).map(([name, source]) => {
    const path = source.endsWith(".svg") ? source : join(fontAwesome, "svgs/solid", `${source}.svg`);
    const svg = readFileSync(path, "utf8");
    const [, box] = svg.match(/viewBox="([^"]+)"/);
    const paths = svg.match(/<path[^>]*\/?>/g).map((path) => path.replace(/\s*\/?>$/, "/>"));
    return `<symbol id="${name}" viewBox="${box}">${paths.join("")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function styles(font) {
  const source = readFileSync("styles.css", "utf8").replaceAll("FONT", font);
  const own = readFileSync("kite.css", "utf8").replaceAll("FONT", font);
  const load = (path) => (basename(path) === "kite.css" ? own : readFileSync(path, "utf8"));
  const joined = await postcss([atImport({ load }), themesBySystem, ownFonts]).process(source, { from: "styles.css" });
  const content = [join(templates, "*.html"), "src/*.js", join(templates, "../src/*.rs")];
  const extractors = [{ extensions: ["html", "js", "rs"], extractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [] }];
  const [used] = await new PurgeCSS().purge({
    content, extractors, css: [{ raw: joined.css }], variables: true, fontFace: true, keyframes: true,
    safelist: { standard: ["html", "body"] },
  });
  return (await transform(used.css, { loader: "css", minify: true, target: "es2022" })).code;
}

async function script() {
  const bundle = await build({
    entryPoints: ["src/kite.js"], bundle: true, minify: true, format: "iife", target: "es2022", write: false, legalComments: "none",
  });
  return bundle.outputFiles[0].contents;
}

/** The licences of what is in the files above. */
function licences() {
  const of = { "Font Awesome Free": fontAwesome, PatternFly: patternfly, htmx: join(modules, "htmx.org") };
  return Object.entries(of).map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8") : ""}\n`;
  }).join("\n");
}

mkdirSync(out, { recursive: true });
const font = emit("text.woff2", "font/woff2", readFileSync(join(patternfly, "assets/fonts/RedHatText/RedHatTextVF.woff2")));
emit("app.css", "text/css; charset=utf-8", await styles(font));
emit("app.js", "text/javascript; charset=utf-8", await script());
emit("icons.svg", "image/svg+xml", icons());
emit("favicon.svg", "image/svg+xml", readFileSync("favicon.svg"));
emit("favicon-critical.svg", "image/svg+xml", readFileSync("favicon-critical.svg"));
emit("licenses.txt", "text/plain; charset=utf-8", licences());
writeFileSync(join(out, "files.json"), JSON.stringify(files));
