import { existsSync } from 'node:fs';
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

/** The coverage of one file of the program, mapped to its sources. Empty if the file only imports others. */
async function toSource(module) {
  const path = fileURLToPath(module.url);
  if (!existsSync(`${path}.map`)) return {};
  const [code, map] = await Promise.all([readFile(path, 'utf8'), readFile(`${path}.map`, 'utf8')]);
  const sourceMap = JSON.parse(map);
  const sources = sourceMap.sources.map((source) => new URL(source, module.url).href);
  const ast = parseAstAsync(code);
  return convert({ code, ast, sourceMap: { ...sourceMap, sources }, coverage: module });
}

/**
 * The bundler changes statements, and its columns differ from those of the tests. So statements, functions and branches
 * are identified by their lines, and by their order if a line has several.
 */
function add(counts, others) {
  for (const [kind, map] of Object.entries({ s: 'statementMap', f: 'fnMap', b: 'branchMap' })) {
    const keys = toKeys(others[map]);
    for (const [position, key] of toKeys(counts[map])) {
      const other = others[kind][keys.get(position)];
      if (other === undefined) continue;
      const count = counts[kind][key];
      counts[kind][key] = kind === 'b' ? count.map((n, way) => n + (other[way] ?? 0)) : count + other;
    }
  }
}

/** The keys of statements, functions or branches by their positions. */
function toKeys(map) {
  const keys = new Map();
  for (const [key, { start, loc = { start } }] of Object.entries(map)) {
    let order = 0;
    while (keys.has(`${loc.start.line}/${order}`)) order += 1;
    keys.set(`${loc.start.line}/${order}`, key);
  }
  return keys;
}
