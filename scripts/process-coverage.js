import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { parseAstAsync } from 'vite';

const program = new URL('../dist/', import.meta.url).href;

/**
 * Adds the coverage of the built program in other processes to a coverage map, and deletes their files.
 *
 * @param directory the `NODE_V8_COVERAGE` of those processes
 */
export async function addProcesses(coverage, directory) {
  const processes = await readProcesses(directory);
  const modules = await Promise.all(mergeProcessCovs(processes).result.map(toSource));
  for (const module of modules.flatMap((map) => Object.values(map))) {
    // Generated code is not reported.
    if (coverage.files().includes(module.path)) add(coverage.fileCoverageFor(module.path), module);
  }
  await rm(directory, { recursive: true, force: true });
}

async function readProcesses(directory) {
  const processes = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const result = parse(await readFile(join(directory, name), 'utf8'));
    processes.push({ result: result.filter(({ url }) => url.startsWith(program)) });
  }
  return processes;
}

/** Empty if the process was killed while it wrote. */
function parse(text) {
  try {
    return JSON.parse(text).result;
  } catch {
    return [];
  }
}

/** The coverage of one module of the program, mapped to its source. */
async function toSource(module) {
  const path = fileURLToPath(module.url);
  const [code, map] = await Promise.all([readFile(path, 'utf8'), readFile(`${path}.map`, 'utf8')]);
  const sourceMap = JSON.parse(map);
  const sources = sourceMap.sources.map((source) => new URL(source, module.url).href);
  const ast = parseAstAsync(code);
  return convert({ code, ast, sourceMap: { ...sourceMap, sources }, coverage: module });
}

/**
 * The program and the tests have different compilers, whose columns differ. In both, statements, functions and branches
 * are in source order, so each is identified by its number.
 */
function add(counts, others) {
  for (const kind of ['s', 'f', 'b']) {
    if (Object.keys(counts[kind]).length !== Object.keys(others[kind]).length) {
      throw new Error(`The program was built from another version of ${counts.path}: run "npm run build".`);
    }
  }
  for (const index in others.s) counts.s[index] += others.s[index];
  for (const index in others.f) counts.f[index] += others.f[index];
  for (const index in others.b) counts.b[index] = counts.b[index].map((n, way) => n + others.b[index][way]);
}
