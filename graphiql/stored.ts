import { type DocumentNode, Kind, parse, print, type ValueNode, visit } from 'graphql';
import type { Example } from './examples.ts';

/** A document and its variables (JSON) in the editors; null for an empty editor. */
export interface Operation {
  readonly query: string | null;
  readonly variables: string | null;
}

const NOTHING: Operation = { query: null, variables: null };

/**
 * The part of an operation that can be stored. Queries take no secrets, so they are stored with the variables that they
 * declare. Mutations take secrets, so they are stored without values and comments. An invalid document is not stored.
 * An unchanged example is stored unchanged.
 */
export function toStoredOperation(operation: Operation, examples: readonly Example[]): Operation {
  const query = operation.query ?? '';
  const variables = operation.variables ?? '';
  if (examples.some((example) => example.query === query && (example.variables ?? '') === variables)) {
    return operation;
  }
  const document = parseDocument(query);
  if (document === undefined) {
    return NOTHING;
  }
  if (!isRead(document)) {
    return { query: print(visit(document, { enter: blankLiteral })), variables: blankJson(variables) };
  }
  return { query, variables: pickJson(variables, toVariableNames(document)) };
}

function parseDocument(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return undefined;
  }
}

function isRead(document: DocumentNode): boolean {
  return document.definitions.every(
    (definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ||
      (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'query'),
  );
}

function toVariableNames(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      for (const { variable } of definition.variableDefinitions ?? []) {
        names.add(variable.name.value);
      }
    }
  }
  return names;
}

function blankLiteral(node: { readonly kind: string }): ValueNode | undefined {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.INT:
    case Kind.FLOAT:
    case Kind.ENUM:
      return { kind: Kind.STRING, value: '' };
    default:
      return undefined;
  }
}

function blankJson(text: string): string | null {
  const blank = (_key: string, value: unknown): unknown =>
    typeof value === 'string' || typeof value === 'number' ? '' : value;
  const top = parseObject(text);
  return top === undefined ? null : JSON.stringify(top, blank, 2);
}

function pickJson(text: string, names: ReadonlySet<string>): string | null {
  const top = parseObject(text);
  if (top === undefined) {
    return null;
  }
  const kept = Object.entries(top).filter(([name]) => names.has(name));
  return kept.length === Object.keys(top).length ? text : JSON.stringify(Object.fromEntries(kept), null, 2);
}

/** Undefined unless the string is a JSON object. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
