import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Otherwise Vite warns about missing source maps of packages in `inline`.
  logLevel: 'error',
  // If one process has two copies of graphql (ESM and CommonJS), instanceof checks fail.
  resolve: {
    alias: [
      // Examples import the client kit by the name of the package.
      {
        find: 'galileo-gateway/client',
        replacement: fileURLToPath(new URL('client/index.ts', import.meta.url)),
      },
      {
        find: /^graphql$/,
        replacement: fileURLToPath(import.meta.resolve('graphql')).replace(/index\.m?js$/, 'index.js'),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Imports JSON without an import attribute, which Node rejects.
    server: { deps: { inline: [/@actions\//] } },
    // Most tests wait for sockets and processes, so three files run in parallel even on two CPUs.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // In milliseconds, and only for tests that hang: on a busy machine, a test takes ten times as long as usual.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: {
      provider: 'custom',
      customProviderModule: './scripts/coverage-provider.js',
      reporter: ['text-summary', 'html'],
      include: ['src/**/*.ts', 'main.ts', 'sandbox/**/*.ts', 'drift/**/*.ts'],
      exclude: ['**/generated/**'],
      // In percent.
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
