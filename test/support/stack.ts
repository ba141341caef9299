import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { startGateway, type TestGateway } from './gateway.ts';

/** A gateway in front of an upstream that records its calls. */
export interface Stack extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly upstream: FakeUpstream;
}

/** Starts both. Disposal fails the test if upstream received an unexpected call. */
export async function startStack(settings: Parameters<typeof startGateway>[1] = {}): Promise<Stack> {
  const upstream = await startFakeUpstream();
  const gateway = await startGateway(upstream.url, settings);
  return {
    gateway,
    upstream,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
