import { fileURLToPath } from 'node:url';
import * as graphql from 'graphql';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Bundles only undici's Client for `src/upstream/`. The index of undici also loads fetch, WebSocket and mocks, which
 * takes a tenth of the start time.
 */
const undiciClient: Plugin = {
  name: 'undici-client',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === 'undici' && importer?.startsWith(here('src/upstream/')) ? 'virtual:undici' : undefined,
  load: (id) =>
    id === 'virtual:undici'
      ? "export { default as Client } from 'undici/lib/dispatcher/client.js'"
      : undefined,
};

/**
 * Bundles graphql, which saves a quarter of the start time. With `--plugins`, the program loads the installed graphql instead:
 * plugins import it too, and graphql does not accept the types of another copy.
 */
const graphqlCopy: Plugin = {
  name: 'graphql-copy',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source !== 'graphql') return;
    return importer === 'virtual:graphql' ? { id: 'graphql', external: true } : 'virtual:graphql';
  },
  load(id) {
    if (id !== 'virtual:graphql') return;
    return `const hasPlugins = process.argv.some((argument) => /^--plugins(=|$)/.test(argument));
      export const { ${Object.keys(graphql).join()} } = await (hasPlugins ? import('graphql') : import('graphql/index.mjs'));`;
  },
};

// Bundles the program, because Node takes long to load its 500 modules (docs/performance.md). The library is not bundled.
export default defineConfig({
  root: here('.'),
  publicDir: false,
  plugins: [undiciClient, graphqlCopy],
  ssr: { noExternal: true, external: ['graphql-yoga'] },
  build: {
    ssr: here('main.ts'),
    outDir: here('dist'),
    emptyOutDir: false,
    target: 'node20',
    sourcemap: true,
    license: { fileName: 'program/licenses.txt' },
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: { entryFileNames: 'main.js', chunkFileNames: 'program/[name]-[hash].js' },
    },
  },
});
