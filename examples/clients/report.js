import {
  describeError,
  isOutcomeUnknown,
  issuesByControl,
  providerState,
  toGatewayErrors,
} from 'galileo-gateway/client';

/** The gateway of `npm run demo`, unless the environment names another one. */
export const endpoint = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
export const headers = { 'Galileo-API-Key': process.env['GALILEO_API_KEY'] ?? 'demo-key' };

/** @param {string} line */
export const print = (line) => void process.stdout.write(`${line}\n`);

/**
 * One line for each provider. `integration: null` is a failure only if `errors` has an entry for it.
 *
 * @param {import('galileo-gateway/client').SettingsPageQuery} data
 * @param {unknown} error the error that the client reports
 * @param {string} [only] the name of the only provider to print
 */
export function printProviders({ integrationProviders }, error, only) {
  const errors = toGatewayErrors(error);
  for (const [index, { name, displayName, integration }] of integrationProviders.entries()) {
    if (only !== undefined && name !== only) continue;
    const state = providerState(integration, errors, ['integrationProviders', index, 'integration']);
    if (state.status === 'failed') {
      const retry = state.error.retryable ? ' (try again)' : '';
      print(`${displayName}: ${describeError(state.error).title}${retry}`);
    } else {
      print(`${displayName}: ${state.status === 'configured' ? 'connected' : 'not connected'}`);
    }
  }
}

/**
 * The result of an upsert. A form shows each issue at its control.
 *
 * @param {import('galileo-gateway/client').UpsertCustomIntegrationMutation['upsertCustomIntegration']
 *   | import('galileo-gateway/client').UpsertWriterIntegrationMutation['upsertWriterIntegration'] | undefined} result
 * @param {unknown} [error] the error that the client reports
 */
export function printUpsert(result, error) {
  if (result?.__typename === 'IntegrationValidationFailure') {
    const controls = ['endpoint', 'multiModalConfig.maxFiles'];
    for (const [control, messages] of issuesByControl(result.issues, controls)) {
      print(`${control || 'the form'}: ${messages.join(' ')}`);
    }
  } else if (result) print(`saved ${result.record.label}`);
  else printFailure('not saved', error);
}

/**
 * One line if a mutation failed. An error with a longer path means that the change was made, and reading it back failed.
 *
 * @param {string} what
 * @param {unknown} error the error that the client reports
 */
export function printFailure(what, error) {
  const failure = toGatewayErrors(error).find(({ path }) => path.length <= 1);
  if (failure === undefined) return;
  const doubt = isOutcomeUnknown(failure) ? ', but it may have been' : '';
  print(`${what}${doubt}: ${describeError(failure).title}`);
}

/**
 * Runs a program. Prints a readable message if no gateway is running.
 *
 * @param {() => Promise<void>} program
 */
export async function run(program) {
  try {
    await program();
  } catch (error) {
    const [first] = toGatewayErrors(error);
    if (first === undefined) throw error;
    process.stderr.write(
      first.code === 'NETWORK_ERROR'
        ? `No gateway responds at ${endpoint}. Start one with "npm run demo".\n`
        : `${describeError(first).title}: ${first.message}\n`,
    );
    process.exitCode = 1;
  }
}

/** Invalid, because `maxFiles` must be at least 1. */
export const invalidCustom = {
  endpoint: 'https://llm.example.com/v1',
  authenticationType: /** @type {const} */ ('NONE'),
  multiModalConfig: { maxFiles: 0 },
};
export const writer = { token: 'a-key', organizationId: '42' };
