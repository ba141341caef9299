// What Vitest's own provider measures, and what runs in processes that the tests start: the command line, the workers.
// V8 writes down what ran in a process as it exits; one that is killed leaves nothing.
import { fileURLToPath } from 'node:url';
import v8 from '@vitest/coverage-v8';

const directory = fileURLToPath(new URL('../coverage/processes/', import.meta.url));

export default {
  ...v8,

  /** In each process that runs tests. */
  startCoverage(options) {
    // Node hands this one on to every process that is started, whatever environment that is given.
    process.env.NODE_V8_COVERAGE = directory;
    return v8.startCoverage(options);
  },

  /** In the one process that collects what they measured. */
  async getProvider() {
    const provider = await v8.getProvider();
    const { generateCoverage, resolveOptions } = provider;
    return Object.assign(provider, {
      // The processes that run tests would not ask this module otherwise.
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
