import type { GraphQLSchema } from 'graphql';
import type { DocumentReader, Kind, Shape } from './document-reader.ts';

/** One thing that upstream's document says otherwise, and what it means here. */
export interface Finding {
  /** `breaking`: something that works today fails, or is lost. */
  readonly level: 'news' | 'breaking';
  readonly change: 'new' | 'gone' | 'changed';
  /** Where in the GraphQL schema: a type, a field of one. */
  readonly subject: string;
  readonly text: string;
}

/** What a comparison works with. */
export interface Comparison {
  readonly known: DocumentReader;
  readonly published: DocumentReader;
  readonly schema: GraphQLSchema;
  readonly findings: Findings;
}

/** Collects findings, each once: many ways lead to one schema. */
export class Findings {
  readonly #findings = new Map<string, Finding>();

  news(change: Finding['change'], subject: string, text: string): void {
    this.#add({ level: 'news', change, subject, text });
  }

  breaking(change: Finding['change'], subject: string, text: string): void {
    this.#add({ level: 'breaking', change, subject, text });
  }

  /** Breaking ones first, then by subject. */
  getAll(): readonly Finding[] {
    return [...this.#findings.values()].sort(
      (a, b) =>
        a.level.localeCompare(b.level) || a.subject.localeCompare(b.subject) || a.text.localeCompare(b.text),
    );
  }

  #add(finding: Finding): void {
    this.#findings.set(JSON.stringify(finding), finding);
  }
}

/** In characters: what a line of a terminal holds. */
const maxNameLength = 80;
/** More than people read in one sentence; the rest is counted. */
const maxNames = 20;

/** A name of upstream's as it may be shown: on one line, without what a terminal would obey. */
export const quote = (name: string): string =>
  `\`${name
    .slice(0, maxNameLength)
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}`]/gu, '?')}\``;

/** Several names, as many as people read. */
export function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(quote).join(', ');
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}

/** A JSON value as it may be shown. */
export const show = (value: unknown): string =>
  value === undefined ? 'nothing' : quote(JSON.stringify(value));

const kindNames: Readonly<Record<Kind, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  any: 'anything',
};

/** What values can be, in words. */
export function describeKinds(kinds: Iterable<Kind>): string {
  const names = [...kinds].map((kind) => kindNames[kind]).sort();
  return names.length === 0 ? 'null' : names.join(' or ');
}

/** Those of the values that no reader of `accepted` takes. */
export const findMisfits = (values: Shape, accepted: Shape): readonly Kind[] =>
  accepted.kinds.has('any')
    ? []
    : [...values.kinds].filter(
        (kind) => !accepted.kinds.has(kind) && !(kind === 'integer' && accepted.kinds.has('number')),
      );

/** Whether two JSON values are the same, whatever the order of their keys. */
export const isSame = (a: unknown, b: unknown): boolean => toCanonical(a) === toCanonical(b);

const toCanonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';

/**
 * Fields of the GraphQL schema whose names are not upstream's in camel case; null for a property without a field: a secret,
 * which is write-only, or upstream's own bookkeeping.
 */
export const fieldNames: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  CustomIntegration: { models: 'legacyModels', api_key_value: null, headers: null },
  IntegrationRecord: { id: 'integrationId' },
  IntegrationValidationFailure: { detail: 'issues' },
  IntegrationValidationIssue: { loc: 'path', msg: 'message', type: 'code' },
  UpsertCustomIntegrationInput: { is_legacy_format: null },
};

/** The name of the field that an upstream property is read or written by, whether the type has it or not; null for none. */
export function toFieldName(typeName: string, property: string): string | null {
  const special = fieldNames[typeName];
  if (special !== undefined && Object.hasOwn(special, property)) return special[property] ?? null;
  return property.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
