import { DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import {
  type DetectedResourceAttributes,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { version } from '../package.ts';
import { describeError, type Log } from './log.ts';

/** The resource of this service. OpenTelemetry's variables can replace its attributes. */
export const createResource = (defaults: DetectedResourceAttributes = {}): Resource =>
  resourceFromAttributes({
    'service.name': 'galileo-gateway',
    'service.version': version,
    ...defaults,
  }).merge(detectResources({ detectors: [envDetector] }));

/**
 * Logs failed exports and the warnings of the SDK. Must be called after the SDK has read its variables, because its
 * warnings quote values. Returns the function that logs an error.
 */
export function logSdkErrors(log: Log): (error: unknown) => void {
  const onError = (error: unknown) => {
    const reason = error instanceof Error ? error.message : undefined;
    log.warn({ reason, error: describeError(error) }, 'telemetry could not be sent');
  };
  setGlobalErrorHandler(onError);
  // Its errors are failed exports too, not internal errors in the gateway.
  const warn = (reason: string) => log.warn({ reason }, 'OpenTelemetry SDK warning');
  const options = { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true };
  // Below `logLevel`, nothing is written.
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, options);
  return onError;
}
