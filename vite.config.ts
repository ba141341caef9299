import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Bundles the program, because Node takes long to load its 500 modules (docs/performance.md). The library is not bundled.
export default defineConfig({
  root: here('.'),
  publicDir: false,
  // graphql must exist once in a process, and plugins import it too.
  ssr: { noExternal: true, external: ['graphql', 'graphql-yoga'] },
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
