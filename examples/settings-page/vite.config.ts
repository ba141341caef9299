import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: false,
  // In another project, this is the published package.
  resolve: { alias: { 'galileo-gateway/client': here('../../client/index.ts') } },
  // `npx vite examples/settings-page` next to a gateway: the page and /graphql share an origin, so CORS is not needed.
  server: { proxy: { '/graphql': process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000' } },
  build: {
    outDir: here('../../dist/settings-page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    // In kB, uncompressed: React, Apollo Client and the documents.
    chunkSizeWarningLimit: 800,
    license: { fileName: 'assets/licenses.txt' },
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
