import { Client, fetchExchange, type OperationResult } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import {
  getDocumentHash,
  type IntegrationName,
  SettingsPageDocument,
  type SettingsPageQuery,
  UpsertCustomIntegrationDocument,
  type UpsertCustomIntegrationInput,
  type UpsertCustomIntegrationMutation,
} from 'galileo-gateway/client';
import { type Fault, findErrors, toFault, toRequestFault } from './faults.ts';
import type { PageConfig } from './page-config.ts';

type ProviderData = SettingsPageQuery['integrationProviders'][number];
export type Integration = NonNullable<ProviderData['integration']>;
export type CustomIntegration = Extract<Integration, { __typename: 'CustomIntegration' }>;

/** What is known of one provider. A null alone does not tell whether it is not configured or could not be loaded. */
export type ProviderState =
  | { readonly status: 'configured'; readonly integration: Integration; readonly faults: readonly Fault[] }
  | { readonly status: 'not-configured' }
  | { readonly status: 'failed'; readonly fault: Fault };

/** One tile of the page. */
export interface Provider {
  readonly name: IntegrationName;
  readonly displayName: string;
  readonly state: ProviderState;
}

/** What came of loading: `failed` where nothing is known of any provider. */
export type Loaded =
  | { readonly kind: 'providers'; readonly providers: readonly Provider[] }
  | { readonly kind: 'failed'; readonly fault: Fault };

type UpsertResult = NonNullable<UpsertCustomIntegrationMutation['upsertCustomIntegration']>;
export type Issue = Pick<
  Extract<UpsertResult, { __typename: 'IntegrationValidationFailure' }>['issues'][number],
  'path' | 'message'
>;

/** What came of a write: `refused` is Galileo's 422, `failed` everything else that is no success. */
export type Saved =
  /** The state is undefined where it was stored, and could not be read back. */
  | { readonly kind: 'saved'; readonly state: ProviderState | undefined }
  | { readonly kind: 'refused'; readonly message: string; readonly issues: readonly Issue[] }
  | { readonly kind: 'failed'; readonly fault: Fault };

/**
 * The gateway, asked with one key. Nothing is cached, so that nothing that was read with one key outlives it; the key is
 * held by this object alone.
 */
export class Gateway {
  readonly #client: Client;

  constructor({ endpoint, trustedDocuments }: PageConfig, apiKey: string) {
    this.#client = new Client({
      url: endpoint,
      requestPolicy: 'network-only',
      preferGetMethod: false,
      fetchOptions: { headers: { 'Galileo-API-Key': apiKey }, credentials: 'omit', cache: 'no-store' },
      exchanges: trustedDocuments ? [sendHashes, fetchExchange] : [fetchExchange],
    });
  }

  /** All providers, or those. */
  async load(names?: IntegrationName[]): Promise<Loaded> {
    const result = await this.#client.query(SettingsPageDocument, { names }).toPromise();
    if (result.data === undefined || result.data === null) return { kind: 'failed', fault: getFault(result) };
    const { integrationProviders } = result.data;
    return {
      kind: 'providers',
      providers: integrationProviders.map((provider, index) => ({
        name: provider.name,
        displayName: provider.displayName,
        state: toState(provider, findErrors(result.error, ['integrationProviders', index, 'integration'])),
      })),
    };
  }

  async saveCustom(input: UpsertCustomIntegrationInput): Promise<Saved> {
    const result = await this.#client.mutation(UpsertCustomIntegrationDocument, { input }).toPromise();
    const answer = result.data?.upsertCustomIntegration;
    if (answer === undefined || answer === null) return { kind: 'failed', fault: getFault(result) };
    if (answer.__typename === 'IntegrationValidationFailure') return { kind: 'refused', ...answer };
    const errors = findErrors(result.error, ['upsertCustomIntegration', 'integration']);
    const { integration } = answer;
    return { kind: 'saved', state: integration === null ? undefined : toState({ integration }, errors) };
  }
}

const sendHashes = persistedExchange({
  enforcePersistedQueries: true,
  enableForMutation: true,
  // A GET would put the variables into an address, which logs keep.
  preferGetForPersistedQueries: false,
  generateHash: (_text, document) => Promise.resolve(getDocumentHash(document) ?? ''),
});

function toState(
  { integration }: { readonly integration: Integration | null },
  errors: ReturnType<typeof findErrors>,
): ProviderState {
  if (integration !== null) return { status: 'configured', integration, faults: errors.map(toFault) };
  const [error] = errors;
  return error === undefined ? { status: 'not-configured' } : { status: 'failed', fault: toFault(error) };
}

function getFault({ error }: Pick<OperationResult, 'error'>): Fault {
  if (error === undefined) throw new Error('An answer had neither data nor an error.');
  return toRequestFault(error);
}

/** The one failure that is everybody's: a key that Galileo does not accept fails every provider alike. */
export function getSharedFault(providers: readonly Provider[]): Fault | undefined {
  const [first] = providers;
  if (first?.state.status !== 'failed') return undefined;
  const { fault } = first.state;
  const isShared = providers.every(
    ({ state }) => state.status === 'failed' && state.fault.code === fault.code,
  );
  return isShared ? fault : undefined;
}
