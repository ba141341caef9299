// Adds the coverage of processes that the tests start (the command line and the workers) to Vitest's coverage. V8
// writes the coverage of a process when it exits. A killed process writes none.
import { fileURLToPath } from 'node:url';
import v8 from '@vitest/coverage-v8';

const directory = fileURLToPath(new URL('../coverage/processes/', import.meta.url));

export default {
  ...v8,

  /** In each process that runs tests. */
  startCoverage(options) {
    // Node passes this variable on to every child process, even if its environment is replaced.
    process.env.NODE_V8_COVERAGE = directory;
    return v8.startCoverage(options);
  },

  /** In the process that collects the coverage of all. */
  async getProvider() {
    const provider = await v8.getProvider();
    const { generateCoverage, resolveOptions } = provider;
    return Object.assign(provider, {
      // Otherwise the processes that run tests would not load this module.
      resolveOptions: () => ({
        ...resolveOptions.call(provider),
        provider: 'custom',
        customProviderModule: fileURLToPath(import.meta.url),
      }),
      async generateCoverage(context) {
        const { addProcesses } = await import('./process-coverage.js');
        const coverage = await generateCoverage.call(provider, context);
        await addProcesses(coverage, directory);
        return coverage;
      },
    });
  },
};
