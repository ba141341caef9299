import { withoutTypename } from 'galileo-gateway/client';

/** The description of one field of an upsert's input. */
export type Field<Name extends string = string> = FieldBase<Name> & Control;

interface FieldBase<Name extends string> {
  /** The name in the input and in the paths of issues. */
  readonly name: Name;
  readonly label: string;
  readonly help?: string;
  readonly required?: boolean;
  /** The name in the integration. Default: `name`. */
  readonly storedAs?: string;
  /** Galileo does not return it. If it stays empty, saving removes what is stored. */
  readonly writeOnly?: boolean;
  /** Shown under "More settings". */
  readonly advanced?: boolean;
  readonly showIf?: (draft: Draft) => boolean;
}

type Control =
  | { readonly kind: 'text' | 'url' | 'number' | 'bytes' | 'json'; readonly placeholder?: string }
  | { readonly kind: 'secret' | 'key-file' }
  | { readonly kind: 'switch' }
  | { readonly kind: 'select'; readonly options: Options; readonly initial?: string }
  | { readonly kind: 'choices'; readonly options: Options }
  | { readonly kind: 'words'; readonly placeholder?: string }
  | {
      readonly kind: 'entries';
      readonly keyLabel: string;
      readonly valueLabel: string;
      readonly secretValues?: boolean;
    }
  | { readonly kind: 'list'; readonly itemLabel: string; readonly fields: readonly Field[] }
  | { readonly kind: 'group'; readonly fields: readonly Field[] }
  /** Not shown. The stored value is sent back unchanged. */
  | { readonly kind: 'kept' };

type Options = Readonly<Record<string, string>>;

/** The values of an unsaved form: typed strings, rows, nested drafts. */
export interface Draft {
  readonly [name: string]: DraftValue;
}
export type DraftValue = string | boolean | readonly string[] | readonly Row[] | Draft | Kept;

/** One row of a list. The id identifies the row while others are added and removed. */
export interface Row {
  readonly rowId: string;
  readonly values: Draft;
}

interface Kept {
  readonly kept: unknown;
}

let rowCount = 0;

export function createRow(fields: readonly Field[], stored?: unknown): Row {
  rowCount += 1;
  return { rowId: `row-${rowCount}`, values: createDraft(fields, stored) };
}

const entryFields = (field: Field): readonly Field[] => [
  { name: 'key', label: field.kind === 'entries' ? field.keyLabel : 'Key', kind: 'text', required: true },
  {
    name: 'value',
    label: field.kind === 'entries' ? field.valueLabel : 'Value',
    kind: field.kind === 'entries' && field.secretValues === true ? 'secret' : 'text',
    required: true,
  },
];

/** The fields of each row of a list; undefined for a field without rows. */
export function getRowFields(field: Field): readonly Field[] | undefined {
  if (field.kind === 'list') return field.fields;
  return field.kind === 'entries' ? entryFields(field) : undefined;
}

export const isVisible = (field: Field, draft: Draft): boolean =>
  field.kind !== 'kept' && (field.showIf?.(draft) ?? true);

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const toArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isText = (value: unknown): value is string => typeof value === 'string';

export const getText = (draft: Draft, name: string): string => {
  const value = draft[name];
  return typeof value === 'string' ? value : '';
};
export const getRows = (value: DraftValue | undefined): readonly Row[] =>
  Array.isArray(value)
    ? value.filter((item): item is Row => typeof item === 'object' && 'rowId' in item)
    : [];
