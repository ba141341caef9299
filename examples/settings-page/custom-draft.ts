import type { CustomAuthenticationType, UpsertCustomIntegrationInput } from 'galileo-gateway/client';
import type { CustomIntegration, Issue } from './providers.ts';

/** What the form holds while it is filled in: text, as it was typed. */
export interface CustomDraft {
  readonly endpoint: string;
  readonly authenticationType: CustomAuthenticationType;
  readonly apiKeyHeader: string;
  readonly apiKeyValue: string;
  readonly oauth2TokenUrl: string;
  readonly authenticationScope: string;
  readonly token: string;
  readonly models: readonly ModelDraft[];
  readonly defaultModel: string;
  readonly headers: readonly HeaderDraft[];
  readonly maxFiles: string;
  readonly maxFileSizeBytes: string;
}

/** One row of the models, as it was typed; what is empty is sent as null. */
export interface ModelDraft {
  /** Of this page's own: tells rows apart while they come and go. */
  readonly rowId: string;
  readonly name: string;
  readonly alias: string;
  readonly basedOn: string;
  /** Separated by commas. */
  readonly supportedParameters: string;
}

/** One row of the headers; its value is a secret. */
export interface HeaderDraft {
  readonly rowId: string;
  readonly key: string;
  readonly value: string;
}

let rowCount = 0;
const createRowId = (): string => `row-${++rowCount}`;

export const createModel = (name = ''): ModelDraft => ({
  rowId: createRowId(),
  name,
  alias: '',
  basedOn: '',
  supportedParameters: '',
});

export const createHeader = (): HeaderDraft => ({ rowId: createRowId(), key: '', value: '' });

/** The stored settings as the form shows them. Secrets are never read back: their fields start empty. */
export function createDraft(current: CustomIntegration | undefined): CustomDraft {
  const authenticationType = current?.authenticationType;
  return {
    endpoint: current?.baseUrl ?? '',
    authenticationType:
      authenticationType === 'NONE' || authenticationType === 'OAUTH2' ? authenticationType : 'API_KEY',
    apiKeyHeader: current?.apiKeyHeader ?? '',
    apiKeyValue: '',
    oauth2TokenUrl: current?.oauth2TokenUrl ?? '',
    authenticationScope: current?.authenticationScope ?? '',
    token: '',
    models:
      current?.modelProperties?.map(({ name, alias, basedOn, supportedParameters }) => ({
        rowId: createRowId(),
        name,
        alias: alias ?? '',
        basedOn: basedOn ?? '',
        supportedParameters: (supportedParameters ?? []).join(', '),
      })) ?? (current?.legacyModels ?? []).map(createModel),
    defaultModel: current?.defaultModel ?? '',
    headers: [],
    maxFiles: toText(current?.multiModalConfig?.maxFiles),
    maxFileSizeBytes: toText(current?.multiModalConfig?.maxFileSizeBytes),
  };
}

const toText = (number: number | null | undefined): string => String(number ?? '');

/**
 * The argument of the mutation. It replaces everything that is stored: what this form does not show goes along as it was
 * read, and empty text is null.
 */
export function toInput(
  draft: CustomDraft,
  current: CustomIntegration | undefined,
): UpsertCustomIntegrationInput {
  const { authenticationType, maxFiles, maxFileSizeBytes } = draft;
  const hasLimits = maxFiles !== '' || maxFileSizeBytes !== '';
  return {
    endpoint: draft.endpoint.trim(),
    authenticationType,
    ...(authenticationType === 'API_KEY' && {
      apiKeyHeader: orNull(draft.apiKeyHeader),
      apiKeyValue: orNull(draft.apiKeyValue),
    }),
    ...(authenticationType === 'OAUTH2' && {
      oauth2TokenUrl: orNull(draft.oauth2TokenUrl),
      authenticationScope: orNull(draft.authenticationScope),
      token: orNull(draft.token),
    }),
    modelProperties: draft.models.map(({ name, alias, basedOn, supportedParameters }) => ({
      name: name.trim(),
      alias: orNull(alias),
      basedOn: orNull(basedOn),
      supportedParameters: toList(supportedParameters),
    })),
    defaultModel: orNull(draft.defaultModel),
    headers:
      draft.headers.length === 0 ? null : draft.headers.map(({ key, value }) => ({ key: key.trim(), value })),
    multiModalConfig: hasLimits
      ? { maxFiles: toNumber(maxFiles), maxFileSizeBytes: toNumber(maxFileSizeBytes) }
      : null,
    // The documents of the client kit select __typename everywhere, and an input must not have it.
    customHeaderMapping: current?.customHeaderMapping?.map(({ key, value }) => ({ key, value })) ?? null,
    customLlmConfig: current?.customLlmConfig
      ? {
          fileName: current.customLlmConfig.fileName,
          className: current.customLlmConfig.className,
          initKwargs: current.customLlmConfig.initKwargs,
        }
      : null,
  };
}

const orNull = (text: string): string | null => text.trim() || null;
const toNumber = (text: string): number | null => (text.trim() === '' ? null : Number(text));

function toList(text: string): string[] | null {
  const items = text.split(',').map((item) => item.trim());
  const filled = items.filter((item) => item !== '');
  return filled.length === 0 ? null : filled;
}

/** What can be told without asking: text that is missing, and what no number can be made of. */
export function check(draft: CustomDraft): Issue[] {
  const issues: Issue[] = [];
  const add = (message: string, ...path: string[]): number =>
    issues.push({ path: ['input', ...path], message });
  if (draft.endpoint.trim() === '') add('Enter the address of the endpoint.', 'endpoint');
  for (const [index, { name }] of draft.models.entries()) {
    if (name.trim() === '') add('Enter the name of the model.', 'modelProperties', String(index), 'name');
  }
  for (const [index, { key }] of draft.headers.entries()) {
    if (key.trim() === '') add('Enter the name of the header.', 'headers', String(index), 'key');
  }
  for (const field of ['maxFiles', 'maxFileSizeBytes'] as const) {
    if (!/^\s*(?:-?\d{1,15})?\s*$/.test(draft[field]))
      add('Enter a whole number.', 'multiModalConfig', field);
  }
  return issues;
}

/** Issues by the place where the form shows them; the empty place is the form itself. */
export type PlacedIssues = ReadonlyMap<string, readonly string[]>;

/** The id of a control or a group: `["input", "modelProperties", "0"]` is `input-modelProperties-0`. */
export const toFieldId = (path: readonly string[]): string => path.join('-');

/** Puts each issue at the nearest place that the form has: the control, else the group around it, else the form. */
export function placeIssues(issues: readonly Issue[], hasPlace: (fieldId: string) => boolean): PlacedIssues {
  const placed = new Map<string, string[]>();
  for (const { path, message } of issues) {
    const lengths = path.map((_part, index) => path.length - index);
    const length = lengths.find((candidate) => hasPlace(toFieldId(path.slice(0, candidate))));
    const fieldId = length === undefined ? '' : toFieldId(path.slice(0, length));
    const text = fieldId === '' && path.length > 1 ? `${path.slice(1).join('.')}: ${message}` : message;
    placed.set(fieldId, [...(placed.get(fieldId) ?? []), text]);
  }
  return placed;
}
