import { describeError, issuesByControl, providerState, toGatewayErrors } from 'galileo-gateway/client';

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
 */
export function printUpsert(result) {
  if (result?.__typename === 'IntegrationValidationFailure') {
    const controls = ['endpoint', 'multiModalConfig.maxFiles'];
    for (const [control, messages] of issuesByControl(result.issues, controls)) {
      print(`${control || 'the form'}: ${messages.join(' ')}`);
    }
  } else {
    print(result ? `saved ${result.record.label}` : 'not saved');
  }
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
    if (first?.code !== 'NETWORK_ERROR') throw error;
    process.stderr.write(`No gateway responds at ${endpoint}. Start one with "npm run demo".\n`);
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