export const getWords = (value: DraftValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter(isText) : [];
export const getGroup = (value: DraftValue | undefined): Draft =>
  typeof value === 'object' && !Array.isArray(value) && !('kept' in value) ? (value as Draft) : {};

/**
 * The draft of a stored integration. Without one, fields are empty. Secrets are not returned, so their fields are
 * always empty.
 */
export function createDraft(fields: readonly Field[], stored?: unknown): Draft {
  const values = toObject(stored);
  return Object.fromEntries(
    fields.map((field) => [field.name, toDraftValue(field, values[field.storedAs ?? field.name], stored)]),
  );
}

function toDraftValue(field: Field, value: unknown, stored: unknown): DraftValue {
  switch (field.kind) {
    case 'secret':
    case 'key-file':
      return '';
    case 'switch':
      return value === true;
    case 'select':
      // If the form does not offer the stored value, the select stays empty instead of replacing the value silently.
      if (stored === undefined) return field.initial ?? '';
      return isText(value) && value in field.options
        ? value
        : value === undefined
          ? (field.initial ?? '')
          : '';
    case 'bytes':
      return typeof value === 'number' ? formatBytes(value) : '';
    case 'json':
      return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
    case 'choices':
      return toArray(value).filter(isText);
    case 'words':
      return toArray(value).filter(isText).join(', ');
    case 'entries':
    case 'list':
      return toArray(value).map((item) => createRow(getRowFields(field) ?? [], item));
    case 'group':
      return createDraft(field.fields, value);
    case 'kept':
      return { kept: withoutTypename(value) };
    case 'text':
    case 'url':
    case 'number':
      return isText(value) || typeof value === 'number' ? String(value) : '';
  }
}

/** The input for a draft. Empty fields are left out. Must be called only if `checkDraft` returns no issue. */
export function toInput(fields: readonly Field[], draft: Draft): Record<string, unknown> {
  const entries = fields
    .filter((field) => field.kind === 'kept' || isVisible(field, draft))
    .map((field) => [field.name, toInputValue(field, draft[field.name])] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function toInputValue(field: Field, value: DraftValue | undefined): unknown {
  switch (field.kind) {
    case 'switch':
      return value === true;
    case 'entries':
    case 'list': {
      const rows = getRows(value).map((row) => toInput(getRowFields(field) ?? [], row.values));
      return rows.length > 0 ? rows : undefined;
    }
    case 'group': {
      const group = toInput(field.fields, getGroup(value));
      return Object.keys(group).length > 0 ? group : undefined;
    }
    case 'choices':
      return getWords(value).length > 0 ? getWords(value) : undefined;
    case 'kept': {
      const kept = typeof value === 'object' && 'kept' in value ? value.kept : undefined;
      return kept ?? undefined;
    }
    case 'text':
    case 'url':
    case 'number':
    case 'bytes':
    case 'json':
    case 'words':
    case 'select':
    case 'secret':
    case 'key-file':
      return isText(value) && value.trim() !== '' ? toScalar(field, value.trim()) : undefined;
  }
}

function toScalar(field: Field, text: string): unknown {
  if (field.kind === 'number') return Number(text);
  if (field.kind === 'bytes') return parseBytes(text);
  if (field.kind === 'json') return JSON.parse(text) as unknown;
  if (field.kind !== 'words') return text;
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The shape of a validation issue of the gateway, so that both kinds are shown in the same way. */
export interface DraftIssue {
  readonly path: readonly string[];
  readonly message: string;
}

/** Checks what can be checked without Galileo: required fields and formats. */
export function checkDraft(
  fields: readonly Field[],
  draft: Draft,
  path: readonly string[] = ['input'],
): DraftIssue[] {
  return fields
    .filter((field) => isVisible(field, draft))
    .flatMap((field) => {
      const value = draft[field.name];
      const own = [...path, field.name];
      if (field.kind === 'group') {
        const group = getGroup(value);
        return field.required === true || isFilled(group) ? checkDraft(field.fields, group, own) : [];
      }
      const rowFields = getRowFields(field);
      if (rowFields !== undefined) {
        return getRows(value).flatMap((row, index) =>
          checkDraft(rowFields, row.values, [...own, String(index)]),
        );
      }
      const message =
        field.kind === 'choices'
          ? checkChoices(field.options, getWords(value))
          : checkText(field, isText(value) ? value.trim() : '');
      return message === undefined ? [] : [{ path: own, message }];
    });
}

const checkChoices = (options: Options, chosen: readonly string[]): string | undefined =>
  chosen.every((choice) => choice in options) ? undefined : 'Remove the unknown choice.';

/** Whether anything is entered. It need not be valid. */
function isFilled(value: DraftValue): boolean {
  if (isText(value)) return value.trim() !== '';
  return typeof value === 'object' ? Object.values(value).some(isFilled) : value;
}

function checkText(field: Field, text: string): string | undefined {
  if (text === '') {
    if (field.required !== true) return undefined;
    return field.kind === 'select'
      ? `Choose ${toSentence(field.label)}.`
      : `Enter ${toSentence(field.label)}.`;
  }
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- Other kinds have no format.
  switch (field.kind) {
    case 'url':
      return /^https?:\/\/\S+$/.test(text) && URL.canParse(text)
        ? undefined
        : 'Enter an address that starts with https:// or http://.';
    case 'number':
      if (!/^\d+$/.test(text)) return 'Enter a whole number.';
      // The largest Int of GraphQL.
      return Number(text) <= 2_147_483_647 ? undefined : 'Enter a number of at most 2147483647.';
    case 'bytes':
      return parseBytes(text) === undefined ? 'Enter a size, for example 20 MiB.' : undefined;
    case 'json':
    case 'key-file':
      return isJsonObject(text) ? undefined : 'Enter a JSON object.';
    default:
      return undefined;
  }
}

/** "API key" → "the API key"; "Role ARN" → "the role ARN". */
const toSentence = (label: string): string =>
  `the ${/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label}`;

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The paths of all controls, as `issuesByControl` takes them: `multiModalConfig.maxFiles`, `headers.0`, `headers.0.value`. */
export function getControls(fields: readonly Field[], draft: Draft, prefix = ''): string[] {
  return fields
    .filter((field) => isVisible(field, draft))
    .flatMap((field) => {
      const path = `${prefix}${field.name}`;
      if (field.kind === 'group')
        return [path, ...getControls(field.fields, getGroup(draft[field.name]), `${path}.`)];
      const rows = getRows(draft[field.name]).flatMap((row, index) => [
        `${path}.${index}`,
        ...getControls(getRowFields(field) ?? [], row.values, `${path}.${index}.`),
      ]);
      return [path, ...rows];
    });
}

/** Labels of the fields that Galileo does not return and that this draft would remove. */
export const getRemoved = (fields: readonly Field[], draft: Draft): string[] =>
  fields
    .filter((field) => field.writeOnly === true && field.required !== true && isVisible(field, draft))
    .filter((field) => (toInputValue(field, draft[field.name]) ?? false) === false)
    .map(({ label }) => label);

/** A stored value in readable form. Undefined if nothing is stored. */
export function describeStored(field: Field, stored: unknown): string | readonly string[] | undefined {
  const value = toObject(stored)[field.storedAs ?? field.name];
  if (value === null || value === undefined || value === '') return undefined;
  switch (field.kind) {
    case 'select':
      return isText(value) ? (field.options[value] ?? 'A type that this page does not know') : undefined;
    case 'switch':
      return value === true ? 'On' : 'Off';
    case 'bytes':
      return typeof value === 'number' ? formatBytes(value) : undefined;
    case 'json':
      return JSON.stringify(value);
    case 'choices':
    case 'words':
      return toArray(value).filter(isText).join(', ') || undefined;
    case 'entries':
      return nonEmpty(
        toArray(value).map(
          (entry) => `${String(toObject(entry)['key'])}: ${String(toObject(entry)['value'])}`,
        ),
      );
    case 'list':
      return nonEmpty(toArray(value).map((item) => describeItem(field.fields, item)));
    case 'group':
      return nonEmpty(
        field.fields.flatMap((nested) => {
          const text = describeStored(nested, value);
          return text === undefined
            ? []
            : [`${nested.label}: ${typeof text === 'string' ? text : text.join(', ')}`];
        }),
      );
    case 'kept':
    case 'secret':
    case 'key-file':
      return undefined;
    case 'text':
    case 'url':
    case 'number':
      return isText(value) || typeof value === 'number' ? String(value) : undefined;
  }
}

const nonEmpty = (lines: readonly string[]): readonly string[] | undefined =>
  lines.length > 0 ? lines : undefined;

/** "acme-chat (Acme Chat)": the first two short values of a row. */
function describeItem(fields: readonly Field[], item: unknown): string {
  const texts = fields
    .slice(0, 2)
    .map((field) => describeStored(field, item))
    .filter(isText);
  const [first = '', second] = texts;
  return second === undefined || second === first ? first : `${first} (${second})`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** An exact size in the largest unit that divides it: 5,368,709,120 is "5 GiB". */
export function formatBytes(bytes: number): string {
  let power = 0;
  while (power < units.length - 1 && bytes > 0 && bytes % 1024 ** (power + 1) === 0) power += 1;
  return `${bytes / 1024 ** power} ${units[power] ?? ''}`;
}

/** Undefined if the string is not a size of whole bytes. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(bytes?|b|kib|kb|mib|mb|gib|gb|tib|tb)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = (match[2] ?? 'b').toLowerCase();
  const power = ['b', 'k', 'm', 'g', 't'].indexOf(unit.charAt(0));
  const [whole = '', fraction = ''] = (match[1] ?? '').split('.');
  // Whole numbers: 4.1 * 1000 ** 2 is not exactly 4,100,000.
  const scaled =
    BigInt(whole + fraction) * BigInt(unit.endsWith('b') && unit.length === 2 ? 1000 : 1024) ** BigInt(power);
  const divisor = 10n ** BigInt(fraction.length);
  const bytes = Number(scaled / divisor);
  return scaled % divisor === 0n && Number.isSafeInteger(bytes) ? bytes : undefined;
}
