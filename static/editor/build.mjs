// Bundles this folder's modules into one file for each kind of page, and writes beside it what it was made of; `make editor` runs it. Node alone is needed, and a package registry.
//
//   node static/editor/build.mjs [OUTPUT FOLDER]
//
// Libraries are installed by the lock into build/editor, never into static, so that a wheel of the site carries none of them.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "..", "..");
const LIBRARIES = process.env.EDITOR_LIBRARIES ?? join(ROOT, "build", "editor");
const OUT = resolve(process.argv[2] ?? join(ROOT, "static", "dist"));
/** What each file of a page begins with. */
const PAGES = { editor: "write.mjs", story: "story.mjs" };
const MADE = [...Object.keys(PAGES).map((name) => `${name}.js`), "licences.txt"];
const MADE_BY = ["build.mjs", "package.json", "package-lock.json"];

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Installs exactly what the lock names, unless that is there already. */
function install() {
  const stamp = join(LIBRARIES, "installed");
  const wanted = sha256(readFileSync(join(HERE, "package-lock.json")));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(LIBRARIES, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) copyFileSync(join(HERE, name), join(LIBRARIES, name));
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: LIBRARIES, stdio: ["ignore", "ignore", "inherit"] });
  writeFileSync(stamp, wanted);
}

/** Bundles; the result depends on sources and lock alone, not on where they lie. */
async function bundle() {
  const { build } = createRequire(join(LIBRARIES, "package.json"))("esbuild");
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: PAGES,
    nodePaths: [join(LIBRARIES, "node_modules")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none", // said once, in licences.txt
    metafile: true,
    write: false,
    outdir: OUT,
  });
  const names = Object.keys(result.metafile.inputs).map((path) => path.replace(/^.*node_modules\//, ""));
  const packages = new Set(names.filter((name) => name.includes("/")).map((name) => name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/")));
  const files = result.outputFiles.map(({ path, contents }) => [basename(path), contents]);
  return { files, packages: [...packages].sort() };
}

/** Returns the licences of the libraries in the bundle: each asks that its words go along. */
function licences(packages) {
  const texts = packages.map((name) => {
    const folder = join(LIBRARIES, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").replace(/\r\n/g, "\n").trim() : JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).license;
    return `${name} ${version}\n\n${text}\n`;
  });
  return `editor.js and story.js hold these libraries.\n\n${texts.join(`\n${"—".repeat(40)}\n\n`)}`;
}

install();
const { files, packages } = await bundle();
mkdirSync(OUT, { recursive: true });
for (const [name, contents] of files) writeFileSync(join(OUT, name), contents);
writeFileSync(join(OUT, "licences.txt"), licences(packages));
const sources = readdirSync(HERE).filter((name) => name.endsWith(".mjs") || MADE_BY.includes(name)).sort();
const manifest = {
  sources: Object.fromEntries(sources.map((name) => [name, sha256(readFileSync(join(HERE, name)))])),
  made: Object.fromEntries(MADE.map((name) => [name, sha256(readFileSync(join(OUT, name)))])),
};
writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
