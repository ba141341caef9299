import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: false,
  // In a project of its own this is the published package; here it is its source.
  resolve: { alias: { 'galileo-gateway/client': here('../../client/index.ts') } },
  // `npx vite examples/settings-page` beside a gateway: the page and /graphql have one origin, so that CORS plays no part.
  server: { proxy: { '/graphql': process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000' } },
  build: {
    outDir: here('../../dist/settings-page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    license: { fileName: 'assets/licenses.txt' },
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
