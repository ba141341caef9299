import { vi } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { type Stack, startStack } from './stack.ts';

/**
 * A gateway that sends its telemetry to a receiver, in front of an upstream that records its calls. Sets the variables of
 * OpenTelemetry with `vi.stubEnv`.
 *
 * @param status the status of the receiver's responses
 */
export async function startReportingStack(
  variables: Readonly<Record<string, string>> = {},
  settings: Parameters<typeof startStack>[0] = {},
  status = 200,
): Promise<Stack & { readonly receiver: OtlpReceiver }> {
  const receiver = await startOtlpReceiver(status);
  for (const [name, value] of Object.entries({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...variables }))
    vi.stubEnv(name, value);
  const stack = await startStack(settings);
  return {
    ...stack,
    receiver,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
