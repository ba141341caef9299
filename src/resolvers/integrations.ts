import { isJsonObject, type JsonObject } from '../json.ts';
import { type ProviderName, providerNames, type UpstreamIntegration } from '../upstream/api-types.ts';
import { integrationSchemas } from '../upstream/generated/tables.ts';
import type { ResolverContext } from './request-context.ts';

/** The GraphQL type of a provider has the name of its upstream schema: `AwsBedrockIntegration` for `aws_bedrock`. */
export const getTypeName = (name: ProviderName): string => integrationSchemas[name];

export interface ProviderEntry {
  readonly name: ProviderName;
}

/** Each requested name once, at its first position. All names, in the order of the enum, if none are given. */
const getNames = (names: readonly ProviderName[] | null | undefined): readonly ProviderName[] =>
  names === null || names === undefined ? providerNames : [...new Set(names)];

/**
 * The configured integrations among the names. A failure is a rejected promise at its position, so it affects only
 * that item. All calls run in parallel.
 */
export async function loadIntegrations(
  names: readonly ProviderName[] | null | undefined,
  { reads }: ResolverContext,
): Promise<(UpstreamIntegration | Promise<UpstreamIntegration | null>)[]> {
  const loads = getNames(names).map((name) => reads.loadIntegration(name));
  const outcomes = await Promise.allSettled(loads);
  return outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? (loads[index] ?? []) : (outcome.value ?? []),
  );
}

export const getProviderEntries = (names: readonly ProviderName[] | null | undefined): ProviderEntry[] =>
  getNames(names).map((name) => ({ name }));

export async function loadIsAvailable(name: ProviderName, { reads }: ResolverContext): Promise<boolean> {
  return (await reads.loadAvailableProviders()).includes(name);
}

const knownNames: ReadonlySet<unknown> = new Set(providerNames);
const isKnownName = (value: unknown): value is ProviderName => knownNames.has(value);

/**
 * The provider of a record: its `provider`, otherwise its `name`, which can also be a free label. Null if the provider
 * is unknown.
 */
export function getProviderName({ provider, name }: JsonObject): ProviderName | null {
  const value = provider ?? name;
  return isKnownName(value) ? value : null;
}

/** Adds the provider to a record that does not name one. */
export const withProvider = (record: JsonObject, provider: ProviderName): JsonObject =>
  (record['provider'] ?? null) === null && getProviderName(record) === null
    ? { ...record, provider }
    : record;

export async function loadRecordsOf(
  name: ProviderName,
  { reads }: ResolverContext,
): Promise<readonly JsonObject[]> {
  const records = await reads.loadRecords();
  let groups = recordGroups.get(records);
  if (groups === undefined) {
    groups = groupByProvider(records);
    recordGroups.set(records, groups);
  }
  return groups.get(name) ?? [];
}

type RecordGroups = ReadonlyMap<ProviderName | null, readonly JsonObject[]>;

/** Caches the records of each provider, because one request can select them many times. */
const recordGroups = new WeakMap<readonly unknown[], RecordGroups>();

/**
 * Reads each record once, because a list of a megabyte can have 300,000. Items that are not objects are left out.
 */
function groupByProvider(records: readonly unknown[]): RecordGroups {
  const groups = new Map<ProviderName | null, JsonObject[]>();
  for (const record of records) {
    if (!isJsonObject(record)) continue;
    const provider = getProviderName(record);
    const group = groups.get(provider);
    if (group === undefined) groups.set(provider, [record]);
    else group.push(record);
  }
  return groups;
}
